import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Result, Schema, Scope } from "effect"
import type { Batcher } from "../src/index.ts"
import { submitTo, turns, world } from "./support/batcher.ts"

const numbers = (length: number) => Array.from({ length }, (_, index) => index)

describe("a batcher", () => {
  it.live("gives each caller its own result", () =>
    Effect.gen(function* () {
      const { batcher, submit } = yield* world({ maxItems: 7, concurrency: 3 })
      const results = yield* Effect.forEach(numbers(1000), submit, { concurrency: "unbounded" })
      assert.deepStrictEqual(
        results,
        numbers(1000).map((n) => Result.succeed(String(n))),
      )
      assert.strictEqual(batcher.waiting(), 0)
    }).pipe(Effect.scoped),
  )

  it.live("makes one batch of all that come in one turn of the event loop", () =>
    Effect.gen(function* () {
      const { batches, submit } = yield* world()
      yield* Effect.forEach(numbers(50), submit, { concurrency: "unbounded" })
      assert.deepStrictEqual(batches, [numbers(50)])
    }).pipe(Effect.scoped),
  )

  it.live(
    "gathers those who come while a batch runs, in their order, and lets an idle caller wait for nobody",
    () =>
      Effect.gen(function* () {
        const { batches, end, submitAll } = yield* world({ gated: true })
        yield* submitAll([0])
        yield* submitAll([1, 2])
        yield* submitAll([3])
        assert.deepStrictEqual(batches, [[0]])
        yield* end(0)
        assert.deepStrictEqual(batches, [[0], [1, 2, 3]])
        yield* end(1)
        yield* submitAll([4])
        assert.deepStrictEqual(batches, [[0], [1, 2, 3], [4]])
      }).pipe(Effect.scoped),
  )

  it.live("waits for more items if it gathers, until there are enough or for so long", () =>
    Effect.gen(function* () {
      const { batches, submit } = yield* world({ gather: { items: 3, ms: 30 } })
      const first = yield* Effect.forkChild(submit(0))
      yield* Effect.sleep("5 millis")
      assert.deepStrictEqual(batches, [])
      yield* Effect.forEach([1, 2], submit, { concurrency: "unbounded" })
      yield* Fiber.join(first)
      assert.deepStrictEqual(batches, [[0, 1, 2]])
      yield* submit(3)
      assert.deepStrictEqual(batches, [[0, 1, 2], [3]])
    }).pipe(Effect.scoped),
  )

  it.live("never calls back before `submit` has returned", () =>
    Effect.gen(function* () {
      const { batcher } = yield* world({ limit: { maxItems: 4, maxSize: 100, targetMs: 100 } })
      const order: Array<string> = []
      const results = yield* Deferred.make<void>()
      for (const n of [0, 1]) {
        batcher.submit(n, ({ _tag }) => {
          order.push(`${n} ${_tag}`)
          if (order.length === 3) Deferred.doneUnsafe(results, Exit.void)
        })
      }
      order.push("returned")
      yield* Deferred.await(results)
      assert.deepStrictEqual(order.toSorted(), ["0 Success", "1 Failure", "returned"])
      assert.strictEqual(order[0], "returned")
    }).pipe(Effect.scoped),
  )

  it.live("runs no more batches at once than it may", () =>
    Effect.gen(function* () {
      const { batches, end, submitAll } = yield* world({ gated: true, concurrency: 2, maxItems: 1 })
      yield* submitAll([0, 1, 2, 3])
      assert.deepStrictEqual(batches, [[0], [1]])
      yield* end(1)
      assert.deepStrictEqual(batches, [[0], [1], [2]])
      yield* end(0)
      assert.deepStrictEqual(batches, [[0], [1], [2], [3]])
    }).pipe(Effect.scoped),
  )

  it.live("bounds a batch in items and in size, and runs an item that is larger alone", () =>
    Effect.gen(function* () {
      const sized = yield* world({ maxSize: 10, sizeOf: (item) => item })
      yield* Effect.forEach([4, 5, 2, 99, 10, 0, 1], sized.submit, { concurrency: "unbounded" })
      assert.deepStrictEqual(sized.batches, [[4, 5], [2], [99], [10, 0], [1]])
      const counted = yield* world({ maxItems: 4 })
      yield* Effect.forEach(numbers(10), counted.submit, { concurrency: "unbounded" })
      assert.deepStrictEqual(counted.batches, [numbers(4), [4, 5, 6, 7], [8, 9]])
    }).pipe(Effect.scoped),
  )

  it.live.prop(
    "loses no item, repeats none and keeps their order, whatever their sizes are",
    [Schema.Array(Schema.Literals([0, 1, 3, 8, 20])), Schema.Literals([1, 2, 5, 3000])],
    ([sizes, maxItems]) =>
      Effect.gen(function* () {
        const { batches, submit } = yield* world({
          maxItems,
          maxSize: 10,
          sizeOf: (item) => sizes[item] ?? 0,
        })
        yield* Effect.forEach(sizes.keys(), submit, { concurrency: "unbounded" })
        assert.deepStrictEqual(batches.flat(), [...sizes.keys()])
        for (const batch of batches) {
          assert.isAtMost(batch.length, maxItems)
          const size = batch.reduce((sum, item) => sum + (sizes[item] ?? 0), 0)
          assert.isTrue(size <= 10 || batch.length === 1)
        }
      }).pipe(Effect.scoped),
  )
})

