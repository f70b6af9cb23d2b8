/**
 * What a person types to find leads, as filters. Examples: `4711` is an id, `anna@example.com` an e-mail address,
 * `+49 151 2345678` and `0151 2345678` phone numbers, `6f1f6a4e-5a3c-…` a correlation id.
 */
export type Found =
  | { readonly kind: "id"; readonly id: number }
  | { readonly kind: "correlation_id"; readonly value: string }
  | PersonSearch

/** A search for what names a person. */
export interface PersonSearch {
  readonly kind: "email" | "phone"
  readonly value: string
}

/** Reads it; undefined for nothing. */
export const readSearch = (text: string): Found | undefined => {
  const value = text.trim()
  if (value === "") return undefined
  if (/^#?[1-9]\d{0,15}$/.test(value)) return { kind: "id", id: Number(value.replace("#", "")) }
  if (/^\S+@\S+$/.test(value)) return { kind: "email", value }
  if (/^\+?[\d\s()/.-]{6,}$/.test(value) && /^[+0(]/.test(value)) return { kind: "phone", value }
  return { kind: "correlation_id", value }
}
