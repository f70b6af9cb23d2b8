import { isRawNumber, type Json, parse } from "@lead-gateway/lossless-json"
import * as Result from "effect/Result"

/**
 * Makes a text storable in Postgres: NUL and lone surrogates become U+FFFD, everything else stays.
 *
 * Returns the same string when there is nothing to replace.
 */
export const storableText = (text: string): string => {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed()
  return wellFormed.includes("\0") ? wellFormed.replaceAll("\0", "\uFFFD") : wellFormed
}

/**
 * Makes every string and key of a JSON value storable in `jsonb`, see {@link storableText}.
 *
 * If two keys become equal, the value of the later one is kept, as in `jsonb` itself.
 */
export const storableJson = (value: Json): Json => {
  if (typeof value === "string") return storableText(value)
  if (typeof value !== "object" || value === null || isRawNumber(value)) return value
  if (Array.isArray(value)) return value.map(storableJson)
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [storableText(key), storableJson(inner)]),
  )
}

/** Matches JSON texts that may hold what `jsonb` refuses: an escaped NUL or a surrogate. */
const mayBeUnstorable = /\\u(?:0000|[dD][89a-fA-F])/

/** Whether {@link storableJson} could change the value of a JSON text. Searches the text without parsing it. */
export const needsMending = (jsonText: string): boolean => mayBeUnstorable.test(jsonText)

/**
 * Parses the text of a stored JSON value without rounding numbers, as the driver would. Undefined if it is not JSON.
 *
 * Without limits: intake has checked them.
 */
export const storedJson = (text: string): Json | undefined =>
  Result.getOrUndefined(
    parse(text, { maxDigits: Infinity, maxExponent: Infinity, maxDepth: Infinity, maxExpansion: Infinity }),
  )
