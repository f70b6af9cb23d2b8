import * as Result from "effect/Result"

/**
 * Names a value in the sentence about a wrong call: `a list`, `a Result`. It never quotes the value, which may be a lead's.
 */
export const nameOf = (value: unknown): string => {
  if (value === undefined) return "nothing"
  if (value === null) return "null"
  switch (typeof value) {
    case "string":
      return "a text"
    case "object":
      return nameOfObject(value)
    default:
      return `a ${typeof value}`
  }
}

const nameOfObject = (value: object): string => {
  try {
    if (Result.isResult(value)) return "a Result, not its value"
    if (Array.isArray(value)) return "a list"
    const [, name = "Object"] = /^\[object (.*)\]$/.exec(toStringOf.call(value)) ?? []
    return name === "Object" ? "an object" : `a ${name}`
  } catch {
    return "an object that cannot be read"
  }
}

const toStringOf = Object.prototype.toString

/** The error of a wrong call, with a sentence that names the argument, what it is and what it should be. */
export const wrongCall = (argument: string, actual: unknown, expected: string): TypeError =>
  new TypeError(`${argument} is ${nameOf(actual)}, expected ${expected}`)

/** Whether a value is an object of keys and values, as JSON has them: no list, `Map`, `Date`, promise or `Result`. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isPlain(value) || nameOf(value) === "an object"

/** The same for most objects, without a look at what else they could be. */
const isPlain = (value: unknown): boolean => {
  try {
    return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  } catch {
    return false
  }
}
