/** Bounds how long the documents of a decision may be, in proportion to the lead's payload. */
import { needsMending, storableJson } from "@lead-gateway/lead-store"
import { isRawNumber, type Json, type JsonObject, stringify } from "@lead-gateway/lossless-json"

/**
 * The normalised payload and the customer payload may each have this many bytes, or a fifth more than the payload if that
 * is more. Unicode's NFC triples some characters, and a template may repeat values a thousand times.
 */
export const alwaysPermittedBytes = 1.2 * 1024 * 1024

const proportion = 1.2

/** JSON that Postgres can store. `stringify` escapes NUL and lone surrogates, but `jsonb` refuses these escapes. */
export const textOf = (value: JsonObject): string => {
  const text = stringify(value)
  return needsMending(text) ? stringify(storableJson(value)) : text
}

/** {@link textOf} a document that was made of `payload`; `undefined` if it is longer than permitted. */
export const boundedTextOf = (document: JsonObject, payload: JsonObject): string | undefined => {
  // Values are shared, not copied, so a document may be longer as text than the memory of the process.
  const isLong = isLongerThan(document, alwaysPermittedBytes)
  const permitted = isLong ? permittedBytes(payload) : alwaysPermittedBytes
  if (isLong && isLongerThan(document, permitted)) return undefined
  const text = textOf(document)
  // A character of a string has three bytes at most.
  if (text.length * 3 <= alwaysPermittedBytes) return text
  return Buffer.byteLength(text) <= (isLong ? permitted : permittedBytes(payload)) ? text : undefined
}

const permittedBytes = (payload: JsonObject): number =>
  Math.max(alwaysPermittedBytes, proportion * Buffer.byteLength(stringify(payload)))

/** Whether the text of a value certainly has more characters. It is not made, and looking ends when the limit is reached. */
const isLongerThan = (value: Json, limit: number): boolean => leftOf(value, limit) < 0

/** What is left of a limit when the characters of a value are taken from it, but for escapes; negative if too few. */
const leftOf = (value: Json, limit: number): number => {
  if (typeof value === "string") return limit - value.length - 2
  if (typeof value !== "object" || value === null || isRawNumber(value)) return limit - 1
  let left = limit - 2
  if (Array.isArray(value)) {
    for (const item of value as ReadonlyArray<Json>) {
      if (left < 0) return left
      left = leftOf(item, left) - 1
    }
    return left
  }
  for (const [key, item] of Object.entries(value as JsonObject)) {
    if (left < 0) return left
    left = leftOf(item, left - key.length - 3) - 1
  }
  return left
}