describe("a batch that fails", () => {
  it.live("costs only the bad item: it is run again in halves", () =>
    Effect.gen(function* () {
      const { batches, submit } = yield* world({
        run: (items) => (items.includes(2) ? Effect.fail("bad") : Effect.succeed(items.map(String))),
      })
      const results = yield* Effect.forEach([1, 2, 3, 4], submit, { concurrency: "unbounded" })
      assert.deepStrictEqual(results.map(Result.isSuccess), [true, false, true, true])
      assert.deepStrictEqual(batches, [[1, 2, 3, 4], [1, 2], [1], [2], [3, 4]])
    }).pipe(Effect.scoped),
  )

  it.live("for another reason is not run again; all its callers learn of it", () =>
    Effect.gen(function* () {
      const { batches, submit } = yield* world({ run: () => Effect.fail("down") })
      const results = yield* Effect.forEach([1, 2], submit, { concurrency: "unbounded" })
      assert.deepStrictEqual<unknown>(results, [Result.fail("down"), Result.fail("down")])
      assert.deepStrictEqual(batches, [[1, 2]])
    }).pipe(Effect.scoped),
  )

  it.live("by a bug refuses its items and is logged, and others go on", () =>
    Effect.gen(function* () {
      const { logged, submit } = yield* world({
        run: (items) => {
          if (items.includes(1)) throw new Error("bug")
          return Effect.succeed(items.map(String))
        },
      })
      assert.deepStrictEqual(yield* submit(1), Result.fail("refused"))
      assert.deepStrictEqual(yield* submit(2), Result.succeed("2"))
      assert.deepStrictEqual(logged, ["a batch failed"])
    }).pipe(Effect.scoped),
  )

  it.live("in a caller's own callback harms no other caller", () =>
    Effect.gen(function* () {
      const { batcher, logged, submit } = yield* world()
      batcher.submit(1, () => {
        throw new Error("bug")
      })
      assert.deepStrictEqual(yield* submit(2), Result.succeed("2"))
      assert.deepStrictEqual(logged, ["a callback of a batch failed"])
    }).pipe(Effect.scoped),
  )
})

