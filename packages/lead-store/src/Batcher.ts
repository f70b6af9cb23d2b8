import { Cause, Effect, Exit, Option, Result, type Scope } from "effect"
import { type Done, type Entry, makeWaitingLine } from "./internal/waitingLine.ts"

/** How a batcher works. */
export interface BatcherOptions<Item, Value, Error> {
  /** Runs a batch; the results are in the order of the items. */
  readonly run: (items: ReadonlyArray<Item>) => Effect.Effect<ReadonlyArray<Value>, Error>
  /** Whether one bad item may have caused the error: the batch is then run again in halves. */
  readonly isolate: (error: Error) => boolean
  /** The error for an item that is not accepted: the batcher is closed, or too many items wait. */
  readonly refusal: () => Error
  /** The size of an item, in the unit of `maxSize`. */
  readonly sizeOf: (item: Item) => number
  /** Items of one batch, at most; 100 by default. */
  readonly maxItems?: number
  /** The total size of a batch, at most, unless it is of one item alone; 8 Mi by default. */
  readonly maxSize?: number
  /** Batches under way at once; 1 by default. Slow ones do not count; there may be six of them. */
  readonly concurrency?: number
  /** After how long a batch counts as slow, so that a dead connection does not delay other batches; 250 by default. */
  readonly slowAfterMs?: number
  /** Items that may wait; further ones are refused at once. No limit by default. */
  readonly maxWaiting?: number
  /**
   * A batch of fewer than `items` waits `ms` for more. For work that no caller waits for, such as recording an outcome:
   * a statement for one row costs as much as one for ten. Without it, no batch waits.
   */
  readonly gather?: { readonly items: number; readonly ms: number }
  /** After how long an item is refused, though its batch may still succeed; no limit by default. */
  readonly patienceMs?: number
}

export type { Done }

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
}

/** Makes a batcher. When the scope closes, items that wait are refused and batches under way are awaited. */
export const make = <Item, Value, Error>(
  options: BatcherOptions<Item, Value, Error>,
): Effect.Effect<Batcher<Item, Value, Error>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const fork = Effect.runForkWith(yield* Effect.context())
    const { concurrency = 1, maxWaiting = Infinity, slowAfterMs = 250 } = options
    const { gather, patienceMs, refusal, sizeOf } = options
    type Batch = ReadonlyArray<Entry<Item, Value, Error>>

    const line = makeWaitingLine<Item, Value, Error>(options.maxItems, options.maxSize)
    /** How many batches count against `concurrency`: all that are under way but the slow ones. */
    let running = 0
    const underWay = new Set<Batch>()
    let isFlushPlanned = false
    let gathering: ReturnType<typeof setTimeout> | undefined
    let isClosed = false
    let onIdle: (() => void) | undefined
    /** The time, updated every {@link checkEveryMs}. */
    let now = performance.now()

    const settle = (entry: Entry<Item, Value, Error>, result: Result.Result<Value, Error>) => {
      const { done } = entry
      if (done === undefined) return
      entry.done = undefined
      try {
        done(result)
      } catch (defect) {
        fork(Effect.logError("a callback of a batch failed", Cause.die(defect)))
      }
    }
    const refuse = (entry: Entry<Item, Value, Error>) => settle(entry, Result.fail(refusal()))

    const runBatch = (batch: Batch): Effect.Effect<void> =>
      Effect.flatMap(
        Effect.exit(Effect.suspend(() => options.run(batch.map(({ item }) => item)))),
        (exit) => {
          if (Exit.isSuccess(exit)) {
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
          for (const entry of batch) settle(entry, Result.fail(Option.getOrElse(error, refusal)))
          // A defect is logged by the fiber's observer; its items are refused as after any failure.
          return Option.isSome(error) ? Effect.void : Effect.failCause(exit.cause as Cause.Cause<never>)
        },
      )

    const start = (batch: Batch) => {
      running++
      underWay.add(batch)
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
      fork(runBatch(batch)).addObserver((exit) => {
        clearTimeout(slow)
        underWay.delete(batch)
        stopCounting()
        if (Exit.isFailure(exit)) fork(Effect.logError("a batch failed", exit.cause))
        if (isClosed && underWay.size === 0) onIdle?.()
      })
    }

    const flush = () => {
      isFlushPlanned = false
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
        now = performance.now()
        const isTooOld = (entry: Entry<Item, Value, Error>) => entry.since < now - patienceMs - checkEveryMs
        for (const batch of underWay) {
          for (const entry of batch) if (isTooOld(entry)) refuse(entry)
        }
        line.dropWhile(isTooOld, refuse)
      }
      const timer = setInterval(check, checkEveryMs).unref()
      yield* Effect.addFinalizer(() => Effect.sync(() => clearInterval(timer)))
    }

    yield* Effect.addFinalizer(() =>
      Effect.callback<void>((resume) => {
        isClosed = true
        line.dropWhile(() => true, refuse)
        if (underWay.size === 0) return resume(Effect.void)
        onIdle = () => resume(Effect.void)
      }),
    )

    return {
      submit: (item, done) => {
        const entry = { item, size: sizeOf(item), since: now, done }
        if (isClosed || line.length() >= maxWaiting) return void setImmediate(refuse, entry)
        line.add(entry)
        plan()
      },
      waiting: line.length,
    }
  })

/** Slow batches at once, at most: each holds a connection. */
const mostSlow = 6

/** How often to check for items that have waited too long. */
const checkEveryMs = 100
