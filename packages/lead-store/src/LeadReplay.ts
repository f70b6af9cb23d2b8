import { PgClient } from "@effect/sql-pg"
import { LeadId, type LeadState, RejectionReason } from "@lead-gateway/lead"
import { Context, DateTime, Effect, Layer, Schema } from "effect"
import { makeSegments } from "./Counters.ts"
import { beginReplay, replayChunk, type StoredRequest } from "./internal/replay.ts"
import type { StoreError } from "./StoreError.ts"

/**
 * Which leads an operator wants to be sent again: those that meet every criterion given. At least one is required, so
 * that an omission does not replay everything.
 */
export const ReplayCriteria = Schema.Struct({
  ids: Schema.optionalKey(Schema.NonEmptyArray(LeadId)),
  statuses: Schema.optionalKey(
    Schema.NonEmptyArray(Schema.Literals(["REJECTED", "FAILED", "PERMANENTLY_FAILED"])),
  ),
  /** The `rejection_reason` that the lead has now. */
  reasons: Schema.optionalKey(Schema.NonEmptyArray(RejectionReason)),
  /** The moment itself included. */
  receivedFrom: Schema.optionalKey(Schema.DateTimeUtcFromString),
  /** The moment itself not included. */
  receivedBefore: Schema.optionalKey(Schema.DateTimeUtcFromString),
}).pipe(
  Schema.check(
    Schema.makeFilter((criteria: object) => Object.keys(criteria).length > 0, {
      message: "at least one criterion",
    }),
  ),
  Schema.brand("ReplayCriteria"),
)
export type ReplayCriteria = typeof ReplayCriteria.Type

/** The operator's own name for a request: 1–128 visible ASCII characters. */
export const ReplayRequestId = Schema.String.check(
  Schema.isPattern(/^[\x21-\x7E]{1,128}$/, { message: "1–128 visible ASCII characters" }),
).pipe(Schema.brand("ReplayRequestId"))
export type ReplayRequestId = typeof ReplayRequestId.Type

/** What an operator asks for. It is carried out once, however often it is made. */
export const ReplayRequest = Schema.Struct({ request: ReplayRequestId, criteria: ReplayCriteria })
export type ReplayRequest = typeof ReplayRequest.Type

/** What came of a request. */
export interface Replayed {
  /** Leads that went back to `RECEIVED`, by all calls of this request together. */
  readonly replayed: number
  /** Those of them that this call sent back. */
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
 * Sends leads again that were rejected, parked or given up, when an operator says so: the one way out of a terminal
 * status.
 *
 * A replayed lead is `RECEIVED` again and decided anew, by the rules of then; if it is delivered, that is another
 * delivery, with an idempotency key of its own, since the old one may answer the old refusal. Its attempts stay on
 * record and their numbers go on; its retry budget starts again. Leads that were delivered, are under way or wait for a
 * retry are never touched, nor are those that came after the request was first made.
 */
export class LeadReplay extends Context.Service<
  LeadReplay,
  {
    /**
     * Carries a request out, 500 leads in a transaction, and calls `offer` with the leads of each as soon as they are
     * committed. Workers find them without that too, so `offer` may be interrupted.
     *
     * May be repeated: a request that was interrupted goes on where it was, one that is done returns the same again,
     * and two callers at once share the work. Fails with `ReplayRequestConflict` when the name was used for others.
     */
    readonly replay: (
      request: ReplayRequest,
      offer: (ids: ReadonlyArray<LeadId>) => Effect.Effect<void>,
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
        replay: Effect.fn("LeadReplay.replay")(function* (request, offer) {
          const stored = storedRequest(request)
          if (!(yield* begin(stored))) return yield* new ReplayRequestConflict({ request: request.request })
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

/** Lists in order, each value once: requests that differ in nothing else are the same request. */
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
