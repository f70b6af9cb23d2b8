import type {
  CustomerHealth,
  Fault,
  LeadId,
  OmittedAttribute,
  RejectionReason,
  UnreadValue,
} from "@lead-gateway/lead"
import type { JsonObject } from "@lead-gateway/lossless-json"
import type { Duration } from "effect"

/** Identifies a piece of work: a lead to decide, or one of its deliveries. */
export interface WorkKey {
  readonly leadId: LeadId
  /** 0, and one more for each replay. */
  readonly deliveryNo: number
}

/** A worker's lease of a piece of work. */
export interface Lease extends WorkKey {
  /** A UUID, the same for all work that was claimed together. The work can be changed with its current lease only. */
  readonly lease: string
}

/** What all claimed work has. */
interface Claimed extends Lease {
  /** The number of the last attempt; 0 before the first. */
  readonly attemptNo: number
  /** Attempts that do not count against the retry budget: those before the last replay, and failed probes. */
  readonly uncountedAttempts: number
  /** How often in a row the work has failed for an internal reason. */
  readonly internalFailures: number
  /** Whether nobody saw the outcome of an earlier attempt of this delivery: the customer may have the lead. */
  readonly unseenAttempt: boolean
  /**
   * Milliseconds from the first attempt that counts, by the database's clock, to the claim; undefined before that
   * attempt, and for work of an earlier release.
   */
  readonly ageMs: number | undefined
  /** Milliseconds from when the lead was received to the claim, by the database's clock. */
  readonly receivedAgeMs: number
  readonly correlationId: string
  /** The W3C trace context of the lead: of the span that stored it, where the api records traces, else the sender's header. */
  readonly traceparent: string | undefined
  /** The length of the payload or body that was read. */
  readonly characters: number
}

/** A lead that waits for its decision. */
export interface UndecidedLead extends Claimed {
  readonly _tag: "Undecided"
  /** The payload as received. */
  readonly payload: JsonObject
}

/** A delivery that is due: a retry, or one that its customer's throttle had held back. */
export interface DueDelivery extends Claimed {
  readonly _tag: "Due"
  readonly idempotencyKey: string
  /** The customer payload as JSON text: the same bytes for every attempt. */
  readonly body: string
}

/** A delivery with an open attempt of a lost worker: its outcome is unknown. */
export interface LostAttempt extends Claimed {
  readonly _tag: "LostAttempt"
  readonly isProbe: boolean
}

/** A lead whose stored rows cannot be read: an internal failure. Other work of the claim is not affected. */
export interface UnreadableWork extends Claimed {
  readonly _tag: "Unreadable"
}

/** Work whose documents were not read, because those of the same claim are large: it is released for another claim. */
export interface UnreadWork extends Claimed {
  readonly _tag: "TooMuch"
}

/** What a worker has leased. */
export type ClaimedWork = UndecidedLead | DueDelivery | LostAttempt | UnreadableWork | UnreadWork

/** Which work to claim. */
export interface ClaimOptions {
  /** The work of these leads, as far as it may be claimed now; undefined: all due work, longest due first. */
  readonly ids?: ReadonlyArray<LeadId> | undefined
  readonly max: number
  /** How long the lease lasts. */
  readonly lease: Duration.Duration
  /**
   * Whether to claim, instead of all that, the one lead that is due longest of those that may have ended their worker.
   * Other claims leave these leads alone. False by default.
   */
  readonly alone?: boolean
}

/** When work is due, and whether customers are available. */
export interface Outlook {
  /** How long until something may be claimed; zero: now; undefined: nothing is scheduled. */
  readonly untilDue: Duration.Duration | undefined
  /** Whether a customer's circuit is open: the customer is down or refuses every lead, and its leads wait. */
  readonly isCircuitOpen: boolean
  /** Whether a lead is due that is to be claimed alone, because it may be what ended its last worker. */
  readonly isSuspectDue: boolean
}

