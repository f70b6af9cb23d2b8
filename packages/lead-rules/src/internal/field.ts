import { isRawNumber } from "@lead-gateway/lossless-json"

/** The segments of a field's path: `"house.is_owner"` gives `["house", "is_owner"]`. */
export const segmentsOf = (field: string): ReadonlyArray<string> => field.split(".")

/**
 * The value at a path of own properties, or `undefined` when there is none.
 *
 * A list's items are its own properties (`"questions.0"`), its `length` is not data. A number that is kept
 * as text (`JSON.rawJSON`) has nothing inside.
 */
export const valueAt = (payload: unknown, segments: ReadonlyArray<string>): unknown => {
  let value = payload
  for (const segment of segments) {
    if (typeof value !== "object" || value === null || isRawNumber(value)) return undefined
    if (!isEnumerable.call(value, segment)) return undefined
    value = (value as Record<string, unknown>)[segment]
  }
  return value
}

/** Own and enumerable, which is what a JSON text can make; inherited properties are never. */
const isEnumerable = Object.prototype.propertyIsEnumerable

/** How a field is missing, in one word, or `undefined` when it is there. */
export const missingAs = (value: unknown): "absent" | "null" | "blank" | undefined => {
  if (value === undefined) return "absent"
  if (value === null) return "null"
  return typeof value === "string" && value.trim() === "" ? "blank" : undefined
}
