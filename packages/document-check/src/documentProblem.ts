import { kindOf } from "./wrongCall.ts"

/**
 * What is expected instead of a value that is given as a document; `undefined` for what may be one.
 *
 * A text of JSON, a `Result` and a promise hold a document, which is easily forgotten to be taken out. Total. Example:
 * `documentProblem("{}")` is `parsed JSON, not its text`.
 */
export const documentProblem = (json: unknown): string | undefined => {
  if (typeof json === "string") return "parsed JSON, not its text"
  return typeof json === "object" && json !== null && !Array.isArray(json) && !isRecord(json)
    ? `parsed JSON, not ${kindOf(json)}`
    : undefined
}

/** Whether a value is an object of keys and values, as JSON has them: no list, `Map`, `Date`, promise or `Result`. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isPlain(value) || kindOf(value) === "an object"

/** The same for most objects, without a look at what else they could be. */
const isPlain = (value: unknown): boolean => {
  try {
    return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  } catch {
    return false
  }
}
