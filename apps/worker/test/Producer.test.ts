import { assert, describe, it } from "@effect/vitest"
import { LeadId } from "@lead-gateway/lead"
import { Effect, Option } from "effect"
import * as Producer from "../src/Producer.ts"

const ids = (...numbers: ReadonlyArray<number>) => numbers.map((id) => LeadId.make(id))
const hint = (...numbers: ReadonlyArray<number>) => ({ _tag: "Leads", ids: ids(...numbers) }) as const
const anyDue = { _tag: "AnyDue" } as const

/** What comes within a moment that is longer than the pause between claims; undefined when the worker would wait. */
const now = <A>(effect: Effect.Effect<A>) =>
  Effect.map(Effect.timeoutOption(effect, 30), Option.getOrUndefined)

/** A producer for so many slots that has looked once, and found nothing. */
const looked = Effect.fnUntraced(function* (slots: number, batch?: number) {
  let held = 0
  const producer = Producer.make({ free: () => slots - held, batch: batch ?? 1 })
  const first = yield* producer.next
  assert.deepStrictEqual(first, { ids: undefined, max: slots })
  producer.claimed(first, [])
  return {
    ...producer,
    claimed: (wanted: Producer.Wanted, leads: ReadonlyArray<LeadId>) => {
      held += leads.length
      producer.claimed(wanted, leads)
    },
    ended: (count = 1) => {
      held -= count
      producer.changed()
    },
    /** Without a word to the producer. */
    takeSlots: (count: number) => void (held += count),
  }
})

describe("Producer", () => {
  it.live("looks once at the beginning, and then only for what is announced", () =>
    Effect.gen(function* () {
      const producer = yield* looked(2)
      assert.isUndefined(yield* now(producer.next))
      assert.strictEqual(yield* now(producer.room), 2)
      producer.note(hint(7, 8, 9))
      assert.deepStrictEqual(yield* now(producer.next), { ids: ids(7, 8), max: 2 })
    }),
  )

  it.live("wants no more work than it has slots", () =>
    Effect.gen(function* () {
      const producer = yield* looked(2)
      producer.note(hint(1, 2, 3))
      const first = yield* producer.next
      producer.claimed(first, ids(1, 2))
      assert.deepStrictEqual([yield* now(producer.next), yield* now(producer.room)], [undefined, undefined])
      producer.ended()
      assert.deepStrictEqual(yield* now(producer.next), { ids: ids(3), max: 1 })
    }),
  )

  it.live("has no room for hints while it has some, or no free slot", () =>
    Effect.gen(function* () {
      const producer = yield* looked(2)
      producer.note(hint(1))
      assert.isUndefined(yield* now(producer.room))
      const first = yield* producer.next
      producer.claimed(first, ids(1))
      assert.strictEqual(yield* now(producer.room), 1)
    }),
  )

  it.live("claims nothing when the slots went between the word and the claim", () =>
    Effect.gen(function* () {
      const producer = yield* looked(2)
      producer.note(hint(1))
      producer.takeSlots(3)
      assert.deepStrictEqual([yield* now(producer.next), yield* now(producer.room)], [undefined, undefined])
      producer.ended(3)
      assert.deepStrictEqual(yield* now(producer.next), { ids: ids(1), max: 2 })
    }),
  )

  it.live("fills up: claims at once for a batch of slots, for fewer after a pause", () =>
    Effect.gen(function* () {
      const producer = yield* looked(4, 2)
      producer.note(anyDue)
      producer.claimed(yield* producer.next, ids(1, 2, 3, 4))
      producer.ended()
      assert.isTrue(Option.isNone(yield* Effect.timeoutOption(producer.next, 0)))
      assert.deepStrictEqual(yield* now(producer.next), { ids: undefined, max: 1 })
    }),
  )

  it.live("looks again as long as it finds as much as it has room for", () =>
    Effect.gen(function* () {
      const producer = yield* looked(1)
      producer.note(anyDue)
      const first = yield* producer.next
      producer.claimed(first, ids(1))
      producer.ended()
      const second = yield* producer.next
      assert.deepStrictEqual(second, { ids: undefined, max: 1 })
      producer.claimed(second, [])
      assert.isUndefined(yield* now(producer.next))
      yield* producer.nothingDue
    }),
  )

  it.live("takes hints and what is due in turns", () =>
    Effect.gen(function* () {
      const producer = yield* looked(1)
      producer.note(hint(1, 2))
      producer.note(anyDue)
      const kinds: Array<string> = []
      for (let turn = 0; turn < 4; turn++) {
        const next = yield* producer.next
        kinds.push(next.ids === undefined ? "due" : "hint")
        producer.claimed(next, next.ids?.slice(0, 1) ?? ids(10 + turn))
        producer.ended()
      }
      assert.deepStrictEqual(kinds, ["hint", "due", "hint", "due"])
    }),
  )

  it.live(
    "looks at more hints together while they lead to nothing, and forgets none that may lead to a lead",
    () =>
      Effect.gen(function* () {
        const producer = yield* looked(1)
        const sizes: Array<number | undefined> = []
        for (let turn = 0; turn < 3; turn++) {
          const max = (yield* now(producer.room)) ?? 0
          producer.note(hint(...Array.from({ length: max }, (_, index) => 1 + index)))
          const next = yield* producer.next
          sizes.push(next.ids?.length)
          producer.claimed(next, [])
        }
        assert.deepStrictEqual(sizes, [1, 2, 4])
        producer.note(hint(21, 22, 23, 24, 25))
        const many = yield* producer.next
        assert.deepStrictEqual(many, { ids: ids(21, 22, 23, 24, 25), max: 1 })
        producer.claimed(many, ids(23))
        producer.ended()
        assert.deepStrictEqual(yield* now(producer.next), { ids: ids(21), max: 1 })
        assert.deepStrictEqual(producer.clear(), ids(22, 24, 25))
        assert.deepStrictEqual(producer.clear(), [])
      }),
  )
})
