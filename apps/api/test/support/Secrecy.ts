import { assert } from "@effect/vitest"

/** Watches that nothing that was sent gets into a log. */
export interface Secrecy {
  /** Remembers whatever somebody could be known by in a body or a header. */
  readonly watch: (sent: string) => void
  /** Fails when a line of the log holds any of it. */
  readonly assertKept: () => void
}

/** Long enough not to be in a line by chance, such as `RECEIVED` or a part of an id. */
const telling = /[\p{L}\p{N}@.+_-]{9,}/gu

export const makeSecrecy = (lines: ReadonlyArray<string>): Secrecy => {
  const values = new Set<string>()
  return {
    watch: (sent) => {
      for (const [value] of sent.slice(0, 10_000).matchAll(telling)) values.add(value)
    },
    assertKept: () => {
      const log = lines.join("\n")
      for (const value of values) assert.notInclude(log, value, "a log holds what was sent")
    },
  }
}
