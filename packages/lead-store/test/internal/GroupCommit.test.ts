import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Scope } from "effect"
import * as GroupCommit from "../../src/internal/GroupCommit.ts"

/** A group commit of numbers that remembers its batches; the first batch of a gated one waits for `open`. */
const setUp = Effect.fnUntraced(function* (
  options: Partial<GroupCommit.Options<number, string, "bad" | "down">> & { readonly gated?: boolean } = {},
) {
  const { gated = false, ...rest } = options
  const batches: Array<ReadonlyArray<number>> = []
  const gate = yield* Deferred.make<void>()
  const group = yield* GroupCommit.make<number, string, "bad" | "down">({
    isolate: (error) => error === "bad",
    sizeOf: () => 1,
    ...rest,
    run: Effect.fnUntraced(function* (items) {
      batches.push(items)
      if (gated && batches.length === 1) yield* Deferred.await(gate)
      return rest.run === undefined ? items.map(String) : yield* rest.run(items)
    }),
  })
  return { batches, submit: group.submit, open: Deferred.succeed(gate, undefined) }
})

/** Submits all at once, each in a fiber of its own, and lets them get as far as they can. */
const submitAll = Effect.fnUntraced(function* <A, E>(
  submit: (item: number) => Effect.Effect<A, E>,
  items: ReadonlyArray<number>,
) {
  const fibers = yield* Effect.forEach(items, (item) => Effect.forkChild(submit(item)))
  yield* Effect.repeat(Effect.yieldNow, { times: 10 })
  return fibers
})

const submitOne = <A, E>(submit: (item: number) => Effect.Effect<A, E>, item: number) =>
  Effect.tap(Effect.forkChild(submit(item)), Effect.repeat(Effect.yieldNow, { times: 10 }))

const awaitAll = <A, E>(fibers: ReadonlyArray<Fiber.Fiber<A, E>>) => Effect.forEach(fibers, Fiber.await)

const numbers = (length: number) => Array.from({ length }, (_, index) => index)

