/**
 * The conformance suite of `LeadQueue`: each driver's test file runs it over its own servers.
 */
import { assert, describe, it } from "@effect/vitest"
import { LeadId } from "@lead-gateway/lead"
import { Deferred, Duration, Effect, Exit, Fiber, Schedule, Scope } from "effect"
import type { Hint, LeadQueue } from "../src/index.ts"

/** One server and any number of processes that use it. */
export interface World {
  /** The queue of one more process, connected; in the current scope. */
  readonly process: (options: {
    readonly takes: boolean
  }) => Effect.Effect<LeadQueue["Service"], never, Scope.Scope>
  /** Makes the server unreachable, or does nothing for a driver that cannot be made so. */
  readonly down: Effect.Effect<void>
  readonly up: Effect.Effect<void>
}

export interface Driver {
  /** Whether hints carry ids, each once. Otherwise they only say that something may be due. */
  readonly givesIds: boolean
  /** Whether a take gets all that is in the queue, up to its `max`; otherwise as much of it as has come already. */
  readonly fillsTakes?: boolean
  readonly world: Effect.Effect<World, never, Scope.Scope>
}

/** Much longer than a wake-up takes on any machine. */
export const long = Duration.seconds(30)

/** Far less than {@link long}, and far more than a wake-up takes. */
export const soon = Duration.seconds(10)

export const ids = (...numbers: ReadonlyArray<number>) => numbers.map((id) => LeadId.make(id))

export const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => LeadId.make(from + index))

export const take = (queue: LeadQueue["Service"], within: Duration.Input = soon, max = 10) =>
  queue.take({ max, within: Duration.fromInputUnsafe(within) })

export const idsOf = (hint: Hint) => (hint._tag === "Leads" ? hint.ids : [])

/** Takes until it has so many ids. */
export const takeAll = Effect.fnUntraced(function* (
  queue: LeadQueue["Service"],
  count: number,
  max: number = 10,
) {
  const taken: Array<LeadId> = []
  while (taken.length < count) {
    const most: number = Math.min(max, count - taken.length)
    const some = idsOf(yield* take(queue, soon, most))
    assert.isAtMost(some.length, most)
    taken.push(...some)
  }
  return taken
})

/** Waits until the server answers this process. */
export const answering = (queue: LeadQueue["Service"]) =>
  Effect.retry(queue.depth, Schedule.spaced("10 millis")).pipe(Effect.orDie, Effect.as(queue))

/** Waits until so many leads are in the queue. */
export const depthOf = (queue: LeadQueue["Service"], count: number) =>
  queue.depth.pipe(
    Effect.filterOrFail((depth) => depth === count),
    Effect.retry(Schedule.spaced("10 millis")),
    Effect.orDie,
  )

