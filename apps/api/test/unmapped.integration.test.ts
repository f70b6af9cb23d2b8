import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { UnmappedAnswers } from "@lead-gateway/lead-store"
import { Effect, Layer } from "effect"
import { ask, assertError } from "./support/Http.ts"
import { World, type WorldShape } from "./support/World.ts"

const page = (world: WorldShape, query = "") =>
  Effect.map(ask(world, { path: `/api/v1/unmapped${query}` }), ({ status, text }) => {
    assert.strictEqual(status, 200, text)
    return JSON.parse(text) as {
      readonly data: ReadonlyArray<Readonly<Record<string, unknown>>>
      readonly next_cursor: string | null
    }
  })

layer(World.layer(), { excludeTestServices: true })("unmapped answers", (it) => {
  it.effect("are listed by how often they came, in pages", () =>
    Effect.gen(function* () {
      const world = yield* World
      yield* UnmappedAnswers.use(({ record }) =>
        record([
          { attribute: "roof", value: "Zelt", count: 3 },
          { attribute: "offer", value: "Leasing", count: 7 },
          { attribute: "offer", value: undefined, count: 3 },
        ]),
      ).pipe(
        Effect.provide(Layer.provide(UnmappedAnswers.layer, Layer.succeed(PgClient.PgClient, world.sql))),
      )
      const first = yield* page(world, "?limit=2")
      const second = yield* page(world, `?limit=2&cursor=${first.next_cursor}`)
      const all = [...first.data, ...second.data]
      assert.sameDeepMembers(
        all.map(({ attribute, count, value }) => [attribute, value, count]),
        [
          ["offer", "Leasing", 7],
          ["offer", null, 3],
          ["roof", "Zelt", 3],
        ],
      )
      assert.isNull(second.next_cursor)
      assert.deepStrictEqual(Object.keys(all[0] ?? {}).toSorted(), [
        "attribute",
        "count",
        "first_seen",
        "last_seen",
        "value",
      ])
      assert.deepStrictEqual(
        (yield* page(world, "?attribute=roof")).data,
        all.filter((one) => one["attribute"] === "roof"),
      )
      assertError(
        yield* ask(world, { path: "/api/v1/unmapped?attribute=&limit=x&cursor=MzE" }),
        400,
        "limit must be a whole number from 1 to 200; cursor must be the next_cursor of an earlier answer; " +
          "attribute must be the name of an attribute, 1 to 200 characters",
      )
    }),
  )
})
