import * as Option from "effect/Option"
import * as Result from "effect/Result"

/** What a value is, for messages about wrong calls: `a list`, `null`, `a Result: pass its value`. Quotes nothing; never throws. */
export const describe = (value: unknown): string => {
  if (value === undefined || value === null) return String(value)
  if (typeof value === "function") return "a function"
  if (typeof value !== "object") return `a ${typeof value}`
  try {
    if (Result.isResult(value)) return "a Result: pass its value"
    if (Option.isOption(value)) return "an Option: pass its value"
    if (value instanceof Promise) return "a promise: await it"
    if (Array.isArray(value)) return "a list"
    if (value instanceof Uint8Array) return "a list of bytes"
  } catch {
    // A proxy may throw at any of these.
  }
  return "an object"
}

/** An invalid value of an option, as diagnostics quote it: texts, numbers and the like in full, others by what they are. */
export const show = (value: unknown): string | undefined => {
  switch (typeof value) {
    case "undefined":
      return undefined
    case "string":
      return JSON.stringify(value)
    case "number":
    case "boolean":
      return String(value)
    default:
      return describe(value)
  }
}
