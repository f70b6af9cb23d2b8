import { Formatter } from "effect"
import type { Mistake } from "../ProfileInvalid.ts"

/** Makes a mistake of the value that stands at a path. */
export const mistake = (path: string, found: unknown, allowed: string): Mistake => ({
  path,
  found: found === undefined ? "nothing" : abbreviate(Formatter.format(found)),
  allowed,
})

/** The beginning of a long text, so that a message stays readable. */
const abbreviate = (text: string): string => (text.length <= 120 ? text : `${text.slice(0, 120)}…`)