/** A decision of the pipeline, as it is stored. Documents are JSON texts. */
export interface StoredDecision {
  readonly verdict: "READY" | "REJECTED" | "PARKED"
  /** Null when the verdict is READY. */
  readonly reason: RejectionReason | null
  /** The result of the rules as JSON, without values of the lead. */
  readonly details: string
  /** Null when the lead was rejected by rules that look at the payload as it came. */
  readonly normalized: string | null
  readonly omitted: ReadonlyArray<OmittedAttribute>
  /** Values that could not be read as the declared kind of their field. Without what Postgres cannot store. */
  readonly unread: ReadonlyArray<UnreadValue>
  readonly decidedWith: string
  /** Hashes of the lead's e-mail addresses and phone numbers (see `SearchKey`), by which it is found; none by default. */
  readonly contacts?: ReadonlyArray<string> | undefined
  /** The delivery of a READY lead; otherwise null. */
  readonly delivery: NewDelivery | null
}

/** A delivery to be made: to whom, what, and the key by which the customer recognises a repetition. */
export interface NewDelivery {
  readonly customerId: number
  readonly idempotencyKey: string
  /** The customer payload as JSON text. */
  readonly body: string
}

/** A step of leased work: a decision (which opens an attempt if it is READY), or the next attempt. */
export interface Step extends Lease {
  /** Undefined if the lead is decided: open the next attempt. */
  readonly decision: StoredDecision | undefined
}

/** The result of a step. */
export type StepResult =
  /** An attempt is recorded as open and may now be sent. */
  | {
      readonly _tag: "Opened"
      readonly attemptNo: number
      /** A probe tests whether the customer is available again. If it fails, it does not count against the budget. */
      readonly isProbe: boolean
    }
  /** The decision is stored, the delivery waits for its customer's throttle, and the lease has ended. */
  | { readonly _tag: "HeldBack" }
  /** The lead is rejected or parked. */
  | { readonly _tag: "Settled" }
  /** Nothing changed: the lease was lost, the lead is decided already, or its last attempt is open. */
  | { readonly _tag: "Unchanged" }

/**
 * The outcome of an attempt and what follows from it. The worker has judged the outcome; the store records it and
 * decides nothing.
 */
export interface AttemptRecord extends Lease {
  readonly attemptNo: number
  /** True if the outcome was not observed. Such a record needs the lease, and never replaces a known outcome. */
  readonly outcomeUnknown: boolean
  readonly durationMs: number | null
  readonly responseStatus: number | null
  /** Storable and capped; null if no response came. */
  readonly responseBody: string | null
  /** Why it failed, or why the body of the answer could not be read; null of any other success. */
  readonly errorMessage: string | null
  /** Null if the customer accepted the lead. */
  readonly fault: Fault | null
  /** The customer's own reason, storable and capped; null if the policy names no place for it, or nothing is there. */
  readonly customerReason: string | null
  /** The version of the policy that decided what follows; null of a delivery, or if it has none. */
  readonly policyVersion: string | null
  /** Whether the customer may have the lead without our knowledge: a timeout, a reset, a lost worker. */
  readonly unseen: boolean
  /** What the outcome says about the customer, for its circuit breaker. */
  readonly health: CustomerHealth
  /** Whether it counts against the lead's budget of attempts. */
  readonly counted: boolean
  readonly next:
    | { readonly state: "DELIVERED" }
    | { readonly state: "RETRYING"; readonly retryAfterMs: number }
    | { readonly state: "PERMANENTLY_FAILED"; readonly reason: RejectionReason }
}

/** Work to release. */
export interface Released extends Lease {
  /** The number of an attempt that was certainly not sent, though it may be open: it is withdrawn. */
  readonly unsentAttemptNo: number | undefined
  /** How long the work may not be claimed. */
  readonly delay: Duration.Duration
  /** The reason, if it is internal: a short text for the lead's history, without its data. */
  readonly internalFailure: string | undefined
}
