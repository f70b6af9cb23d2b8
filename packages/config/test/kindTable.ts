import { assert, describe, it } from "@effect/vitest"
import type { Kind } from "@lead-gateway/config"
import { Result } from "effect"

/** Declares tests of a kind: texts that are valid, each with its value, and texts that are not. */
export const kindTable = <A>(
  name: string,
  kind: Kind.Kind<A>,
  good: ReadonlyArray<readonly [text: string, value: A]>,
  bad: ReadonlyArray<string>,
) =>
  describe(`the kind ${name}`, () => {
    it("reads valid texts", () => {
      for (const [text, value] of good) assert.deepStrictEqual(kind.read(text), Result.succeed(value), text)
    })
    it("refuses other texts with what is expected", () => {
      for (const text of bad) assert.deepStrictEqual(kind.read(text), Result.fail(kind.expected), text)
    })
  })
