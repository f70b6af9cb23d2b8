import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import type { JsonObject } from "@lead-gateway/lossless-json"
import { Context, Duration, Effect, Layer, Schema } from "effect"
import type { Actor } from "./Audit.ts"
import { makeSegments } from "./Counters.ts"
import { countLeftOut, type LeftOut } from "./internal/replayLeftOut.ts"
import { beginReplay, replayChunk } from "./internal/replay.ts"
import { countMatching } from "./internal/replaySelection.ts"
import {
  type ReplayCriteria,
  type ReplayRequest,
  ReplayRequestId,
  selectionOf,
  storedRequest,
} from "./ReplayRequest.ts"
import type { StoreError } from "./StoreError.ts"

/** How a request is carried out. */
export interface ReplayOptions {
  /**
   * An RFC 7396 merge patch of the payload, for a request that names one lead: the lead is replayed only if it is parked,
   * and from then on decided on the patched payload. The payload as received is untouched, and the history has the patch.
   */
  readonly patch?: JsonObject | undefined
  /** After this no further transaction begins: call again to continue. Unlimited unless set. */
  readonly patience?: Duration.Duration | undefined
}

/** The result of a request. */
export interface Replayed {
  /** How many leads met the criteria when the request was first made; null if an earlier release stored it. */
  readonly matched: number | null
  /** Whether all of them were considered. */
  readonly isComplete: boolean
  /** How many leads went back to `RECEIVED`, by all calls of this request together. */
  readonly replayed: number
  /** The leads that this call sent back. */
  readonly now: ReadonlyArray<LeadId>
}

/** A request of this name was made before, with other criteria. Nothing was done. */
export class ReplayRequestConflict extends Schema.TaggedError<ReplayRequestConflict>()(
  "ReplayRequestConflict",
  { request: ReplayRequestId },
) {
  override get message(): string {
    return `replay request ${this.request} was made before, with other criteria`
  }
}

/**
 * Sends leads again that were rejected, parked or permanently failed, at an operator's request: the one way out of a
 * terminal status.
 *
 * A replayed lead is `RECEIVED` again and is decided again, by the rules in force then. Its new delivery has a new
 * idempotency key, since with the old one the customer may repeat its old response. Earlier attempts are kept, attempt
 * numbers continue, and the retry budget starts again. Leads that are under way or wait for a retry are not changed, nor are
 * leads received after the request was first made. Leads that the customer has are changed only by a request that says
 * `evenIfDelivered`.
 */
export class LeadReplay extends Context.Service<
  LeadReplay,
  {
    /**
     * Carries a request out, 500 leads in a transaction, and calls `offer` with the leads of each transaction after its
     * commit. Workers find the leads without it as well, so `offer` may be interrupted.
     *
     * `by` is audited as who made the request: once, when it is made.
     *
     * May be repeated: a request that was interrupted continues, one that is complete returns the same count again, and
     * concurrent callers share the work. Fails with `ReplayRequestConflict` if the name was used with other criteria.
     */
    readonly replay: (
      request: ReplayRequest,
      offer: (ids: ReadonlyArray<LeadId>) => Effect.Effect<void>,
      by: Actor,
      options?: ReplayOptions,
    ) => Effect.Effect<Replayed, StoreError | ReplayRequestConflict>
    /**
     * Why leads that the criteria name by `ids` are left out: of a `request` that was made, of the leads that it has not
     * replayed; without one, of those that do not meet the criteria now. Undefined without `ids`.
     */
    readonly leftOut: (
      criteria: ReplayCriteria,
      options?: ReplayOptions & { readonly request?: ReplayRequestId | undefined },
    ) => Effect.Effect<LeftOut | undefined, StoreError>
    /** How many leads meet the criteria now. Stores nothing. */
    readonly count: (criteria: ReplayCriteria, options?: ReplayOptions) => Effect.Effect<number, StoreError>
  }
>()("@lead-gateway/lead-store/LeadReplay") {
  static readonly layer: Layer.Layer<LeadReplay, never, PgClient.PgClient> = Layer.effect(
    LeadReplay,
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const begin = beginReplay(sql)
      const chunk = replayChunk(sql, makeSegments())
      const count = countMatching(sql)
      const leftOut = countLeftOut(sql)

      return LeadReplay.of({
        replay: Effect.fn("LeadReplay.replay")(function* (request, offer, by, { patch, patience } = {}) {
          const stored = storedRequest(request, patch, by)
          const matched = yield* begin(stored, by)
          if (matched === undefined) return yield* new ReplayRequestConflict({ request: request.request })
          const ends = performance.now() + (patience === undefined ? Infinity : Duration.toMillis(patience))
          const now: Array<LeadId> = []
          while (true) {
            const { ids, isComplete, replayed } = yield* chunk(stored)
            if (ids.length > 0) yield* offer(ids)
            now.push(...ids)
            if (!isComplete && performance.now() < ends) continue
            // Another call with the same name and another patch may have been quicker.
            if (patch !== undefined && now.length === 0 && (yield* begin(stored, by)) === undefined) {
              return yield* new ReplayRequestConflict({ request: request.request })
            }
            return { matched, replayed, now, isComplete }
          }
        }),
        leftOut: (criteria, { patch, request } = {}) =>
          leftOut(selectionOf(criteria, patch !== undefined), request),
        count: (criteria, { patch } = {}) => count(selectionOf(criteria, patch !== undefined)),
      })
    }),
  )
}
