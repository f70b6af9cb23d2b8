import type { LeadId, OmittedAttribute, RejectionReason } from "@lead-gateway/lead"
import type { JsonObject } from "@lead-gateway/lossless-json"
import type { Duration } from "effect"

/** Which piece of work: a lead that is to be decided, or one of its deliveries. */
export interface WorkKey {
  readonly leadId: LeadId
  /** 0, and one more for each replay. */
  readonly deliveryNo: number
}

/** A worker's hold on a piece of work. */
export interface Lease extends WorkKey {
  /** A UUID, the same for all that was claimed together. Whoever does not have the present one owns the work no more. */
  readonly lease: string
}

/** What is told of every piece of work that is claimed. */
interface Claimed extends Lease {
  /** The number of the last attempt; 0 before the first. */
  readonly attemptNo: number
  /** Attempts that the retry budget does not count: made before the last replay, or probes that found nobody. */
  readonly uncountedAttempts: number
  /** How often in a row the work failed for a reason of ours. */
  readonly internalFailures: number
  readonly correlationId: string
  /** The sender's W3C trace context header, if it sent one. */
  readonly traceparent: string | undefined
}

/** A lead that waits for its decision. */
export interface UndecidedLead extends Claimed {
  readonly _tag: "Undecided"
  /** The payload as it came. */
  readonly payload: JsonObject
}

/** A delivery that is due: a retry, or one that was held back. */
export interface DueDelivery extends Claimed {
  readonly _tag: "Due"
  readonly idempotencyKey: string
  /** The customer payload as JSON text: the same bytes for every attempt. */
  readonly body: string
}

/** A delivery whose attempt was opened by a worker that was lost: nobody saw how it ended. */
export interface LostAttempt extends Claimed {
  readonly _tag: "LostAttempt"
  readonly isProbe: boolean
}

/** A lead whose stored rows cannot be read: a fault of ours. It is not to take the others of its claim along. */
export interface UnreadableWork extends Claimed {
  readonly _tag: "Unreadable"
}

/** What a worker owns now. */
export type ClaimedWork = UndecidedLead | DueDelivery | LostAttempt | UnreadableWork

/** Which work a worker asks for. */
export interface ClaimOptions {
  /** That of these leads, as far as it may be taken now; undefined: whatever is due, longest due first. */
  readonly ids?: ReadonlyArray<LeadId> | undefined
  readonly max: number
  /** How long the claim holds. */
  readonly lease: Duration.Duration
}

/** What lies ahead. */
export interface Outlook {
  /** How long until something may be claimed, zero if it may now; undefined when nothing is scheduled. */
  readonly untilDue: Duration.Duration | undefined
  /** Whether a customer's circuit is open: it is down, and its leads wait. */
  readonly isCircuitOpen: boolean
}

/** What the pipeline decided, as it is stored. All documents are JSON texts. */
export interface StoredDecision {
  readonly verdict: "READY" | "REJECTED" | "PARKED"
  /** Null when the verdict is READY. */
  readonly reason: RejectionReason | null
  /** What the rules found, in words that quote nothing of the lead. */
  readonly details: string
  /** Null when the lead was rejected. */
  readonly normalized: string | null
  readonly omitted: ReadonlyArray<OmittedAttribute>
  readonly decidedWith: string
  /** Of a READY lead: what is delivered, to whom, and the key by which the customer knows a repetition. */
  readonly delivery: NewDelivery | null
}

/** A delivery that a decision makes. */
export interface NewDelivery {
  readonly customerId: number
  readonly idempotencyKey: string
  /** The customer payload as JSON text. */
  readonly body: string
}

/** One step of work that is owned: a decision (which opens an attempt when it is READY), or a further attempt. */
export interface Step extends Lease {
  /** Undefined: the decision stands, open the next attempt. */
  readonly decision: StoredDecision | undefined
}

/** What became of a step. */
export type StepResult =
  /** An attempt is on record and may now be sent. */
  | {
      readonly _tag: "Opened"
      readonly attemptNo: number
      /** Made to see whether the customer is back: if it is not, the attempt costs the lead nothing. */
      readonly isProbe: boolean
    }
  /** The decision stands, and the delivery waits at its customer's throttle; it is owned no more. */
  | { readonly _tag: "HeldBack" }
  /** The lead is rejected or parked. */
  | { readonly _tag: "Settled" }
  /** Nothing changed: the lease was lost, the lead is decided already, or its last attempt has no outcome. */
  | { readonly _tag: "NotOwned" }

/** What an outcome tells of the customer as a whole: it took the lead, it answers, it is down, nobody knows. */
export type Health = "success" | "rejected" | "unavailable" | "unknown"

/** How an attempt ended and what that means for the lead. */
export interface AttemptRecord extends Lease {
  readonly attemptNo: number
  /** True: nobody saw the outcome. Such a record needs the lease, and never replaces a known outcome. */
  readonly outcomeUnknown: boolean
  readonly durationMs: number | null
  readonly responseStatus: number | null
  /** Storable and capped; null when no answer came. */
  readonly responseBody: string | null
  readonly errorMessage: string | null
  readonly fault: "lead" | "customer" | "ours" | null
  readonly health: Health
  readonly next:
    | { readonly state: "DELIVERED" }
    | { readonly state: "RETRYING"; readonly retryAfterMs: number }
    | { readonly state: "PERMANENTLY_FAILED"; readonly reason: RejectionReason }
}

/** Work that is given back. */
export interface Released extends Lease {
  /** The number of an attempt that was opened, if one was, and is known not to have been sent: it is taken back. */
  readonly unsentAttemptNo: number | undefined
  /** For how long nobody takes the work; zero: at once. */
  readonly delay: Duration.Duration
  /** Why, when it is for a reason on our side: a few words for the lead's history, without data. */
  readonly internalFailure: string | undefined
}
