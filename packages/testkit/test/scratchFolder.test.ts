import { assert, describe, it } from "@effect/vitest"
import { scratchFolder } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { existsSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

describe("a scratch folder", () => {
  it.effect("holds links alone, and goes with its scope while their targets stay", () =>
    Effect.gen(function* () {
      const target = import.meta.dirname
      const folder = yield* Effect.scoped(
        Effect.tap(scratchFolder({ tests: target }), (folder) =>
          Effect.sync(() => {
            assert.deepStrictEqual(readdirSync(folder), ["tests"])
            assert.deepStrictEqual(readdirSync(join(folder, "tests")), readdirSync(target))
            writeFileSync(join(folder, "made.txt"), "")
          }),
        ),
      )
      assert.isFalse(existsSync(folder))
      assert.isTrue(existsSync(import.meta.filename))
    }),
  )
})
