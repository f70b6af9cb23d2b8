import { assert, describe, it } from "@effect/vitest"
import { LeadId } from "@lead-gateway/lead"
import { Effect } from "effect"
import * as Desk from "../src/Desk.ts"

const ids = (...numbers: ReadonlyArray<number>) => numbers.map((id) => LeadId.make(id))
const told = (...numbers: ReadonlyArray<number>) => ({ _tag: "Leads", ids: ids(...numbers) }) as const
const anyDue = { _tag: "AnyDue" } as const

/** What is wanted now; undefined when the worker would wait. */
const wanted = (desk: Desk.Desk) =>
  Effect.map(Effect.timeoutOption(desk.next, 0), (option) =>
    option._tag === "Some" ? option.value : undefined,
  )
const idle = (desk: Desk.Desk) =>
  Effect.map(Effect.timeoutOption(desk.idle, 0), (option) =>
    option._tag === "Some" ? option.value : undefined,
  )

/** A desk that has looked once, and found nothing. */
const looked = Effect.fnUntraced(function* (slots: number) {
  const desk = Desk.make(slots)
  const first = yield* desk.next
  assert.deepStrictEqual(first, { ids: undefined, max: slots })
  desk.claimed(first, [])
  return desk
})

describe("a worker's desk", () => {
  it.live("looks once at the beginning, and then only for what it is told", () =>
    Effect.gen(function* () {
      const desk = yield* looked(2)
      assert.isUndefined(yield* wanted(desk))
      assert.strictEqual(yield* idle(desk), 2)
      yield* desk.note(told(7, 8, 9))
      assert.deepStrictEqual(yield* wanted(desk), { ids: ids(7, 8), max: 2 })
    }),
  )

  it.live("wants no more leads than it has slots", () =>
    Effect.gen(function* () {
      const desk = yield* looked(2)
      yield* desk.note(told(1, 2, 3))
      const first = yield* desk.next
      desk.claimed(first, ids(1, 2))
      assert.deepStrictEqual([yield* wanted(desk), yield* idle(desk), desk.busy()], [undefined, undefined, 2])
      desk.ended()
      assert.deepStrictEqual(yield* wanted(desk), { ids: ids(3), max: 1 })
    }),
  )

  it.live("looks again as long as it finds as much as it has room for", () =>
    Effect.gen(function* () {
      const desk = yield* looked(1)
      yield* desk.note(anyDue)
      const first = yield* desk.next
      desk.claimed(first, ids(1))
      desk.ended()
      const second = yield* desk.next
      assert.deepStrictEqual(second, { ids: undefined, max: 1 })
      desk.claimed(second, [])
      assert.isUndefined(yield* wanted(desk))
      yield* desk.nothingDue
    }),
  )

  it.live("takes hints and what is due in turns", () =>
    Effect.gen(function* () {
      const desk = yield* looked(1)
      yield* desk.note(told(1, 2))
      yield* desk.note(anyDue)
      const kinds: Array<string> = []
      for (let turn = 0; turn < 4; turn++) {
        const next = yield* desk.next
        kinds.push(next.ids === undefined ? "due" : "hint")
        desk.claimed(next, next.ids?.slice(0, 1) ?? ids(10 + turn))
        desk.ended()
      }
      assert.deepStrictEqual(kinds, ["hint", "due", "hint", "due"])
    }),
  )

  it.live(
    "looks at more hints together while they lead to nothing, and forgets none of those that may lead to a lead",
    () =>
      Effect.gen(function* () {
        const desk = yield* looked(1)
        const sizes: Array<number | undefined> = []
        for (let turn = 0; turn < 3; turn++) {
          const max = (yield* idle(desk)) ?? 0
          yield* desk.note(told(...Array.from({ length: max }, (_, index) => 1 + index)))
          const next = yield* desk.next
          sizes.push(next.ids?.length)
          desk.claimed(next, [])
        }
        assert.deepStrictEqual(sizes, [1, 2, 4])
        yield* desk.note(told(21, 22, 23, 24, 25))
        const many = yield* desk.next
        assert.deepStrictEqual(many, { ids: ids(21, 22, 23, 24, 25), max: 1 })
        desk.claimed(many, ids(23))
        desk.ended()
        assert.deepStrictEqual(yield* wanted(desk), { ids: ids(21), max: 1 })
        assert.deepStrictEqual(yield* desk.clear, ids(22, 24, 25))
      }),
  )
})
