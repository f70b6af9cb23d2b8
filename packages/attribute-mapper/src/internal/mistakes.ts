import { isRawNumber } from "@lead-gateway/lossless-json"
import { Formatter } from "effect"
import type { Mistake } from "../Mistake.ts"

/** Takes note of the value that stands at a path, and of what may stand there. */
export type Report = (path: ReadonlyArray<string | number>, found: unknown, allowed: string) => void

/** Collects mistakes, so that all of them are told at once. */
export const makeMistakes = (): { readonly mistakes: ReadonlyArray<Mistake>; readonly report: Report } => {
  const mistakes: Array<Mistake> = []
  const report: Report = (path, found, allowed) => {
    mistakes.push({ path: path.join("."), found: shown(found), allowed })
  }
  return { mistakes, report }
}

/** One line for each mistake. */
export const linesOf = (whole: string, mistakes: ReadonlyArray<Mistake>): string =>
  mistakes
    .map(({ path, found, allowed }) => `${path || whole}: found ${found}, allowed is ${allowed}`)
    .join("\n")

const shown = (found: unknown): string => {
  if (found === undefined) return "nothing"
  return isRawNumber(found) ? found.rawJSON : abbreviate(Formatter.format(found))
}

/** The beginning of a long text, so that a message stays readable. */
const abbreviate = (text: string): string => (text.length <= 120 ? text : `${text.slice(0, 120)}…`)
