import { LeadId, RejectionReason } from "@lead-gateway/lead"
import { Schema } from "effect"

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
