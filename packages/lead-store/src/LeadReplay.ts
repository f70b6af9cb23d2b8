import { PgClient } from "@effect/sql-pg"
import { LeadId, type LeadState, RejectionReason } from "@lead-gateway/lead"
import { Context, DateTime, Effect, Layer, Schema } from "effect"
import type { Actor } from "./Audit.ts"
import { makeSegments } from "./Counters.ts"
import { beginReplay, replayChunk, type StoredRequest } from "./internal/replay.ts"
import type { StoreError } from "./StoreError.ts"

/**
 * Which leads to send again: those that meet every criterion given. At least one criterion is required, so that an
 * omission does not replay everything.
 */
export const ReplayCriteria = Schema.Struct({
  ids: Schema.optionalKey(Schema.NonEmptyArray(LeadId)),
  statuses: Schema.optionalKey(
    Schema.NonEmptyArray(Schema.Literals(["REJECTED", "FAILED", "PERMANENTLY_FAILED"])),
  ),
  /** The `rejection_reason` that the lead has now. */
  reasons: Schema.optionalKey(Schema.NonEmptyArray(RejectionReason)),
  /** Inclusive. */
  receivedFrom: Schema.optionalKey(Schema.DateTimeUtcFromString),
  /** Exclusive. */
  receivedBefore: Schema.optionalKey(Schema.DateTimeUtcFromString),
}).pipe(
  Schema.check(
    Schema.makeFilter((criteria: object) => Object.keys(criteria).length > 0, {
      message: "give at least one of --id, --status, --reason, --received-from, --received-before",
    }),
  ),
  Schema.brand("ReplayCriteria"),
)
export type ReplayCriteria = typeof ReplayCriteria.Type

/** A name that the operator gives to a request: 1–128 visible ASCII characters. */
export const ReplayRequestId = Schema.String.check(
  Schema.isPattern(/^[\x21-\x7E]{1,128}$/, { message: "1–128 visible ASCII characters" }),
).pipe(Schema.brand("ReplayRequestId"))
export type ReplayRequestId = typeof ReplayRequestId.Type

/** A request to replay leads. It is carried out once, however often it is made. */
export const ReplayRequest = Schema.Struct({ request: ReplayRequestId, criteria: ReplayCriteria })
export type ReplayRequest = typeof ReplayRequest.Type

/** The result of a request. */
export interface Replayed {
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
 * numbers continue, and the retry budget starts again. Leads that were delivered, are under way or wait for a retry are
 * not changed, nor are leads received after the request was first made.
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
    ) => Effect.Effect<Replayed, StoreError | ReplayRequestConflict>
  }
>()("@lead-gateway/lead-store/LeadReplay") {
  static readonly layer: Layer.Layer<LeadReplay, never, PgClient.PgClient> = Layer.effect(
    LeadReplay,
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const begin = beginReplay(sql)
      const chunk = replayChunk(sql, makeSegments())

      return LeadReplay.of({
        replay: Effect.fn("LeadReplay.replay")(function* (request, offer, by) {
          const stored = storedRequest(request)
          if (!(yield* begin(stored, by)))
            return yield* new ReplayRequestConflict({ request: request.request })
          const now: Array<LeadId> = []
          while (true) {
            const { ids, isComplete, replayed } = yield* chunk(stored)
            if (ids.length > 0) yield* offer(ids)
            now.push(...ids)
            if (isComplete) return { replayed, now }
          }
        }),
      })
    }),
  )
}

/** The states that may be replayed, by the status in the request. */
const stateOf = {
  REJECTED: "REJECTED",
  FAILED: "PARKED",
  PERMANENTLY_FAILED: "PERMANENTLY_FAILED",
} as const satisfies Record<string, LeadState>

/** Lists are sorted, each value once, so that equal criteria are stored as equal JSON. */
const storedRequest = ({ criteria, request }: ReplayRequest): StoredRequest => {
  const ids = criteria.ids && inOrder(criteria.ids, (a, b) => a - b)
  const statuses = criteria.statuses && inOrder(criteria.statuses)
  const reasons = criteria.reasons && inOrder(criteria.reasons)
  const receivedFrom = criteria.receivedFrom && DateTime.formatIso(criteria.receivedFrom)
  const receivedBefore = criteria.receivedBefore && DateTime.formatIso(criteria.receivedBefore)
  return {
    id: request,
    criteria: JSON.stringify({
      ids,
      statuses,
      reasons,
      received_from: receivedFrom,
      received_before: receivedBefore,
    }),
    ids,
    states: statuses === undefined ? Object.values(stateOf) : statuses.map((status) => stateOf[status]),
    reasons,
    receivedFrom,
    receivedBefore,
  }
}

const inOrder = <A>(values: ReadonlyArray<A>, compare?: (a: A, b: A) => number): ReadonlyArray<A> =>
  [...new Set(values)].sort(compare)
