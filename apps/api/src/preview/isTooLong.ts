import { isRawNumber, type Json, stringify } from "@lead-gateway/lossless-json"

/** As workers permit: 1.2 MiB, or a fifth more than the lead's payload. */
const alwaysPermittedBytes = 1.2 * 1024 * 1024
const proportion = 1.2

/**
 * Whether a worker would park the lead, since its customer payload is too long. Values are shared, not copied, so the text
 * of a customer payload may be longer than the memory of the process: it is made only if it is not.
 */
export const isTooLong = (customerPayload: Json, payload: Json): boolean => {
  if (left(customerPayload, quick) >= 0) return false
  const permitted = Math.max(alwaysPermittedBytes, proportion * Buffer.byteLength(stringify(payload)))
  return left(customerPayload, permitted) < 0 || Buffer.byteLength(stringify(customerPayload)) > permitted
}

/** Whether a value has more characters than this, about; looks at no more of it than that. */
export const isLongerThan = (value: Json, characters: number): boolean => left(value, characters) < 0

/** Escaped, a character has six bytes at most, and a number that counts as one has 25. */
const quick = alwaysPermittedBytes / 25

/** What is left of a limit when the characters of a value are taken from it; negative if too few. Ends early then. */
const left = (value: Json, limit: number): number => {
  if (limit < 0) return limit
  if (typeof value === "string") return limit - value.length - 2
  if (isRawNumber(value)) return limit - value.rawJSON.length
  if (typeof value !== "object" || value === null) return limit - 1
  let rest = limit - 2
  if (Array.isArray(value)) {
    for (const item of value as ReadonlyArray<Json>) {
      rest = left(item, rest - 1)
      if (rest < 0) return rest
    }
    return rest
  }
  for (const [key, item] of Object.entries(value) as ReadonlyArray<readonly [string, Json]>) {
    rest = left(item, rest - key.length - 4)
    if (rest < 0) return rest
  }
  return rest
}
