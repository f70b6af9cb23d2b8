import type { JsonObject } from "@lead-gateway/lossless-json"
import type { Mistake } from "./Mistake.ts"
import { printValue } from "./printValue.ts"

/** A place in a document: keys and list indices, from the outside in. */
export type Path = ReadonlyArray<string | number>

/** Takes note of the value that stands at a path, and of what may stand there. */
export type Report = (path: Path, found: unknown, allowed: string) => void

/** Makes a report, and the list that it fills: no mistakes in it at the end, and the document is right. */
export const makeReport = (): { readonly mistakes: ReadonlyArray<Mistake>; readonly report: Report } => {
  const mistakes: Array<Mistake> = []
  const report: Report = (path, found, allowed) => {
    mistakes.push({ path: path.join("."), found: printValue(found), allowed })
  }
  return { mistakes, report }
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
