/** The sentences of wrong calls in plain JavaScript: what was given, and what is expected. */
import { printValue } from "@lead-gateway/document-check"
import type { ClassificationTable } from "./table.ts"

/** The error of a call whose argument is not what its type says. */
export const wrongCall = (call: string, argument: string, actual: unknown, expected: string): TypeError =>
  new TypeError(`${call}: ${argument} is ${describe(actual)}, expected ${expected}`)

const describe = (value: unknown): string => {
  try {
    return value === undefined ? "missing" : printValue(value)
  } catch {
    return "a value that cannot be read"
  }
}

/** The table of a compiled policy, or a `TypeError` that says what was given instead of one. */
export const tableOf = (
  policy: { readonly classification: ClassificationTable } | undefined,
  call: string,
): ClassificationTable => {
  const table = policy?.classification
  if (table?.errors instanceof Map) return table
  throw new TypeError(`${call}: policy is ${given(policy)}, expected what compilePolicy succeeds with`)
}

const given = (value: unknown): string => {
  try {
    if (typeof value === "object" && value !== null) {
      if ("_tag" in value && value._tag === "Success") return "a Result: its value is in `success`"
      if ("_tag" in value && value._tag === "Failure") return "a Result that failed: why is in `failure`"
      if ("backoff" in value) return "a document that was not compiled"
    }
  } catch {
    // Described below.
  }
  return describe(value)
}
