import { assert } from "@effect/vitest"

/** Checks that no value of a request gets into a log. */
export interface Secrecy {
  /** Remembers the values of a body or header that may be personal data. */
  readonly watch: (sent: string) => void
  /** Fails when a line of the log holds any of them. */
  readonly assertKept: () => void
}

/** The day and hour of a time, which lines of the log have too. */
const time = /^\d{4}-\d\d-\d\dT\d\d$/

/** Long enough not to occur in a line by chance, as `RECEIVED` or a part of an id does. */
const telling = /[\p{L}\p{N}@.+_-]{9,}/gu

export const makeSecrecy = (lines: ReadonlyArray<string>): Secrecy => {
  const values = new Set<string>()
  return {
    watch: (sent) => {
      for (const [value] of sent.slice(0, 10_000).matchAll(telling)) if (!time.test(value)) values.add(value)
    },
    assertKept: () => {
      const log = lines.join("\n")
      for (const value of values) assert.notInclude(log, value, "a log holds what was sent")
    },
  }
}
