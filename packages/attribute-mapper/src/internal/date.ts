import { daysIn } from "@lead-gateway/lead-field"

/** A date of ISO 8601, with or without a time and its offset; seconds may have a fraction. */
const iso =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?$/

/** The parts of a pattern, in the order in which {@link iso} finds them. */
const tokens = ["YYYY", "MM", "DD", "HH", "mm", "ss"]

/**
 * Writes a date of ISO 8601 by a pattern, with its own day and hour: no time zone is changed.
 *
 * Gives `undefined` for what is no date (the 30th of February), and for a date without the hour, minute or
 * second that the pattern asks for.
 */
export const dateWriter = (pattern: string): ((text: string) => string | undefined) => {
  const pieces = pattern.split(/(YYYY|MM|DD|HH|mm|ss)/)
  return (text) => {
    const [, ...parts] = iso.exec(text.trim()) ?? []
    if (!isDate(parts)) return undefined
    let written = ""
    for (const piece of pieces) {
      const index = tokens.indexOf(piece)
      const part = index === -1 ? piece : parts[index]
      if (part === undefined) return undefined
      written += part
    }
    return written
  }
}

const isDate = ([year, month, day, hour, minute, second]: ReadonlyArray<string | undefined>): boolean =>
  isUpTo(12, month, 1) &&
  isUpTo(daysIn(Number(year), Number(month)), day, 1) &&
  isUpTo(23, hour) &&
  isUpTo(59, minute) &&
  isUpTo(60, second) // a leap second is one

/** A part that is not there is no mistake, except the day and the month. */
const isUpTo = (last: number, part: string | undefined, first = 0): boolean =>
  part === undefined ? first === 0 : Number(part) >= first && Number(part) <= last
