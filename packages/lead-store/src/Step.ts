import type { LeadId, LeadStatus, OmittedAttribute, RejectionReason } from "@lead-gateway/lead"
import type { JsonObject } from "@lead-gateway/lossless-json"
import type { Duration } from "effect"

/** Which leads a worker asks for. */
export interface ClaimOptions {
  /** These, as far as they may be taken now; undefined: whatever is due, longest due first. */
  readonly ids?: ReadonlyArray<LeadId> | undefined
  readonly max: number
}

/** What a worker has before it. */
export interface Outlook {
  /** How long until a lead may be taken, zero if one may now; undefined when none is scheduled. */
  readonly untilDue: Duration.Duration | undefined
  /** Whether the customer's circuit is open: the customer is down, and leads wait. */
  readonly isHeldBack: boolean
}

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
  /** Those of them that the retry budget does not count: made before the last replay, or probes that found nobody. */
  readonly uncountedAttempts: number
  /** True when the last attempt was opened by a worker that was lost: nobody saw how it ended. */
  readonly attemptIsOpen: boolean
  /** True when the last attempt was a probe, made while the customer's circuit was open. */
  readonly attemptIsProbe: boolean
  /** How often in a row the lead was given back, or left behind, for a reason on our side. */
  readonly troubles: number
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
      /** What the rules flagged it for. */
      readonly details: JsonObject
      readonly normalized: JsonObject
      readonly customerPayload: JsonObject
      readonly omitted: ReadonlyArray<OmittedAttribute>
      readonly decidedWith: JsonObject
    }

/** One step of a lead that is owned: a first decision (which opens an attempt when it is READY), or a further attempt. */
export interface Step extends Lease {
  /** Undefined: the decision stands, open the next attempt. */
  readonly decision: StoredDecision | undefined
}

/** What became of a step. */
export type Proceeded =
  /** An attempt is on record and may now be sent. */
  | {
      readonly _tag: "Opened"
      readonly attemptNo: number
      /** The customer payload as JSON text: the same bytes for every attempt of the lead. */
      readonly body: string
      /** Made to see whether the customer is back: if it is not, the attempt costs the lead nothing. */
      readonly isProbe: boolean
    }
  /** The decision stands, and the lead waits at its customer's gate; it is owned no more. */
  | { readonly _tag: "HeldBack" }
  /** The lead is rejected or parked. */
  | { readonly _tag: "Settled" }
  /** Nothing changed: the lease was lost, the lead is decided already, or its last attempt has no outcome. */
  | { readonly _tag: "NotOwned" }

/** A lead that is given back. */
export interface Released extends Lease {
  /** The number of an attempt that was opened, if one was, and is known not to have been sent. */
  readonly unsentAttemptNo: number | undefined
  /** For how long nobody takes the lead; zero: at once. */
  readonly delay: Duration.Duration
  /** Why, when it is for a reason on our side: a few words for the lead's history, without data. */
  readonly trouble: string | undefined
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
  /** What it tells of the customer's API as a whole; see {@link Gate}. */
  readonly health: "took" | "answered" | "down" | "unclear"
  readonly next:
    | { readonly status: "DELIVERED" }
    | { readonly status: "FAILED"; readonly retryAfter: Duration.Duration }
    | { readonly status: "PERMANENTLY_FAILED"; readonly reason: RejectionReason }
}
