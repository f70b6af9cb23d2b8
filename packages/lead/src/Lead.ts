import * as Schema from "effect/Schema"

/**
 * The number of a lead: 1 or more, assigned by Postgres in order of intake, never reused. Gaps are normal.
 *
 * A 64-bit integer in the database, a plain number here: 2^53 leads are enough.
 */
export const LeadId = Schema.Int.check(
  Schema.isBetween({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
).pipe(Schema.brand("LeadId"))
export type LeadId = typeof LeadId.Type

/**
 * The status of a lead as the API and the console show it. Stored as a `LeadState`, which splits `FAILED` in two.
 * `docs/states.md` draws the transitions.
 */
export const LeadStatus = Schema.Literals([
  "RECEIVED",
  "REJECTED",
  "READY",
  "DELIVERED",
  "FAILED",
  "PERMANENTLY_FAILED",
])
export type LeadStatus = typeof LeadStatus.Type

/**
 * Why a lead was rejected, was parked or failed permanently.
 *
 * An open set: a rule set defines its own reasons (`ZIP_NOT_66XXX`, `NOT_HOMEOWNER`). Upper case letters, digits and
 * underscores, at most 64 characters, so that every metrics and tracing backend accepts it as a label value.
 */
export const RejectionReason = Schema.String.check(Schema.isPattern(/^[A-Z][A-Z0-9_]{0,63}$/)).pipe(
  Schema.brand("RejectionReason"),
)
export type RejectionReason = typeof RejectionReason.Type

/** The reasons that Lead Gateway itself sets; all others come from rule sets. */
export const Reason = {
  /** A field that a rule or the customer's format requires is absent, null or blank. */
  missingRequiredField: RejectionReason.make("MISSING_REQUIRED_FIELD"),
  /** The customer payload is longer than the lead's own payload permits: parked. */
  customerPayloadTooLarge: RejectionReason.make("CUSTOMER_PAYLOAD_TOO_LARGE"),
  /** The customer's API rejected the lead with a response that is not retried. */
  customerRefused: RejectionReason.make("CUSTOMER_REFUSED"),
  /** The last attempt failed and the retry policy permits no further one. */
  retriesExhausted: RejectionReason.make("RETRIES_EXHAUSTED"),
  /** The outcome of the last attempt is unknown and the retry policy permits no further one. */
  deliveryOutcomeUnknown: RejectionReason.make("DELIVERY_OUTCOME_UNKNOWN"),
} as const

/**
 * An attribute that the customer payload omits because its value is invalid, with a short reason code; never the
 * value. With an `index` (from 0) only that item of a list is omitted, and the other items are sent.
 */
export const OmittedAttribute = Schema.Struct({
  name: Schema.String,
  reason: Schema.String,
  index: Schema.optionalKey(Schema.Int),
})
export type OmittedAttribute = typeof OmittedAttribute.Type

/**
 * A value that could not be read as the kind that its field is declared to hold, such as a phone number. It stayed as it
 * came. The path and the kind; never the value.
 */
export const UnreadValue = Schema.Struct({ path: Schema.String, kind: Schema.String })
export type UnreadValue = typeof UnreadValue.Type
