import { isBlank } from "@lead-gateway/lead-field"
import { isRawNumber } from "@lead-gateway/lossless-json"

/** The number of codes. */
export const kindCodes = 9

/** What an explanation tells of a value without quoting it, as a number: how it is missing, or its kind. */
export const kindCode = (value: unknown): number => {
  switch (typeof value) {
    case "undefined":
      return 0
    case "string":
      return isBlank(value) ? 2 : 3
    case "number":
      return 4
    case "boolean":
      return value ? 5 : 6
    default:
      if (value === null) return 1
      if (Array.isArray(value)) return 7
      return isRawNumber(value) ? 4 : 8
  }
}
