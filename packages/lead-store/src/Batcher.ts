import { Effect, Exit, Option, Result, type Scope } from "effect"

/** How a batcher works. */
export interface BatcherOptions<Item, Value, Error> {
  /** Runs a batch; the results are in the order of the items. */
  readonly run: (items: ReadonlyArray<Item>) => Effect.Effect<ReadonlyArray<Value>, Error>
  /** True for an error that one bad item causes: the batch is then run again in halves. */
  readonly isolate: (error: Error) => boolean
  /** What an item is told that the batcher does not take: it is closed, or too many wait. */
  readonly refusal: () => Error
  /** How large an item is; a batch stays within `maxSize`, unless one item alone is larger. */
  readonly sizeOf: (item: Item) => number
  /** Items of one batch at most; 100 by default. */
  readonly maxItems?: number
  /** 8 Mi by default. */
  readonly maxSize?: number
  /** Batches under way at once; 1 by default. One that is slow does not count, and up to six more may be. */
  readonly concurrency?: number
  /** Items that wait, at most; further ones are refused at once. No limit by default. */
  readonly maxWaiting?: number
  /** How long an item may take in all before it is refused, whatever becomes of it; no limit by default. */
  readonly patienceMs?: number
}

/** What an item's submitter is told, once. */
export type Done<Value, Error> = (result: Result.Result<Value, Error>) => void

/**
 * Lets concurrent callers share one statement, and so one commit: group commit.
 *
 * While a batch runs, the next one gathers; an idle caller waits for nobody, so no latency is added. It takes plain
 * callbacks, since one is called for every lead; only a batch is an effect. Used by intake, by decisions and by
 * outcomes. It knows nothing of SQL: `run` does the work.
 */
export interface Batcher<Item, Value, Error> {
  /** Hands in one item; `done` is called once, never before this returns. */
  readonly submit: (item: Item, done: Done<Value, Error>) => void
  /** Items that no batch has begun with. */
  readonly waiting: () => number
}

interface Entry<Item, Value, Error> {
  readonly item: Item
  readonly submittedAt: number
  /** Undefined once it has been called. */
  done: Done<Value, Error> | undefined
}

/** Makes a batcher; when the scope closes, batches under way end and what waits is refused. */
export const make = <Item, Value, Error>(
  options: BatcherOptions<Item, Value, Error>,
): Effect.Effect<Batcher<Item, Value, Error>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const fork = Effect.runForkWith(yield* Effect.context())
    const { isolate, refusal, run, sizeOf } = options
    const { concurrency = 1, maxItems = 100, maxSize = 8 * 1024 * 1024, maxWaiting = Infinity } = options
    type Waiting = Entry<Item, Value, Error>

    let waiting: Array<Waiting> = []
    let next = 0
    /** Batches that count against `concurrency`, and all. */
    let running = 0
    const underWay = new Set<ReadonlyArray<Waiting>>()
    let isFlushPlanned = false
    let isClosed = false
    let onIdle: (() => void) | undefined

    const settle = (entry: Waiting, result: Result.Result<Value, Error>) => {
      const { done } = entry
      entry.done = undefined
      done?.(result)
    }

    const takeBatch = (): ReadonlyArray<Waiting> => {
      const batch: Array<Waiting> = []
      let size = 0
      for (; next < waiting.length && batch.length < maxItems; next++) {
        const entry = waiting[next] as Waiting
        if (entry.done === undefined) continue
        size += sizeOf(entry.item)
        if (batch.length > 0 && size > maxSize) break
        batch.push(entry)
      }
      if (next === waiting.length) {
        waiting = []
        next = 0
      } else if (next > 1024) {
        waiting = waiting.slice(next)
        next = 0
      }
      return batch
    }

    const runBatch = (batch: ReadonlyArray<Waiting>): Effect.Effect<void> =>
      Effect.flatMap(Effect.exit(Effect.suspend(() => run(batch.map(({ item }) => item)))), (exit) => {
        const error = Exit.findErrorOption(exit)
        if (batch.length > 1 && Option.exists(error, isolate)) {
          const half = batch.length >> 1
          return Effect.andThen(runBatch(batch.slice(0, half)), runBatch(batch.slice(half)))
        }
        for (const [index, entry] of batch.entries()) {
          settle(
            entry,
            Exit.isSuccess(exit)
              ? Result.succeed(exit.value[index] as Value)
              : Result.fail(Option.getOrElse(error, refusal)),
          )
        }
        // A defect is told by whoever watches fibers; its items are refused like those of any failure.
        return Exit.isSuccess(exit) || Option.isSome(error) ? Effect.void : Effect.failCause(exit.cause as never)
      })

    const start = (batch: ReadonlyArray<Waiting>) => {
      running++
      underWay.add(batch)
      let counts = true
      const ended = () => {
        if (!counts) return
        counts = false
        running--
      }
      const slow = setTimeout(() => {
        if (underWay.size > concurrency + 5) return
        ended()
        flush()
      }, slowAfterMs)
      fork(runBatch(batch)).addObserver((exit) => {
        clearTimeout(slow)
        ended()
        underWay.delete(batch)
        if (Exit.isFailure(exit)) fork(Effect.logError("a batch failed", exit.cause))
        if (isClosed && underWay.size === 0) onIdle?.()
        flush()
      })
    }

    const flush = () => {
      isFlushPlanned = false
      while (running < concurrency && next < waiting.length) {
        const batch = takeBatch()
        if (batch.length > 0) start(batch)
      }
    }

    const { patienceMs } = options
    if (patienceMs !== undefined) {
      const timer = setInterval(() => {
        const oldest = performance.now() - patienceMs
        const expire = (entry: Waiting) => {
          if (entry.submittedAt < oldest) settle(entry, Result.fail(refusal()))
        }
        for (const batch of underWay) batch.forEach(expire)
        for (let index = next; index < waiting.length; index++) expire(waiting[index] as Waiting)
      }, 250).unref()
      yield* Effect.addFinalizer(() => Effect.sync(() => clearInterval(timer)))
    }

    yield* Effect.addFinalizer(() =>
      Effect.callback<void>((resume) => {
        isClosed = true
        const left = waiting.slice(next)
        waiting = []
        next = 0
        for (const entry of left) settle(entry, Result.fail(refusal()))
        if (underWay.size === 0) return resume(Effect.void)
        onIdle = () => resume(Effect.void)
      }),
    )

    return {
      submit: (item, done) => {
        if (isClosed || waiting.length - next >= maxWaiting) {
          return void setImmediate(() => done(Result.fail(refusal())))
        }
        waiting.push({ item, submittedAt: patienceMs === undefined ? 0 : performance.now(), done })
        if (isFlushPlanned || running >= concurrency) return
        isFlushPlanned = true
        setImmediate(flush)
      },
      waiting: () => waiting.length - next,
    }
  })

/** A batch that takes longer than this may be a connection that has silently gone: others do not wait for it. */
const slowAfterMs = 250