describe("GroupCommit", () => {
  it.effect("gives each caller its own result", () =>
    Effect.gen(function* () {
      const { submit } = yield* setUp()
      const results = yield* Effect.forEach(numbers(1000), submit, { concurrency: "unbounded" })
      assert.deepStrictEqual(results, numbers(1000).map(String))
    }),
  )

  it.effect("gathers those who come while a batch runs into the next one", () =>
    Effect.gen(function* () {
      const { batches, open, submit } = yield* setUp({ gated: true })
      const first = yield* submitOne(submit, 0)
      const others = yield* submitAll(submit, [1, 2, 3])
      yield* open
      yield* awaitAll([first, ...others])
      assert.deepStrictEqual(batches, [[0], [1, 2, 3]])
    }),
  )

  it.effect("lets an idle caller wait for nobody", () =>
    Effect.gen(function* () {
      const { batches, submit } = yield* setUp()
      yield* submit(1)
      yield* submit(2)
      assert.deepStrictEqual(batches, [[1], [2]])
    }),
  )

  it.effect("disturbs nobody when a caller of the batch under way is interrupted", () =>
    Effect.gen(function* () {
      const { batches, open, submit } = yield* setUp({ gated: true })
      const first = yield* submitOne(submit, 0)
      const others = yield* submitAll(submit, [1, 2])
      yield* Fiber.interrupt(first)
      yield* open
      assert.deepStrictEqual(yield* awaitAll(others), [Exit.succeed("1"), Exit.succeed("2")])
      assert.deepStrictEqual(batches, [[0], [1, 2]])
    }),
  )

  it.effect("does not run what its caller gave up before a batch began with it", () =>
    Effect.gen(function* () {
      const { batches, open, submit } = yield* setUp({ gated: true })
      const first = yield* submitOne(submit, 0)
      const one = yield* submitOne(submit, 1)
      const two = yield* submitOne(submit, 2)
      const three = yield* submitOne(submit, 3)
      yield* Fiber.interrupt(two)
      yield* open
      yield* awaitAll([first, one, three])
      assert.deepStrictEqual(batches, [[0], [1, 3]])
    }),
  )

  it.effect("goes on when everybody who waited has gone", () =>
    Effect.gen(function* () {
      const { batches, open, submit } = yield* setUp({ gated: true })
      const first = yield* submitOne(submit, 0)
      const second = yield* submitOne(submit, 1)
      yield* Fiber.interrupt(second)
      yield* open
      yield* Fiber.join(first)
      yield* Effect.repeat(Effect.yieldNow, { times: 10 })
      assert.strictEqual(yield* submit(2), "2")
      assert.deepStrictEqual(batches, [[0], [2]])
    }),
  )

  it.effect("lets a bad item cost only itself", () =>
    Effect.gen(function* () {
      const { batches, submit } = yield* setUp({
        run: (items) => (items.includes(2) ? Effect.fail("bad") : Effect.succeed(items.map(String))),
      })
      const exits = yield* awaitAll(yield* submitAll(submit, [1, 2, 3]))
      assert.deepStrictEqual(exits, [Exit.succeed("1"), Exit.fail<"bad" | "down">("bad"), Exit.succeed("3")])
      assert.deepStrictEqual(batches, [[1, 2, 3], [1], [2], [3]])
    }),
  )

  it.effect("does not repeat a batch that failed for another reason; all its callers learn of it", () =>
    Effect.gen(function* () {
      const { batches, submit } = yield* setUp({ run: () => Effect.fail("down") })
      const exits = yield* awaitAll(yield* submitAll(submit, [1, 2]))
      assert.deepStrictEqual(exits, [Exit.fail<"bad" | "down">("down"), Exit.fail<"bad" | "down">("down")])
      assert.deepStrictEqual(batches, [[1, 2]])
    }),
  )

  it.effect("lives on after a bug, which those who met it learn of", () =>
    Effect.gen(function* () {
      const { submit } = yield* GroupCommit.make<number, string, never>({
        run: (items) => {
          if (items.includes(1)) throw new Error("bug")
          return Effect.succeed(items.map(String))
        },
        isolate: () => false,
        sizeOf: (item) => {
          if (item === 2) throw new Error("bug")
          return 1
        },
      })
      assert.isTrue(Exit.hasDies(yield* Effect.exit(submit(1))))
      assert.isTrue(Exit.hasDies(yield* Effect.exit(submit(2))))
      assert.strictEqual(yield* submit(3), "3")
    }),
  )

  it.effect("caps a batch in items", () =>
    Effect.gen(function* () {
      const { batches, submit } = yield* setUp({ maxItems: 4 })
      yield* awaitAll(yield* submitAll(submit, numbers(10)))
      assert.deepStrictEqual(
        batches.map((batch) => batch.length),
        [4, 4, 2],
      )
    }),
  )

  it.effect("caps a batch in size, and runs an item that is larger alone", () =>
    Effect.gen(function* () {
      const { batches, submit } = yield* setUp({ maxSize: 10, sizeOf: (item) => item })
      yield* awaitAll(yield* submitAll(submit, [4, 5, 2, 99, 10, 0, 1]))
      assert.deepStrictEqual(batches, [[4, 5], [2], [99], [10, 0], [1]])
    }),
  )

  it.effect("never has two items of one key in a batch, and keeps their order", () =>
    Effect.gen(function* () {
      const { batches, submit } = yield* setUp({ keyOf: (item) => item % 10, sizeOf: () => 0 })
      yield* awaitAll(yield* submitAll(submit, [1, 11, 2, 21, 12, 3]))
      assert.deepStrictEqual(batches, [[1, 2, 3], [11, 12], [21]])
    }),
  )

  it.effect("ends the batch under way when the scope closes, and interrupts everybody else", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { open, submit } = yield* Scope.provide(setUp({ gated: true }), scope)
      const first = yield* submitOne(submit, 0)
      const second = yield* submitOne(submit, 1)
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(second)))
      assert.isTrue(Exit.hasInterrupts(yield* Effect.exit(submit(2))))
      assert.isUndefined(closing.pollUnsafe())
      yield* open
      assert.deepStrictEqual(yield* Fiber.await(first), Exit.succeed("0"))
      yield* Fiber.join(closing)
      assert.isTrue(Exit.hasInterrupts(yield* Effect.exit(submit(3))))
    }),
  )
})
