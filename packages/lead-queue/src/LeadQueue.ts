import type { LeadId } from "@lead-gateway/lead"
import { Context, type Duration, type Effect, Schema } from "effect"

/** What a queue knows of the leads to claim next. */
export type Hint =
  /** These leads, in this order. */
  | { readonly _tag: "Leads"; readonly ids: ReadonlyArray<LeadId> }
  /** Whatever is due: ask the store. */
  | { readonly _tag: "AnyDue" }

/** The queue cannot be asked now. Leads are not affected: they are in Postgres. */
export class LeadQueueUnavailable extends Schema.TaggedError<LeadQueueUnavailable>()(
  "LeadQueueUnavailable",
  {},
) {
  override get message(): string {
    return "the lead queue is not available"
  }
}

/**
 * Announces to workers which leads to claim next, and wakes them.
 *
 * A queue is an accelerator. It holds no lead and no schedule: both are in Postgres, and a lead that a
 * queue forgot is found there. So nothing here fails for its caller, and nothing needs an acknowledgement.
 * Used by the api (offers) and the worker (takes).
 */
export class LeadQueue extends Context.Service<
  LeadQueue,
  {
    /**
     * Announces that leads may be claimed now. Returns at once and buffers little: what cannot be offered while the
     * queue is down is found in the store.
     */
    readonly offer: (ids: ReadonlyArray<LeadId>) => Effect.Effect<void>
    /**
     * As `offer`, as a plain function for where it is called for every lead: what is offered in one turn of the event
     * loop is sent together.
     */
    readonly offerUnsafe: (ids: ReadonlyArray<LeadId>) => void
    /**
     * Waits until there may be something to do, `within` at most, and returns what: `max` leads at most, the oldest
     * offers first. No lead comes twice for one offer, and an interrupted take loses none.
     */
    readonly take: (options: {
      readonly max: number
      readonly within: Duration.Duration
    }) => Effect.Effect<Hint>
    /** How many leads wait for a worker. */
    readonly depth: Effect.Effect<number, LeadQueueUnavailable>
    /**
     * How long an offered lead may wait in the queue before workers should look for it in the store, in milliseconds; a
     * plain function, called for every lead. Zero when the queue remembers nothing, or is down.
     */
    readonly patienceMs: () => number
    /**
     * Waits until the queue is found to have lost what it held: then offer everything again. It ends in one of all
     * processes that take, and never for a queue that remembers nothing.
     */
    readonly forgot: Effect.Effect<void>
  }
>()("@lead-gateway/lead-queue/LeadQueue") {}
