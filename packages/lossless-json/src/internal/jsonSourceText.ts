/**
 * The types of the "JSON.parse source text access" proposal, which Node 22 and later implement and
 * TypeScript's library does not describe yet.
 */
declare global {
  interface JSON {
    parse(
      text: string,
      reviver: (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown,
    ): unknown
    rawJSON(text: string): { readonly rawJSON: string }
    isRawJSON(value: unknown): value is { readonly rawJSON: string }
  }
}

export {}