describe("a batch that is slow", () => {
  it.live("lets others pass, six at most, and each gets its result in the end", () =>
    Effect.gen(function* () {
      const { batches, end, submitAll } = yield* world({ gated: true, maxItems: 1, slowAfterMs: 20 })
      const fibers = yield* submitAll(numbers(10))
      assert.deepStrictEqual(batches, [[0]])
      yield* Effect.sleep("400 millis")
      assert.deepStrictEqual(
        batches,
        numbers(7).map((n) => [n]),
      )
      // One that ends makes room for one more, whichever it is.
      yield* end(3)
      yield* Effect.sleep("100 millis")
      assert.lengthOf(batches, 8)
      for (const index of [0, 1, 2, 4, 5, 6, 7]) yield* end(index)
      yield* Effect.sleep("50 millis")
      for (const index of [8, 9]) yield* end(index)
      assert.deepStrictEqual(
        yield* Effect.forEach(fibers, Fiber.join),
        numbers(10).map((n) => Result.succeed(String(n))),
      )
    }).pipe(Effect.scoped),
  )

  it.live("does not let others pass before it is slow", () =>
    Effect.gen(function* () {
      const { batches, end, submitAll } = yield* world({ gated: true, slowAfterMs: 10_000 })
      yield* submitAll([0])
      yield* submitAll([1])
      yield* Effect.sleep("100 millis")
      assert.deepStrictEqual(batches, [[0]])
      yield* end(0)
    }).pipe(Effect.scoped),
  )
})

describe("waiting", () => {
  it.live("is bounded: an item beyond it is refused at once", () =>
    Effect.gen(function* () {
      const { batcher, end, submit, submitAll } = yield* world({
        gated: true,
        limit: { maxItems: 12, maxSize: 100, targetMs: 100 },
      })
      const [first] = yield* submitAll([0])
      const others = yield* submitAll([1, 2])
      assert.deepStrictEqual([batcher.waiting(), batcher.isFull(1)], [2, true])
      assert.deepStrictEqual(yield* submit(3), Result.fail("refused"))
      yield* end(0)
      assert.isTrue(Result.isSuccess(yield* Fiber.join(first ?? assert.fail())))
      assert.deepStrictEqual([batcher.waiting(), batcher.isFull(1)], [0, false])
      yield* end(1)
      for (const fiber of others) assert.isTrue(Result.isSuccess(yield* Fiber.join(fiber)))
    }).pipe(Effect.scoped),
  )

  it.live("is bounded by the time of the batches, not by that of a busy event loop", () =>
    Effect.gen(function* () {
      const maxItems = 400
      const { batcher } = yield* world({
        limit: { maxItems, maxSize: maxItems, targetMs: 10 },
        // It is answered in the next turn.
        run: (items) =>
          Effect.callback((resume) => void setImmediate(resume, Effect.succeed(items.map(String)))),
      })
      let held = 0
      let turn = 0
      yield* Effect.callback<void>((resume) => {
        const work = () => {
          // As many as there is room for, then other work.
          for (; !batcher.isFull(1); held++) batcher.submit(turn, () => void held--)
          for (const began = performance.now(); performance.now() - began < 20;);
          if (++turn < 40) setImmediate(work)
          else resume(Effect.void)
        }
        work()
      })
      // A tenth is a little more than twice what it falls to if a turn counts as a slow batch.
      assert.isAbove(held, maxItems / 10)
    }).pipe(Effect.scoped),
  )

  it.live("ends when patience does, in a batch and before one; what was refused is not run", () =>
    Effect.gen(function* () {
      const { batcher, batches, end, submitAll } = yield* world({
        gated: true,
        maxWaitMs: 300,
        patienceMs: 300,
        slowAfterMs: 10_000,
      })
      const fibers = [...(yield* submitAll([0])), ...(yield* submitAll([1, 2]))]
      yield* Effect.sleep("200 millis")
      assert.isTrue(fibers.every((fiber) => fiber.pollUnsafe() === undefined))
      const late = yield* submitAll([3])
      const results = yield* Effect.forEach(fibers, Fiber.join)
      assert.isTrue(results.every((result) => Result.isFailure(result) && result.failure === "refused"))
      assert.strictEqual(batcher.waiting(), 1)
      yield* end(0)
      assert.deepStrictEqual(batches, [[0], [3]])
      yield* end(1)
      assert.isTrue(Result.isSuccess(yield* Fiber.join(late[0] ?? assert.fail())))
    }).pipe(Effect.scoped),
  )
})

