/** Lists and objects in fields that are declared as one value. */
import { isRawNumber, type Json, type JsonArray } from "@lead-gateway/lossless-json"
import type { Scalar } from "./FieldTree.ts"

/** The item of a list of one, if it is neither a list nor an object; `undefined` for other values. */
export const soleItem = (container: Json): Scalar | undefined => {
  if (!Array.isArray(container) || container.length !== 1) return undefined
  const [item] = container as JsonArray
  return item === null || (typeof item === "object" && !isRawNumber(item)) ? undefined : item
}

/** How many values are looked at for a digit; a larger list or object counts as one that may have a digit. */
const maxLooked = 100

/**
 * Whether a list or an object has no digit at any depth, so that a phone field that holds it is missing: `[]`, `{}`,
 * `["-", ""]`. Of an object that is not JSON, such as a date, its own properties count.
 */
export const isDigitless = (container: Json): boolean => {
  const values: Array<unknown> = [container]
  for (let looked = 0; looked < values.length; looked++) {
    const value = values[looked]
    if (value === null || value === undefined || typeof value === "boolean") continue
    if (typeof value === "string" && !hasDigit.test(value)) continue
    // What is left is a text with a digit, a number, a list or an object.
    if (typeof value !== "object" || isRawNumber(value)) return false
    for (const key of Object.keys(value)) values.push((value as Readonly<Record<string, unknown>>)[key])
    if (values.length > maxLooked) return false
  }
  return true
}

const hasDigit = /\p{Nd}/u
