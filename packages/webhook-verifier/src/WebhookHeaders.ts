/** Headers by their names in lower case, as Node has them; of a Fetch `Headers`, `Object.fromEntries(headers)`. */
export type WebhookHeaders = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

/** The value of a header that came once. */
export const valueOf = (headers: WebhookHeaders, name: string): string | undefined => {
  const value = headers[name]
  return typeof value === "string" && value !== "" ? value : undefined
}
