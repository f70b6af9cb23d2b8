import { Deferred, Effect, Exit, Queue, type Scope } from "effect"

/**
 * Lets concurrent callers share one statement, and so one commit.
 *
 * While a batch runs, the next one gathers; an idle caller waits for nobody, so no latency is added. Used
 * by intake and by the recording of outcomes. It knows nothing of SQL: `run` does the work.
 */
export interface GroupCommit<Item, Result, Error> {
  /** Hands in one item and waits for its own result. An interrupted caller does not cancel its batch. */
  readonly submit: (item: Item) => Effect.Effect<Result, Error>
}

export interface Options<Item, Result, Error> {
  /** Runs a batch; the results are in the order of the items. */
  readonly run: (items: ReadonlyArray<Item>) => Effect.Effect<ReadonlyArray<Result>, Error>
  /** True for an error that one bad item causes: the batch is then run again item by item. */
  readonly isolate: (error: Error) => boolean
  /** A batch's size in characters stays below `maxSize`, unless one item alone is larger. */
  readonly sizeOf: (item: Item) => number
  /** Items of one key never share a batch: one statement changes a row once. */
  readonly keyOf?: (item: Item) => unknown
  readonly maxItems?: number
  readonly maxSize?: number
  /** Batches under way at once; 1 by default. */
  readonly writers?: number
}

interface Entry<Item, Result, Error> {
  readonly item: Item
  readonly done: Deferred.Deferred<Result, Error>
}

/** Starts the writers in the current scope. When it closes, entries not yet run are interrupted. */
export const make = Effect.fnUntraced(function* <Item, Result, Error>(
  options: Options<Item, Result, Error>,
): Effect.fn.Return<GroupCommit<Item, Result, Error>, never, Scope.Scope> {
  const { run, isolate, sizeOf, keyOf, maxItems = 500, maxSize = 8 * 1024 * 1024, writers = 1 } = options
  type E = Entry<Item, Result, Error>
  const queue = yield* Queue.unbounded<E>()

  const settle = (entries: ReadonlyArray<E>, exit: Exit.Exit<ReadonlyArray<Result>, Error>): void => {
    for (const [index, entry] of entries.entries()) {
      Deferred.doneUnsafe(
        entry.done,
        Exit.map(exit, (results) => results[index] as Result),
      )
    }
  }

  const split = (entries: ReadonlyArray<E>): ReadonlyArray<ReadonlyArray<E>> => {
    const batches: Array<Array<E>> = [[]]
    let size = 0
    let keys = new Set<unknown>()
    for (const entry of entries) {
      const own = sizeOf(entry.item)
      const key = keyOf === undefined ? entry : keyOf(entry.item)
      if (size > 0 && (size + own > maxSize || keys.has(key))) {
        batches.push([])
        size = 0
        keys = new Set()
      }
      batches.at(-1)?.push(entry)
      size += own
      keys.add(key)
    }
    return batches
  }

  const runOne = (entry: E) =>
    Effect.exit(run([entry.item])).pipe(Effect.map((exit) => settle([entry], exit)))

  const runBatch = Effect.fnUntraced(function* (entries: ReadonlyArray<E>) {
    const exit = yield* Effect.exit(run(entries.map((entry) => entry.item)))
    if (entries.length > 1 && Exit.isFailure(exit)) {
      const error = Exit.findErrorOption(exit)
      if (error._tag === "Some" && isolate(error.value)) {
        return yield* Effect.forEach(entries, runOne, { discard: true })
      }
    }
    settle(entries, exit)
  })

  const writer = Queue.takeBetween(queue, 1, maxItems).pipe(
    Effect.flatMap((entries) =>
      // What was taken is run to its end, also when the scope closes meanwhile: its callers are waiting.
      Effect.uninterruptible(Effect.forEach(split(entries), runBatch, { discard: true })),
    ),
    Effect.forever,
    Effect.interruptible,
  )
  yield* Effect.forEach(Array.from({ length: writers }), () => Effect.forkScoped(writer), { discard: true })
  yield* Effect.addFinalizer(() =>
    Queue.clear(queue).pipe(
      Effect.flatMap((entries) =>
        Effect.forEach(entries, (entry) => Deferred.interrupt(entry.done), { discard: true }),
      ),
      Effect.ignore,
    ),
  )

  return {
    submit: (item) =>
      Effect.suspend(() => {
        const entry: E = { item, done: Deferred.makeUnsafe() }
        Queue.offerUnsafe(queue, entry)
        return Deferred.await(entry.done)
      }),
  }
})
