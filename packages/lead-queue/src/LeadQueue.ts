import type { LeadId } from "@lead-gateway/lead"
import { Context, type Duration, type Effect, Schema } from "effect"

/** Which leads to claim next. */
export type Hint =
  /** These leads, in this order. */
  | { readonly _tag: "Leads"; readonly ids: ReadonlyArray<LeadId> }
  /** Any work that is due: claim by the schedule. */
  | { readonly _tag: "AnyDue" }

/** The queue is not available now. Leads are not affected: they are in Postgres. */
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
 * A queue only makes claims faster. Leads and their schedule are in Postgres, where workers find those that the queue has
 * lost. So offers and takes do not fail, and nothing needs an acknowledgement. Used by the api (offers) and the worker
 * (takes).
 */
export class LeadQueue extends Context.Service<
  LeadQueue,
  {
    /**
     * Announces that leads may be claimed now. Returns at once. While the queue is down, offers are dropped, and workers
     * find the leads in the store.
     */
    readonly offer: (ids: ReadonlyArray<LeadId>) => Effect.Effect<void>
    /**
     * As `offer`, as a plain function for callers that call it for every lead. All offers of one turn of the event loop are
     * sent together.
     */
    readonly offerUnsafe: (ids: ReadonlyArray<LeadId>) => void
    /**
     * Waits for a hint, for `within` at most, and then returns `AnyDue`. A hint has `max` leads at most, the oldest offers
     * first. An offered lead is returned once, rarely twice after a lost connection, and an interrupted take loses none.
     */
    readonly take: (options: {
      readonly max: number
      readonly within: Duration.Duration
    }) => Effect.Effect<Hint>
    /** How many leads are in the queue. */
    readonly depth: Effect.Effect<number, LeadQueueUnavailable>
    /**
     * How long an offered lead may wait in the queue before workers should find it by its schedule, in milliseconds. Zero
     * if the queue holds no ids, or is down. A plain function, since it is called for every lead.
     */
    readonly patienceMs: () => number
    /**
     * Waits until the queue has lost its ids; the caller then offers all waiting leads again. Returns in one of the
     * processes that take, and never for a queue that holds no ids.
     */
    readonly forgot: Effect.Effect<void>
  }
>()("@lead-gateway/lead-queue/LeadQueue") {}
