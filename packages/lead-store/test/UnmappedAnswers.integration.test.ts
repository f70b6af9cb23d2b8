import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { type CountedAnswer, keptAnswers, UnmappedAnswers } from "../src/index.ts"
import { anotherProcess, inWorld } from "./support/world.ts"

const record = (...answers: ReadonlyArray<CountedAnswer>) =>
  UnmappedAnswers.use(({ record }) => record(answers))
const list = (query: Partial<Parameters<UnmappedAnswers["Service"]["list"]>[0]> = {}) =>
  UnmappedAnswers.use(({ list }) => list({ limit: 200, ...query }))

describe("UnmappedAnswers", () => {
  it.effect("are added up, and listed by how often they came, page by page", () =>
    Effect.gen(function* () {
      yield* record(
        { attribute: "offer", value: "Leasing", count: 2 },
        { attribute: "offer", value: "leasing\0", count: 1 },
        { attribute: "roof", value: undefined, count: 4 },
      )
      yield* record({ attribute: "offer", value: "Leasing", count: 3 })
      const all = yield* list()
      assert.deepStrictEqual(
        all.map(({ attribute, count, value }) => [attribute, value, count]),
        [
          ["offer", "Leasing", 5],
          ["roof", null, 4],
          ["offer", "leasing\uFFFD", 1],
        ],
      )
      assert.isAtLeast(all[0]?.lastSeen.getTime() ?? 0, all[0]?.firstSeen.getTime() ?? Infinity)
      assert.deepStrictEqual(yield* list({ after: all[0] }), all.slice(1))
      assert.deepStrictEqual(yield* list({ attribute: "roof", limit: 1 }), all.slice(1, 2))
    }).pipe(inWorld),
  )

  it.effect("are kept up to a limit for each attribute, whoever counts; others are counted together", () =>
    Effect.gen(function* () {
      const other = yield* anotherProcess
      const many = (prefix: string) =>
        record(
          ...Array.from({ length: 700 }, (_, index) => ({
            attribute: "offer",
            value: `${prefix} ${index}`,
            count: 1,
          })),
        )
      yield* Effect.all([many("a"), Effect.provideContext(many("b"), other)], { concurrency: 2 })
      yield* record(
        { attribute: "offer", value: "new", count: 1 },
        { attribute: "roof", value: "new", count: 1 },
      )
      const pages = [yield* list({ limit: 2000 })].flat()
      const kept = pages.filter(({ attribute, value }) => attribute === "offer" && value !== null)
      assert.lengthOf(kept, keptAnswers)
      assert.deepInclude(pages[0], { attribute: "offer", value: null, count: 401 })
      assert.isTrue(pages.some(({ attribute, value }) => attribute === "roof" && value === "new"))
    }).pipe(inWorld),
  )
})
