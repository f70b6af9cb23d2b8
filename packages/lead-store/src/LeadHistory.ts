import type {
  Fault,
  LeadEventType,
  LeadId,
  LeadStatus,
  OmittedAttribute,
  RejectionReason,
} from "@lead-gateway/lead"
import type { Json } from "@lead-gateway/lossless-json"

/** Leads per status. */
export type LeadCounts = Readonly<Record<LeadStatus, number>>

/** One line of a list of leads. */
export interface LeadSummary {
  readonly id: LeadId
  readonly receivedAt: Date
  readonly status: LeadStatus
  readonly rejectionReason: RejectionReason | null
}

/** Which leads a list shows. */
export interface RecentOptions {
  /** Leads at most. */
  readonly limit: number
  /** Only leads with a smaller id: the last one of the page before. */
  readonly before: LeadId | undefined
  readonly status: LeadStatus | undefined
}

/** What a sender sent. */
export interface LeadPayload {
  readonly id: LeadId
  readonly json: string
}

/** One attempt to deliver. The answer's fields are null while it is open, and when no answer came. */
export interface DeliveryAttempt {
  readonly attemptNo: number
  readonly attemptedAt: Date
  readonly success: boolean
  readonly statusCode: number | null
  readonly errorMessage: string | null
  /** From the request to the end of the answer; null when it was not seen. */
  readonly durationMs: number | null
  readonly fault: Fault | null
  /** The beginning of the customer's answer. It may quote the lead. */
  readonly responseBody: string | null
}

/** One thing that happened to a lead. No personal data. */
export interface LeadEvent {
  readonly at: Date
  /** One of `leadEvents`, or of a type that a newer release has written. */
  readonly type: LeadEventType | (string & {})
  readonly details: Json
}

/** A lead's whole story. Payloads hold personal data: show them to operators only. */
export interface LeadHistory extends LeadSummary {
  readonly correlationId: string
  readonly rawPayload: Json
  readonly normalizedPayload: Json | null
  readonly customerPayload: Json | null
  readonly omittedAttributes: ReadonlyArray<OmittedAttribute>
  /** When the next attempt is due; null when none is scheduled or one is under way. */
  readonly nextAttemptAt: Date | null
  readonly deliveryAttempts: ReadonlyArray<DeliveryAttempt>
  readonly events: ReadonlyArray<LeadEvent>
}
