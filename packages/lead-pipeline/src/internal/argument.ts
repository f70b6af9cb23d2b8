/** Whether an argument is an object, and no `Result` that was passed instead of its value. */
export const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !isResult(value)

/** What an argument is, for the sentence about a wrong call: `nothing`, `a Result`, `a text`. It quotes nothing of it. */
export const kindOfArgument = (value: unknown): string => {
  if (value === undefined) return "nothing"
  if (value === null) return "null"
  if (typeof value === "string") return "a text"
  if (typeof value !== "object") return `a ${typeof value}`
  return isResult(value) ? "a Result instead of its value" : "an object"
}

const isResult = (value: object): boolean =>
  "_tag" in value && (value._tag === "Success" || value._tag === "Failure")
