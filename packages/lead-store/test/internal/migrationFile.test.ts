import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readdirSync } from "node:fs"
import { basename } from "node:path"
import { readMigrations } from "../../src/internal/migrationFile.ts"
import { migrations } from "../support/world.ts"

describe("the migrations of the repository", () => {
  it.effect("are all read: none by its name is passed over, and each says what reverting it loses", () =>
    Effect.gen(function* () {
      const read = yield* readMigrations(migrations)
      assert.deepStrictEqual(
        read.map(({ name }) => name),
        readdirSync(migrations)
          .map((file) => basename(file, ".sql"))
          .sort(),
      )
      for (const { down, name, up } of read) {
        assert.match(up, /^(CREATE|ALTER|UPDATE|INSERT|DROP) /m, `${name}: no statements`)
        assert.isDefined(down, `${name}: no way back`)
      }
    }),
  )

  it.effect("are numbered without a gap, each by its own number", () =>
    Effect.gen(function* () {
      const read = yield* readMigrations(migrations)
      assert.deepStrictEqual(
        read.map(({ name }) => Number(name.slice(0, 4))),
        read.map((_, index) => index + 1),
      )
    }),
  )
})
