import { PgClient } from "@effect/sql-pg"
import { LeadId, type LeadState, RejectionReason } from "@lead-gateway/lead"
import type { JsonObject } from "@lead-gateway/lossless-json"
import { Context, DateTime, Duration, Effect, Layer, Schema } from "effect"
import type { Actor } from "./Audit.ts"
import { makeSegments } from "./Counters.ts"
import { countLeftOut, type LeftOut } from "./internal/replayLeftOut.ts"
import { beginReplay, replayChunk, type StoredRequest } from "./internal/replay.ts"
import { countMatching, type Selection } from "./internal/replaySelection.ts"
import { storableJson } from "./storable.ts"
import type { StoreError } from "./StoreError.ts"

/**
 * Which leads to send again: those that meet every criterion given. At least one criterion is required, so that an
 * omission does not replay everything.
 */
export const ReplayCriteria = Schema.Struct({
  ids: Schema.optionalKey(Schema.NonEmptyArray(LeadId)),
  /** `DELIVERED` selects leads only with `evenIfDelivered`. */
  statuses: Schema.optionalKey(
    Schema.NonEmptyArray(Schema.Literals(["REJECTED", "FAILED", "PERMANENTLY_FAILED", "DELIVERED"])),
  ),
  /** The `rejection_reason` that the lead has now. */
  reasons: Schema.optionalKey(Schema.NonEmptyArray(RejectionReason)),
  /** Inclusive. */
  receivedFrom: Schema.optionalKey(Schema.DateTimeUtcFromString),
  /** Exclusive. */
  receivedBefore: Schema.optionalKey(Schema.DateTimeUtcFromString),
  /** Not a criterion: whether leads that the customer has are sent again as well. */
  evenIfDelivered: Schema.optionalKey(Schema.Literal(true)),
}).pipe(
  Schema.check(
    Schema.makeFilter((criteria: object) => Object.keys(criteria).some((key) => key !== "evenIfDelivered"), {
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

/** The states that may be replayed, by the status in the request. */
const stateOf = {
  REJECTED: "REJECTED",
  FAILED: "PARKED",
  PERMANENTLY_FAILED: "PERMANENTLY_FAILED",
  DELIVERED: "DELIVERED",
} as const satisfies Record<string, LeadState>

/** Lists are sorted, each value once, so that equal criteria are stored as equal JSON. The patch is stored elsewhere. */
const storedRequest = (
  { criteria, request }: ReplayRequest,
  patch: JsonObject | undefined,
  by: Actor,
): StoredRequest => {
  const selection = selectionOf(criteria, patch !== undefined)
  return {
    ...selection,
    id: request,
    criteria: JSON.stringify({
      ids: selection.ids,
      statuses: criteria.statuses && inOrder(criteria.statuses),
      reasons: selection.reasons,
      received_from: selection.receivedFrom,
      received_before: selection.receivedBefore,
      even_if_delivered: criteria.evenIfDelivered,
      patched: patch === undefined ? undefined : true,
    }),
    patch: patch === undefined ? undefined : { json: storableJson(patch) as JsonObject, by },
  }
}

const selectionOf = (criteria: ReplayCriteria, isPatched: boolean): Selection => ({
  ids: criteria.ids && inOrder(criteria.ids, (a, b) => a - b),
  states: statesOf(criteria).filter((state) => !isPatched || state === "PARKED"),
  reasons: criteria.reasons && inOrder(criteria.reasons),
  receivedFrom: criteria.receivedFrom && DateTime.formatIso(criteria.receivedFrom),
  receivedBefore: criteria.receivedBefore && DateTime.formatIso(criteria.receivedBefore),
})

const statesOf = ({ evenIfDelivered, statuses }: ReplayCriteria): ReadonlyArray<LeadState> =>
  (statuses === undefined
    ? Object.values(stateOf)
    : inOrder(statuses).map((status) => stateOf[status])
  ).filter((state) => evenIfDelivered === true || state !== "DELIVERED")

const inOrder = <A>(values: ReadonlyArray<A>, compare?: (a: A, b: A) => number): ReadonlyArray<A> =>
  [...new Set(values)].sort(compare)
