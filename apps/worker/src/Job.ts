import type { DeliveryRequest } from "@lead-gateway/customer-client"
import type { AttemptRecord, ClaimedWork } from "@lead-gateway/lead-store"
import type { OpenAttempt } from "./Attempt.ts"
import type { LeadTrace } from "./LeadTrace.ts"
import type { Stage } from "./Slots.ts"

/** A piece of work on its way through the worker. */
export interface Job {
  readonly work: ClaimedWork
  readonly claimedAtMs: number
  stage: Stage
  /** Once it is opened. */
  attempt?: OpenAttempt & { readonly message: DeliveryRequest }
  /** Its trace, once it has a step; undefined where traces are off. */
  trace?: LeadTrace | undefined
  /** When its step began, by the monotonic clock. */
  steppedAtMs?: number
  /** When it was sent. */
  sentAtMs?: number
  /** Once it is sent. */
  exchange?: { readonly abort: () => void }
  /** Once its outcome is being recorded. */
  row?: AttemptRecord
}
