import { Schema } from "effect"

/**
 * Why a lead was rejected, parked or given up.
 *
 * An open set: a rule set brings its own reasons (`ZIP_NOT_66XXX`, `NOT_HOMEOWNER`). Upper case letters,
 * digits and underscores, at most 64, so that it can be a label anywhere.
 */
export const RejectionReason = Schema.String.check(Schema.isPattern(/^[A-Z][A-Z0-9_]{0,63}$/)).pipe(
  Schema.brand("RejectionReason"),
)
export type RejectionReason = typeof RejectionReason.Type

/** The reasons that Lead Gateway itself gives. */
export const Reason = {
  /** A field that a rule or the customer's format needs is absent, null or blank. */
  missingRequiredField: RejectionReason.make("MISSING_REQUIRED_FIELD"),
  /** The customer's API answered what no retry can mend. */
  customerRefused: RejectionReason.make("CUSTOMER_REFUSED"),
  /** The last attempt failed and no further one is allowed. */
  retriesExhausted: RejectionReason.make("RETRIES_EXHAUSTED"),
  /** Nobody saw how the last attempt ended, and no further one is allowed. */
  deliveryOutcomeUnknown: RejectionReason.make("DELIVERY_OUTCOME_UNKNOWN"),
} as const
