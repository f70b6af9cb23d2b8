/** Requests to send leads again: what an operator asks for, and the form in which it is stored. */
import { LeadId, type LeadState, RejectionReason } from "@lead-gateway/lead"
import type { JsonObject } from "@lead-gateway/lossless-json"
import { DateTime, Schema } from "effect"
import type { Actor } from "./Audit.ts"
import type { StoredRequest } from "./internal/replay.ts"
import type { Selection } from "./internal/replaySelection.ts"
import { storableJson } from "./storable.ts"

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

/** The states that may be replayed, by the status in the request. */
const stateOf = {
  REJECTED: "REJECTED",
  FAILED: "PARKED",
  PERMANENTLY_FAILED: "PERMANENTLY_FAILED",
  DELIVERED: "DELIVERED",
} as const satisfies Record<string, LeadState>

/** What is stored of a request. Lists are sorted, each value once, so that equal criteria are stored as equal JSON. The patch is stored elsewhere. */
export const storedRequest = (
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

/** What the criteria select. A request with a patch selects parked leads alone. */
export const selectionOf = (criteria: ReplayCriteria, isPatched: boolean): Selection => ({
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
