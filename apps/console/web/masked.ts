/** Masked payloads. The api keeps their types, so that a masked number is 0 and a masked boolean false; nobody may read these as values. */
import type { JsonLine } from "./jsonLines.ts"

const mask = "•••"
/** What has nothing to mask. */
const open: ReadonlySet<string> = new Set(["null", "{}", "[]"])

/** The lines of a masked payload, with the same mask for every value, and for the names that are masked as well. */
export const maskedLines = (lines: ReadonlyArray<JsonLine>): ReadonlyArray<JsonLine> =>
  lines.map((line) => ({
    ...line,
    name: line.name.replace(/^"\*(\d+)": $/, `${mask}$1: `),
    text: line.value === undefined || open.has(line.text) ? line.text : mask,
  }))

/** Whether the lines have names that are masked. */
export const hasMaskedNames = (lines: ReadonlyArray<JsonLine>): boolean =>
  lines.some(({ name }) => name.startsWith(mask))
