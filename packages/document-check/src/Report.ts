import type { JsonObject } from "@lead-gateway/lossless-json"
import type { Diagnostic } from "./Diagnostic.ts"
import { printValue } from "./printValue.ts"

/** A place in a document: keys and list indices, from the outside in. */
export type Path = ReadonlyArray<string | number>

/** Reports the value at a path, and what is expected there. */
export type Report = (path: Path, actual: unknown, expected: string) => void

/** Makes a report, and the list of diagnostics that it fills. A document without any is right. */
export const makeReport = (): {
  readonly diagnostics: ReadonlyArray<Diagnostic>
  readonly report: Report
} => {
  const diagnostics: Array<Diagnostic> = []
  const report: Report = (path, actual, expected) => {
    diagnostics.push({ path: path.join("."), actual: printValue(actual), expected })
  }
  return { diagnostics, report }
}

/** Reports every key of an object that is none of these: most of them are misspelt. */
export const reportOtherKeys = (
  report: Report,
  path: Path,
  object: JsonObject,
  keys: ReadonlyArray<string>,
): void => {
  for (const [key, value] of Object.entries(object)) {
    if (!keys.includes(key)) report([...path, key], value, `no key but ${keys.join(", ")}`)
  }
}
