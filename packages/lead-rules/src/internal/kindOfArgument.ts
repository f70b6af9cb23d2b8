/** What an argument is, for the sentence about a wrong call: `nothing`, `a Result`, `a text`. It quotes nothing of it. */
export const kindOfArgument = (value: unknown): string => {
  if (value === undefined) return "nothing"
  if (value === null) return "null"
  switch (typeof value) {
    case "string":
      return "a text"
    case "object":
      return isResult(value) ? "a Result instead of its value" : "an object"
    default:
      return `a ${typeof value}`
  }
}

const isResult = (value: object): boolean =>
  "_tag" in value && (value._tag === "Success" || value._tag === "Failure")
