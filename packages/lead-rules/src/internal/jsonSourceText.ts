/** The part used here of the "JSON.parse source text access" proposal, which Node 22 and later implement. */
declare global {
  interface JSON {
    rawJSON(text: string): { readonly rawJSON: string }
    isRawJSON(value: unknown): value is { readonly rawJSON: string }
  }
}

export {}
