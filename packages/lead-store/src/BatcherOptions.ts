/** How a batcher works: what makes a batch, what is refused, and when. */
import type { Effect } from "effect"
import type { LimitOptions } from "./internal/adaptiveLimit.ts"

/**
 * Why an item is refused. `Closed`, `Full`, `Waited`: it was in no batch. `Unconfirmed`: it is in a batch whose outcome is
 * unknown.
 */
export type Refusal = "Closed" | "Full" | "Waited" | "Unconfirmed"

/** How a batcher works. */
export interface BatcherOptions<Item, Value, Error> {
  /** Runs a batch; the results are in the order of the items. */
  readonly run: (items: ReadonlyArray<Item>) => Effect.Effect<ReadonlyArray<Value>, Error>
  /** Whether one bad item may have caused the error: the batch is then run again in halves. */
  readonly isolate: (error: Error) => boolean
  /** The error for an item that is refused. */
  readonly refusal: (why: Refusal) => Error
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
  /** What may be held at once, as far as it can be processed in time; further items are refused at once. No limit by default. */
  readonly limit?: LimitOptions
  /**
   * A batch of fewer than `items` waits `ms` for more. For work that no caller waits for, such as recording an outcome:
   * a statement for one row costs as much as one for ten. Without it, no batch waits.
   */
  readonly gather?: { readonly items: number; readonly ms: number }
  /** How long an item may wait for a batch: then it is refused and never runs. No limit by default. */
  readonly maxWaitMs?: number
  /**
   * After how long the items of a batch are refused, though the batch may still succeed; no limit by default. Only time in
   * which the event loop was able to notice the batch's end counts.
   */
  readonly patienceMs?: number
  /** Called for an item that was refused as `Unconfirmed` when its batch has succeeded after all. */
  readonly onLate?: (item: Item, value: Value) => void
}