export const conforms = (name: string, driver: Driver) =>
  describe(`${name}, as any queue`, () => {
    const test = (sentence: string, run: (world: World) => Effect.Effect<void, unknown, Scope.Scope>) =>
      it.live(sentence, () => Effect.scoped(Effect.flatMap(driver.world, run)), 120_000)

    test("wakes at once a worker that waits in another process", (world) =>
      Effect.gen(function* () {
        const [worker, api] = [yield* world.process({ takes: true }), yield* world.process({ takes: false })]
        for (const id of range(1, 3)) {
          const waiting = yield* Effect.forkChild(Effect.timed(take(worker, long)))
          yield* api.offer([id])
          const [waited, hint] = yield* Fiber.join(waiting)
          assert.deepStrictEqual(hint, driver.givesIds ? { _tag: "Leads", ids: [id] } : { _tag: "AnyDue" })
          assert.isTrue(Duration.isLessThan(waited, soon))
        }
      }))

    test("wakes a worker, too, by an offer that is a plain function", (world) =>
      Effect.gen(function* () {
        const [worker, api] = [yield* world.process({ takes: true }), yield* world.process({ takes: false })]
        const waiting = yield* Effect.forkChild(Effect.timed(take(worker, long)), { startImmediately: true })
        yield* Effect.sleep("50 millis")
        api.offerUnsafe(ids(1, 2))
        api.offerUnsafe(ids(3))
        const [waited, hint] = yield* Fiber.join(waiting)
        assert.isTrue(Duration.isLessThan(waited, soon))
        if (!driver.givesIds) return assert.deepStrictEqual(hint, { _tag: "AnyDue" })
        const first = idsOf(hint)
        assert.isNotEmpty(first)
        const rest = driver.fillsTakes === true ? [] : yield* takeAll(worker, 3 - first.length)
        assert.deepStrictEqual([...first, ...rest], ids(1, 2, 3))
      }))

    test("wakes at once a worker that waits in the same process", (world) =>
      Effect.gen(function* () {
        const gateway = yield* world.process({ takes: true })
        const waiting = yield* Effect.forkChild(Effect.timed(take(gateway, long)))
        yield* gateway.offer(ids(1))
        const [waited, hint] = yield* Fiber.join(waiting)
        assert.strictEqual(hint._tag, driver.givesIds ? "Leads" : "AnyDue")
        assert.isTrue(Duration.isLessThan(waited, soon))
      }))

    test("says that anything may be due when nothing came in the time that was asked for", (world) =>
      Effect.gen(function* () {
        const worker = yield* world.process({ takes: true })
        const [waited, hint] = yield* Effect.timed(take(worker, "200 millis"))
        assert.deepStrictEqual(hint, { _tag: "AnyDue" })
        assert.isTrue(Duration.isGreaterThanOrEqualTo(waited, Duration.millis(190)))
        assert.deepStrictEqual(yield* take(worker, Duration.zero), { _tag: "AnyDue" })
      }))

    test("fails nobody and returns in time while the server is away, and works again when it is back", (world) =>
      Effect.gen(function* () {
        const [worker, api] = [yield* world.process({ takes: true }), yield* world.process({ takes: false })]
        yield* take(worker, "10 millis")
        yield* world.down
        const [waited] = yield* Effect.timed(
          Effect.forEach(range(1, 1000), (id) => api.offer([id]), { discard: true }),
        )
        assert.isTrue(Duration.isLessThan(waited, soon))
        for (let n = 0; n < 3; n++) {
          const [slept, hint] = yield* Effect.timed(take(worker, "300 millis"))
          assert.deepStrictEqual(hint, { _tag: "AnyDue" })
          assert.isTrue(Duration.isLessThan(slept, soon))
        }
        yield* world.up
        yield* Effect.all([answering(worker), answering(api)])
        const waiting = yield* Effect.forkChild(takeAgain(worker))
        yield* Effect.repeat(api.offer(ids(7)), {
          until: () => waiting.pollUnsafe() !== undefined,
          schedule: Schedule.spaced("50 millis"),
        })
        const hint = yield* Fiber.join(waiting)
        assert.strictEqual(hint._tag, driver.givesIds ? "Leads" : "AnyDue")
      }))

    /** The first hint after a server's return may be that anything is due. */
    const takeAgain = Effect.fnUntraced(function* (worker: LeadQueue["Service"]) {
      for (;;) {
        const hint = yield* take(worker)
        if (hint._tag === "Leads" || !driver.givesIds) return hint
      }
    })

    if (driver.givesIds) {
      test("gives leads in the order of their offers, so many at once as are asked for", (world) =>
        Effect.gen(function* () {
          const queue = yield* world.process({ takes: true })
          yield* queue.offer(range(1, 5))
          yield* Effect.forEach(range(6, 25), (id) => queue.offer([id]), { discard: true })
          yield* depthOf(queue, 25)
          const takeSome = Effect.fnUntraced(function* (max: number, expected: ReadonlyArray<LeadId>) {
            const taken = driver.fillsTakes
              ? idsOf(yield* take(queue, max === 20 ? Duration.zero : soon, max))
              : yield* takeAll(queue, expected.length, max)
            assert.deepStrictEqual(taken, expected)
          })
          yield* takeSome(3, range(1, 3))
          yield* takeSome(1, ids(4))
          yield* takeSome(20, range(5, 24))
          yield* depthOf(queue, 1)
        }))

      test("gives each offer to one taker only, and all of them", (world) =>
        Effect.gen(function* () {
          const api = yield* world.process({ takes: false })
          const workers = [yield* world.process({ takes: true }), yield* world.process({ takes: true })]
          const taken: Array<LeadId> = []
          const all = yield* Deferred.make<void>()
          const work = (worker: LeadQueue["Service"]) =>
            take(worker, "1 second", 7).pipe(
              Effect.tap((hint) => {
                taken.push(...idsOf(hint))
                return taken.length >= 2000 ? Deferred.succeed(all, undefined) : Effect.void
              }),
              Effect.forever,
            )
          const working = yield* Effect.forEach([...workers, ...workers], (worker) =>
            Effect.forkChild(work(worker)),
          )
          yield* Effect.forEach(range(1, 2000), (id) => api.offer([id]), { concurrency: 50, discard: true })
          yield* Deferred.await(all)
          yield* Fiber.interruptAll(working)
          assert.deepStrictEqual(
            taken.toSorted((a, b) => a - b),
            range(1, 2000),
          )
          assert.strictEqual(yield* api.depth, 0)
        }))

      test("loses no lead by takes that are interrupted, and keeps the order", (world) =>
        Effect.gen(function* () {
          const [worker, api] = [
            yield* world.process({ takes: true }),
            yield* world.process({ takes: false }),
          ]
          const taken: Array<LeadId> = []
          for (let n = 0; n < 200; n++) {
            const waiting = yield* Effect.forkChild(take(worker, long, 3))
            yield* api.offer(ids(n + 1))
            if (n % 3 === 0) yield* Effect.yieldNow
            if (n % 3 === 1) yield* Effect.sleep("1 millis")
            yield* Fiber.interrupt(waiting)
            const exit = yield* Fiber.await(waiting)
            if (exit._tag === "Success") taken.push(...idsOf(exit.value))
          }
          taken.push(...(yield* takeAll(worker, 200 - taken.length)))
          assert.deepStrictEqual(
            taken.toSorted((a, b) => a - b),
            range(1, 200),
          )
        }))

      test("loses no lead by a process that ends while it waits", (world) =>
        Effect.gen(function* () {
          const api = yield* world.process({ takes: false })
          const taken: Array<LeadId> = []
          for (const id of range(1, 20)) {
            const scope = yield* Scope.make()
            const worker = yield* Scope.provide(world.process({ takes: true }), scope)
            const waiting = yield* Effect.forkIn(take(worker, long), scope)
            yield* Effect.sleep("5 millis")
            yield* Effect.all([Scope.close(scope, Exit.void), api.offer([id])], { concurrency: 2 })
            const exit = yield* Fiber.await(waiting)
            if (Exit.isSuccess(exit)) taken.push(...idsOf(exit.value))
          }
          yield* depthOf(api, 20 - taken.length)
        }))

      test("knows how many leads wait", (world) =>
        Effect.gen(function* () {
          const queue = yield* world.process({ takes: false })
          assert.strictEqual(yield* queue.depth, 0)
          yield* queue.offer(range(1, 3))
          yield* depthOf(queue, 3)
        }))
    }
  })
