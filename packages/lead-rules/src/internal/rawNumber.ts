/** Of the "JSON.parse source text access" proposal: in Node since 22, in TypeScript's library not yet. */
declare global {
  interface JSON {
    rawJSON(text: string): { readonly rawJSON: string }
    isRawJSON(value: unknown): value is { readonly rawJSON: string }
  }
}

/** Tells whether a value is a number that is kept as text, because a double cannot hold it. */
export const isRawNumber = (value: unknown): boolean => JSON.isRawJSON(value)
