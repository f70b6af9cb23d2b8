import * as Result from "effect/Result"

/**
 * The error of a call whose argument is not what its type says, as plain JavaScript may make one.
 *
 * Says what the argument is, and quotes nothing of it, since it may be a lead. Total. Example:
 * `wrongCall("decide", "ageMs", "30s", "milliseconds as a number")` has the message
 * `decide: ageMs is a text, expected milliseconds as a number`.
 */
export const wrongCall = (call: string, argument: string, actual: unknown, expected: string): TypeError =>
  new TypeError(`${call}: ${argument} is ${kindOf(actual)}, expected ${expected}`)

/**
 * The {@link wrongCall} of an argument that should be compiled: of a `Result` it says where the value is, of any other
 * object that it was not compiled.
 *
 * `compile` is the name of the function that compiles, such as `compileRules`.
 */
export const notCompiled = (call: string, argument: string, actual: unknown, compile: string): TypeError => {
  const kind = kindOf(actual)
  return new TypeError(
    `${call}: ${argument} is ${kind === "an object" ? "a document that was not compiled" : kind}, expected what ${compile} succeeds with`,
  )
}

/** What a value is, without its content: `missing`, `a text`, `a list`, `a Map`, `an object`. Total. */
export const kindOf = (value: unknown): string => {
  if (value === undefined) return "missing"
  if (value === null) return "null"
  switch (typeof value) {
    case "string":
      return "a text"
    case "number":
      return Number.isNaN(value) ? "NaN" : "a number"
    case "object":
      return kindOfObject(value)
    default:
      return `a ${typeof value}`
  }
}

const kindOfObject = (value: object): string => {
  try {
    if (Result.isResult(value)) {
      return Result.isSuccess(value)
        ? "a Result: its value is in `success`"
        : "a Result that failed: why is in `failure`"
    }
    if (Array.isArray(value)) return "a list"
    const [, name = "Object"] = /^\[object (.*)\]$/.exec(toStringOf.call(value)) ?? []
    return records.has(name) ? "an object" : `a ${name}`
  } catch {
    return "an object that cannot be read"
  }
}

const toStringOf = Object.prototype.toString

/** The objects of keys and values: a JSON module that is imported as a whole is one too. */
const records: ReadonlySet<string> = new Set(["Object", "Module"])
