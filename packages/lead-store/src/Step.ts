import type { LeadId, LeadStatus, OmittedAttribute, RejectionReason } from "@lead-gateway/lead"
import type { JsonObject } from "@lead-gateway/lossless-json"
import type { Duration } from "effect"

/** A worker's hold on a lead. */
export interface Lease {
  readonly id: LeadId
  /** A UUID; whoever does not have the lead's present one owns it no more. */
  readonly lease: string
}

/** A lead that a worker owns now. */
export interface ClaimedLead extends Lease {
  readonly status: Extract<LeadStatus, "RECEIVED" | "READY" | "FAILED">
  readonly correlationId: string
  readonly idempotencyKey: string
  /** The sender's W3C trace context header, if it sent one. */
  readonly traceparent: string | undefined
  /** Attempts opened so far. */
  readonly attemptCount: number
  /** True when the last attempt was opened by a worker that was lost: nobody saw how it ended. */
  readonly attemptIsOpen: boolean
  /** The payload as it came, while the lead waits for its decision; null afterwards. */
  readonly payload: JsonObject | null
}

/** What the pipeline decided, as it is stored. */
export type StoredDecision =
  | {
      readonly status: "REJECTED"
      readonly reason: RejectionReason
      readonly details: JsonObject
      readonly decidedWith: JsonObject
    }
  | {
      /** Parked: the customer's format needs a field that the lead lacks. No attempt, no retry time. */
      readonly status: "FAILED"
      readonly reason: RejectionReason
      readonly details: JsonObject
      readonly normalized: JsonObject
      readonly omitted: ReadonlyArray<OmittedAttribute>
      readonly decidedWith: JsonObject
    }
  | {
      readonly status: "READY"
      readonly normalized: JsonObject
      readonly customerPayload: JsonObject
      readonly omitted: ReadonlyArray<OmittedAttribute>
      readonly decidedWith: JsonObject
    }

/** One step of a lead that is owned: a first decision (which opens attempt 1 when it is READY), or a further attempt. */
export interface Step extends Lease {
  /** Undefined: the decision stands, open the next attempt. */
  readonly decision: StoredDecision | undefined
  /** How long the lead is held for sending, from now. */
  readonly hold: Duration.Duration
}

/** A lead that is given back; with an attempt's number if one was opened and is known not to have been sent. */
export interface Released extends Lease {
  readonly unsentAttemptNo: number | undefined
}

/** An attempt that is on record and may now be sent. */
export interface OpenedAttempt {
  readonly attemptNo: number
  /** The customer payload as JSON text: the same bytes for every attempt of the lead. */
  readonly body: string
}

/** How an attempt ended and what that means for the lead. */
export interface AttemptRecord extends Lease {
  readonly attemptNo: number
  readonly success: boolean
  /** True: nobody saw the outcome. Such a record needs the lease, and never replaces a known outcome. */
  readonly outcomeUnknown: boolean
  readonly responseStatus: number | null
  /** Already storable and capped; null when no answer came. */
  readonly responseBody: string | null
  readonly errorMessage: string | null
  readonly fault: "lead" | "customer" | "ours" | null
  readonly next:
    | { readonly status: "DELIVERED" }
    | { readonly status: "FAILED"; readonly retryAfter: Duration.Duration }
    | { readonly status: "PERMANENTLY_FAILED"; readonly reason: RejectionReason }
}
