import { isRawNumber, type Json, parse } from "@lead-gateway/lossless-json"
import { Result } from "effect"

/**
 * Makes a text storable in Postgres: NUL and lone surrogates become U+FFFD, everything else stays.
 *
 * Returns the same string when there is nothing to mend.
 */
export const storableText = (text: string): string => {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed()
  return wellFormed.includes("\0") ? wellFormed.replaceAll("\0", "\uFFFD") : wellFormed
}

/**
 * Makes every string and key of a JSON value storable in `jsonb`, see {@link storableText}.
 *
 * Two keys that become the same are one afterwards; the later wins, as in `jsonb` itself.
 */
export const storableJson = (value: Json): Json => {
  if (typeof value === "string") return storableText(value)
  if (typeof value !== "object" || value === null || isRawNumber(value)) return value
  if (Array.isArray(value)) return value.map(storableJson)
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [storableText(key), storableJson(inner)]),
  )
}

/** JSON texts that may hold what `jsonb` refuses: an escaped NUL or a surrogate. All others need no mending. */
const mayBeUnstorable = /\\u(?:0000|[dD][89a-fA-F])/

/** Tells by a glance at a JSON text whether {@link storableJson} could change its value. */
export const needsMending = (jsonText: string): boolean => mayBeUnstorable.test(jsonText)

/**
 * Reads the text of a stored JSON value; the driver's own reading would round numbers. Undefined for what is no JSON.
 *
 * Intake has checked depth and digits; the limits do not apply again.
 */
export const storedJson = (text: string): Json | undefined =>
  Result.getOrUndefined(parse(text, { maxDigits: Infinity, maxExponent: Infinity, maxDepth: Infinity }))
