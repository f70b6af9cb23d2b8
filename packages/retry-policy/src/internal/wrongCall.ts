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

/** Whether a value is a compiled policy, as far as a mistake could tell. */
export const isCompiled = (
  policy: { readonly classification: ClassificationTable } | null | undefined,
): boolean => policy?.classification?.errors instanceof Map

/** The error of a call with a policy that is not one. */
export const notCompiled = (call: string, policy: unknown): TypeError =>
  new TypeError(`${call}: policy is ${given(policy)}, expected what compilePolicy succeeds with`)

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
