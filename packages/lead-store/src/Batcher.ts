import { Cause, Effect, Exit, Option, Result, type Scope } from "effect"
import type { BatcherOptions, Refusal } from "./BatcherOptions.ts"
import { type LimitOptions, makeAdaptiveLimit } from "./internal/adaptiveLimit.ts"
import { makeLoopLag } from "./internal/loopLag.ts"
import { makeResponsiveClock } from "./internal/responsiveClock.ts"
import { type Done, type Entry, makeWaitingLine } from "./internal/waitingLine.ts"

export type { BatcherOptions, Done, LimitOptions, Refusal }

/**
 * Lets concurrent callers share one statement, and so one commit: group commit.
 *
 * While a batch runs, items gather for the next one. If no batch is under way, an item is run at once, unless `gather` is
 * set. Items are submitted with callbacks, since an effect for each would cost more than its share of the statement.
 * Used by intake, decisions and outcomes. It contains no SQL: `run` does the work.
 */
export interface Batcher<Item, Value, Error> {
  /** Submits one item; `done` is called once, never before this returns. If it throws, no other item is affected. */
  readonly submit: (item: Item, done: Done<Value, Error>) => void
  /** How many items are in no batch yet. */
  readonly waiting: () => number
  /** Whether an item of this size would be refused now. */
  readonly isFull: (size: number) => boolean
}

/** The items of a batch under way, and when it was started by the responsive clock. */
interface Batch<Item, Value, Error> {
  readonly entries: ReadonlyArray<Entry<Item, Value, Error>>
  readonly startedAt: number
}

/** Makes a batcher. When the scope closes, items that wait are refused and batches under way are awaited. */
export const make = <Item, Value, Error>(
  options: BatcherOptions<Item, Value, Error>,
): Effect.Effect<Batcher<Item, Value, Error>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const fork = Effect.runForkWith(yield* Effect.context())
    const { concurrency = 1, maxWaitMs = Infinity, slowAfterMs = 250 } = options
    const { gather, onLate, patienceMs, refusal, sizeOf } = options
    type Entries = ReadonlyArray<Entry<Item, Value, Error>>

    const limit = makeAdaptiveLimit(options.limit ?? noLimit)
    const lag = makeLoopLag()
    const clock = makeResponsiveClock(checkEveryMs, performance.now())
    const line = makeWaitingLine<Item, Value, Error>(options.maxItems, options.maxSize)
    /** How many batches count against `concurrency`: all that are under way but the slow ones. */
    let running = 0
    const underWay = new Set<Batch<Item, Value, Error>>()
    let isFlushPlanned = false
    let gathering: ReturnType<typeof setTimeout> | undefined
    let isClosed = false
    let onIdle: (() => void) | undefined

    const settle = (entry: Entry<Item, Value, Error>, result: Result.Result<Value, Error>) => {
      const { done } = entry
      entry.done = undefined
      try {
        if (done !== undefined) done(result)
        else if (Result.isSuccess(result)) onLate?.(entry.item, result.success)
      } catch (defect) {
        fork(Effect.logError("a callback of a batch failed", Cause.die(defect)))
      }
    }
    const refuse = (entry: Entry<Item, Value, Error>, why: Refusal) => {
      if (entry.done !== undefined) settle(entry, Result.fail(refusal(why)))
    }
    const refuseWaiting = (why: Refusal, holds: (entry: Entry<Item, Value, Error>) => boolean) =>
      line.dropWhile(holds, (entry) => {
        limit.release(entry.size)
        refuse(entry, why)
      })
    const refuseLate = () => {
      const latest = performance.now() - maxWaitMs
      refuseWaiting("Waited", (entry) => entry.since < latest)
    }

    const runBatch = (batch: Entries): Effect.Effect<void> =>
      Effect.flatMap(
        Effect.exit(Effect.suspend(() => options.run(batch.map(({ item }) => item)))),
        (exit) => {
          if (Exit.isSuccess(exit)) {
            limit.observe(batch[0]?.since ?? 0, performance.now(), lag.ms())
            for (const [index, entry] of batch.entries()) {
              settle(entry, Result.succeed(exit.value[index] as Value))
            }
            return Effect.void
          }
          const error = Exit.findErrorOption(exit)
          if (batch.length > 1 && Option.exists(error, options.isolate)) {
            const half = batch.length >> 1
            return Effect.andThen(runBatch(batch.slice(0, half)), runBatch(batch.slice(half)))
          }
          for (const entry of batch)
            settle(entry, Result.fail(Option.getOrElse(error, () => refusal("Unconfirmed"))))
          // A defect is logged by the fiber's observer; its items are refused as after any failure.
          return Option.isSome(error) ? Effect.void : Effect.failCause(exit.cause as Cause.Cause<never>)
        },
      )

    const start = (entries: Entries) => {
      const batch = { entries, startedAt: clock.now() }
      running++
      underWay.add(batch)
      if (limit.isStrained()) lag.measure()
      let counts = true
      const stopCounting = () => {
        if (!counts) return
        counts = false
        running--
        plan()
      }
      const slow = setTimeout(() => {
        if (underWay.size < concurrency + mostSlow) stopCounting()
        else slow.refresh()
      }, slowAfterMs)
      fork(runBatch(entries)).addObserver((exit) => {
        clearTimeout(slow)
        underWay.delete(batch)
        for (const { size } of entries) limit.release(size)
        stopCounting()
        if (Exit.isFailure(exit)) fork(Effect.logError("a batch failed", exit.cause))
        if (isClosed && underWay.size === 0) onIdle?.()
      })
    }

    const flush = () => {
      isFlushPlanned = false
      refuseLate()
      for (let free = concurrency - running; free > 0 && !line.isEmpty(); free--) start(line.take())
    }

    /** Starts batches at the end of this turn of the event loop, so that all items of the turn share a batch. */
    const plan = () => {
      if (isFlushPlanned || running >= concurrency || line.isEmpty()) return
      if (gather === undefined || line.length() >= gather.items) return planNow()
      gathering ??= setTimeout(planNow, gather.ms)
    }
    const planNow = () => {
      clearTimeout(gathering)
      gathering = undefined
      if (isFlushPlanned) return
      isFlushPlanned = true
      setImmediate(flush)
    }

    if (patienceMs !== undefined) {
      const check = () => {
        clock.tick(performance.now())
        for (const { entries, startedAt } of underWay) {
          if (clock.now() - startedAt > patienceMs) for (const entry of entries) refuse(entry, "Unconfirmed")
        }
        refuseLate()
      }
      const timer = setInterval(check, checkEveryMs).unref()
      yield* Effect.addFinalizer(() => Effect.sync(() => clearInterval(timer)))
    }

    yield* Effect.addFinalizer(() =>
      Effect.callback<void>((resume) => {
        isClosed = true
        refuseWaiting("Closed", () => true)
        if (underWay.size === 0) return resume(Effect.void)
        onIdle = () => resume(Effect.void)
      }),
    )

    return {
      submit: (item, done) => {
        const entry = { item, size: sizeOf(item), since: performance.now(), done }
        if (isClosed) return void setImmediate(refuse, entry, "Closed")
        if (!limit.admit(entry.size)) return void setImmediate(refuse, entry, "Full")
        line.add(entry)
        plan()
      },
      waiting: line.length,
      isFull: limit.isFull,
    }
  })

/** Slow batches at once, at most: each holds a connection. */
const mostSlow = 6

const noLimit: LimitOptions = { maxItems: Infinity, maxSize: Infinity, targetMs: Infinity }

/** How often to check for items that have waited too long. */
const checkEveryMs = 100
