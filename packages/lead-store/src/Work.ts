import type { CustomerHealth, Fault, LeadId, OmittedAttribute, RejectionReason } from "@lead-gateway/lead"
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
  /** A UUID, the same for all that was claimed together. Only the present one lets its holder change the work. */
  readonly lease: string
}

/** What every piece of claimed work comes with. */
interface Claimed extends Lease {
  /** The number of the last attempt; 0 before the first. */
  readonly attemptNo: number
  /** Attempts that do not count against the retry budget: those before the last replay, and probes that found nobody. */
  readonly uncountedAttempts: number
  /** How often in a row the work has failed for a reason of ours. */
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

/** A lead whose stored rows cannot be read: a fault of ours. The others of its claim are not affected. */
export interface UnreadableWork extends Claimed {
  readonly _tag: "Unreadable"
}

/** What a worker has leased. */
export type ClaimedWork = UndecidedLead | DueDelivery | LostAttempt | UnreadableWork

/** Which work a worker asks for. */
export interface ClaimOptions {
  /** The work of these leads, as far as it may be claimed now; undefined: whatever is due, longest due first. */
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

/** One step of leased work: a decision (which opens an attempt when it is READY), or a further attempt. */
export interface Step extends Lease {
  /** Undefined: the decision stands, open the next attempt. */
  readonly decision: StoredDecision | undefined
}

/** The result of a step. */
export type StepResult =
  /** An attempt is on record and may now be sent. */
  | {
      readonly _tag: "Opened"
      readonly attemptNo: number
      /** Made to see whether the customer is back. If it is not, the attempt does not count. */
      readonly isProbe: boolean
    }
  /** The decision is stored, and the delivery waits for its customer's throttle; the lease has ended. */
  | { readonly _tag: "HeldBack" }
  /** The lead is rejected or parked. */
  | { readonly _tag: "Settled" }
  /** Nothing was done: the lease was lost, the lead is decided already, or its last attempt is still open. */
  | { readonly _tag: "Unchanged" }

/**
 * How an attempt ended and what follows from it, in the one shape in which workers record it. Whoever makes it has
 * judged the outcome; the store writes it down and judges nothing again.
 */
export interface AttemptRecord extends Lease {
  readonly attemptNo: number
  /** True: nobody saw the outcome. Such a record needs the lease, and never replaces a known outcome. */
  readonly outcomeUnknown: boolean
  readonly durationMs: number | null
  readonly responseStatus: number | null
  /** Storable and capped; null when no answer came. */
  readonly responseBody: string | null
  readonly errorMessage: string | null
  /** Null when the customer took the lead. */
  readonly fault: Fault | null
  /** What the customer's circuit breaker learns from it. */
  readonly health: CustomerHealth
  /** False: it does not count against the lead's budget of attempts. */
  readonly counted: boolean
  readonly next:
    | { readonly state: "DELIVERED" }
    | { readonly state: "RETRYING"; readonly retryAfterMs: number }
    | { readonly state: "PERMANENTLY_FAILED"; readonly reason: RejectionReason }
}

/** Work that is given back. */
export interface Released extends Lease {
  /** The number of an attempt that may have been opened and was certainly not sent: it is withdrawn. */
  readonly unsentAttemptNo: number | undefined
  /** For how long nobody may claim the work. */
  readonly delay: Duration.Duration
  /** Why, when the reason is ours: a few words for the lead's history, without data. */
  readonly internalFailure: string | undefined
}
