import { isRawNumber } from "@lead-gateway/lossless-json"
import { Formatter } from "effect"
import type { Mistake } from "../ProfileInvalid.ts"

/** Makes a mistake of the value that stands at a path. */
export const mistake = (path: string, found: unknown, allowed: string): Mistake => ({
  path,
  found: shown(found),
  allowed,
})

const shown = (found: unknown): string => {
  if (found === undefined) return "nothing"
  return isRawNumber(found) ? found.rawJSON : abbreviate(Formatter.format(found))
}

/** The beginning of a long text, so that a message stays readable. */
const abbreviate = (text: string): string => (text.length <= 120 ? text : `${text.slice(0, 120)}…`)
