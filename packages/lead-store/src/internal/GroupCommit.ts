import { Deferred, Effect, Exit, Latch, Option, type Scope } from "effect"

/**
 * Lets concurrent callers share one statement, and so one commit.
 *
 * While a batch runs, the next one gathers; an idle caller waits for nobody, so no latency is added. Used
 * by intake, by decisions and by outcomes. It knows nothing of SQL: `run` does the work.
 */
export interface GroupCommit<Item, Result, Error> {
  /**
   * Hands in one item and waits for its own result. An interrupted caller takes its item back if no batch
   * has begun with it, and disturbs nobody else's. After the scope has closed it is interrupted at once.
   */
  readonly submit: (item: Item) => Effect.Effect<Result, Error>
}

export interface Options<Item, Result, Error> {
  /** Runs a batch; the results are in the order of the items. */
  readonly run: (items: ReadonlyArray<Item>) => Effect.Effect<ReadonlyArray<Result>, Error>
  /** True for an error that one bad item causes: the batch is then run again item by item. */
  readonly isolate: (error: Error) => boolean
  /** How large an item is; a batch stays within `maxSize`, unless one item alone is larger. */
  readonly sizeOf: (item: Item) => number
  /** Items of one key never share a batch: one statement changes a row once. They run in the order they came. */
  readonly keyOf?: (item: Item) => unknown
  /** 500 by default. */
  readonly maxItems?: number
  /** 8 Mi by default. */
  readonly maxSize?: number
}

interface Entry<Item, Result, Error> {
  readonly item: Item
  readonly size: number
  readonly key: unknown
  readonly done: Deferred.Deferred<Result, Error>
}

/** Starts the writer in the current scope. When it closes, the batch under way ends and all others are interrupted. */
export const make = Effect.fnUntraced(function* <Item, Result, Error>(
  options: Options<Item, Result, Error>,
): Effect.fn.Return<GroupCommit<Item, Result, Error>, never, Scope.Scope> {
  const { run, isolate, sizeOf, keyOf, maxItems = 500, maxSize = 8 * 1024 * 1024 } = options
  type Waiting = Entry<Item, Result, Error>

  /** In the order they came. */
  const waiting = new Set<Waiting>()
  const someWait = Latch.makeUnsafe()
  let closed = false

  const nextBatch = (): ReadonlyArray<Waiting> => {
    const batch: Array<Waiting> = []
    const keys = new Set<unknown>()
    let size = 0
    for (const entry of waiting) {
      if (batch.length === maxItems) break
      if (keys.has(entry.key)) continue
      if (batch.length > 0 && size + entry.size > maxSize) break
      waiting.delete(entry)
      batch.push(entry)
      keys.add(entry.key)
      size += entry.size
    }
    if (waiting.size === 0) someWait.closeUnsafe()
    return batch
  }

  const runBatch = (batch: ReadonlyArray<Waiting>): Effect.Effect<void> =>
    Effect.flatMap(Effect.exit(Effect.suspend(() => run(batch.map((entry) => entry.item)))), (exit) => {
      if (batch.length > 1 && Option.exists(Exit.findErrorOption(exit), isolate)) {
        return Effect.forEach(batch, (entry) => runBatch([entry]), { discard: true })
      }
      for (const [index, entry] of batch.entries()) {
        Deferred.doneUnsafe(
          entry.done,
          Exit.map(exit, (results) => results[index] as Result),
        )
      }
      return Effect.void
    })

  const writer = Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      yield* restore(Effect.andThen(someWait.await, Effect.yieldNow))
      // Whoever came in the same turn of the event loop is there by now.
      // What has begun is run to its end, also when the scope closes meanwhile: its callers are waiting.
      const batch = nextBatch()
      if (batch.length > 0) yield* runBatch(batch)
    }),
  )
  yield* Effect.forkScoped(Effect.forever(writer))
  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      closed = true
      return Effect.forEach(waiting, (entry) => Deferred.interrupt(entry.done), { discard: true })
    }),
  )

  return {
    submit: (item) =>
      Effect.suspend(() => {
        if (closed) return Effect.interrupt
        const done = Deferred.makeUnsafe<Result, Error>()
        const entry: Waiting = {
          item,
          size: sizeOf(item),
          key: keyOf === undefined ? done : keyOf(item),
          done,
        }
        waiting.add(entry)
        someWait.openUnsafe()
        return Effect.onInterrupt(Deferred.await(done), () => Effect.sync(() => waiting.delete(entry)))
      }),
  }
})
