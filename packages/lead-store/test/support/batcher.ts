/** A batcher of numbers whose batches end when a test says so. */
import { Deferred, Effect, type Fiber, Logger, type Result } from "effect"
import { setImmediate } from "node:timers/promises"
import { Batcher } from "../../src/index.ts"

type Failure = "bad" | "down" | "refused"
type Outcome = Result.Result<string, Failure>

/** Waits some turns of the event loop: whatever can happen by itself has happened then. */
export const turns = Effect.promise(async () => {
  for (let turn = 0; turn < 5; turn++) await setImmediate()
})

/** Submits an item and waits for its result. */
export const submitTo =
  <Item, Value, Error>(batcher: Batcher.Batcher<Item, Value, Error>) =>
  (item: Item): Effect.Effect<Result.Result<Value, Error>> =>
    Effect.callback((resume) => batcher.submit(item, (result) => resume(Effect.succeed(result))))

/**
 * A batcher, the batches that it began, and the errors that it logged; with `gated`, `end(n)` ends the n-th
 * batch, and the end of the scope all of them, unless it `keepsGates`.
 */
export const world = Effect.fnUntraced(function* (
  options: Partial<Batcher.BatcherOptions<number, string, Failure>> & {
    readonly gated?: boolean
    readonly keepsGates?: boolean
  } = {},
) {
  const { gated = false, keepsGates = false, run, ...rest } = options
  const batches: Array<ReadonlyArray<number>> = []
  const gates: Array<Deferred.Deferred<void>> = []
  const logged: Array<string> = []
  let isOver = false
  const logger = Logger.make<unknown, void>(({ message }) => logged.push(String([message].flat()[0])))

  const batcher = yield* Batcher.make<number, string, Failure>({
    isolate: (error) => error === "bad",
    refusal: () => "refused",
    sizeOf: () => 1,
    ...rest,
    run: Effect.fnUntraced(function* (items) {
      batches.push(items)
      const gate = yield* Deferred.make<void>()
      gates.push(gate)
      if (gated && !isOver) yield* Deferred.await(gate)
      return run === undefined ? items.map(String) : yield* run(items)
    }),
  }).pipe(Effect.provide(Logger.layer([logger])))

  // When a test ends, it must not wait for batches that it has not ended.
  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      if (keepsGates) return Effect.void
      isOver = true
      return Effect.forEach(gates, (gate) => Deferred.succeed(gate, undefined))
    }),
  )
  const submit = submitTo(batcher)
  return {
    batcher,
    batches,
    logged,
    submit,
    /** Submits items, each by a caller of its own, and lets them proceed as far as they can. */
    submitAll: (items: ReadonlyArray<number>): Effect.Effect<ReadonlyArray<Fiber.Fiber<Outcome>>> =>
      Effect.tap(
        Effect.forEach(items, (item) => Effect.forkDetach(submit(item), { startImmediately: true })),
        turns,
      ),
    end: (index: number) =>
      Effect.andThen(
        Effect.suspend(() => Deferred.succeed(gates[index] ?? Deferred.makeUnsafe<void>(), undefined)),
        turns,
      ),
  }
})