describe("patience", () => {
  it.live("does not count the time in which the event loop was busy: a late timer is not a late batch", () =>
    Effect.gen(function* () {
      const { submit } = yield* world({
        patienceMs: 300,
        run: (items) => Effect.as(Effect.sleep("150 millis"), items.map(String)),
      })
      const result = yield* Effect.forkDetach(submit(1), { startImmediately: true })
      yield* turns
      // The loop is busy for longer than the patience; the batch's end and the check of patience are both due then.
      for (const until = performance.now() + 1000; performance.now() < until;);
      assert.deepStrictEqual(yield* Fiber.join(result), Result.succeed("1"))
    }).pipe(Effect.scoped),
  )

  it.live("that ended before a batch did is reported when the batch succeeds, and not when it fails", () =>
    Effect.gen(function* () {
      const late: Array<readonly [number, string]> = []
      let isDown = false
      const { end, submitAll } = yield* world({
        gated: true,
        patienceMs: 150,
        onLate: (item, value) => void late.push([item, value]),
        run: (items) => (isDown ? Effect.fail("down") : Effect.succeed(items.map(String))),
      })
      for (const [index, items] of [
        [1, 2],
        [3, 4],
      ].entries()) {
        const fibers = yield* submitAll(items)
        for (const fiber of fibers) assert.isTrue(Result.isFailure(yield* Fiber.join(fiber)))
        isDown = index === 1
        yield* end(index)
      }
      assert.deepStrictEqual(late, [
        [1, "1"],
        [2, "2"],
      ])
    }).pipe(Effect.scoped),
  )

  it.live("of items that wait ends before they are in a batch", () =>
    Effect.gen(function* () {
      const refusals: Array<Batcher.Refusal> = []
      const { batches, end, submitAll } = yield* world({
        gated: true,
        slowAfterMs: 10_000,
        maxWaitMs: 100,
        refusal: (why) => {
          refusals.push(why)
          return "refused"
        },
      })
      yield* submitAll([0])
      const waiting = yield* submitAll([1, 2])
      yield* Effect.sleep("150 millis")
      // Without a timer: the batch that would have taken them refuses them.
      yield* end(0)
      for (const fiber of waiting) assert.isTrue(Result.isFailure(yield* Fiber.join(fiber)))
      assert.deepStrictEqual(refusals, ["Waited", "Waited"])
      yield* submitAll([3])
      assert.deepStrictEqual(batches, [[0], [3]])
      yield* end(1)
    }).pipe(Effect.scoped),
  )
})

describe("a batcher whose scope closes", () => {
  it.live("ends the batch under way and refuses everybody else", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { batcher, end, submitAll } = yield* Scope.provide(
        world({ gated: true, keepsGates: true }),
        scope,
      )
      const [first] = yield* submitAll([0])
      const [second] = yield* submitAll([1])
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      assert.deepStrictEqual<unknown>(yield* Fiber.join(second ?? assert.fail()), Result.fail("refused"))
      assert.deepStrictEqual(yield* submitTo(batcher)(2), Result.fail("refused"))
      assert.isUndefined(closing.pollUnsafe())
      yield* end(0)
      assert.deepStrictEqual(yield* Fiber.join(first ?? assert.fail()), Result.succeed("0"))
      yield* Fiber.join(closing)
      assert.deepStrictEqual(yield* submitTo(batcher)(3), Result.fail("refused"))
    }),
  )

  it.live("closes at once when nothing is under way", () =>
    Effect.gen(function* () {
      yield* Effect.scoped(Effect.flatMap(world({ patienceMs: 1000 }), ({ submit }) => submit(1)))
      yield* turns
    }),
  )
})
