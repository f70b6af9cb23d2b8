/** What may be decided on a lead, and how its attempts may end. */
import { RejectionReason } from "@lead-gateway/lead"
import type { AttemptRecord, Lease, NewDelivery, StoredDecision } from "../../src/index.ts"

/** How an attempt ended, whichever. */
export type Outcome = Omit<AttemptRecord, keyof Lease | "attemptNo" | "counted">

const decidedWith = '{"rules":"1","profile":"1","mapping":"1","template":"1"}'

export const delivery: NewDelivery = {
  customerId: 1,
  idempotencyKey: "9a1d2f6e-51c0-4f43-8d5c-0d1f6a7b8c9d",
  body: '{"phone":"+49123456789","product":{"name":"solar"}}',
}

export const ready: StoredDecision = {
  verdict: "READY",
  reason: null,
  details: "{}",
  normalized: '{"phone":"+49123456789"}',
  omitted: [],
  unread: [],
  decidedWith,
  delivery,
}

/** A delivery for another customer than the default one. */
export const readyFor = (customerId: number): StoredDecision => ({
  ...ready,
  delivery: { ...delivery, customerId },
})

export const rejected: StoredDecision = {
  verdict: "REJECTED",
  reason: RejectionReason.make("ZIP_NOT_66XXX"),
  details: '{"reason":"ZIP_NOT_66XXX"}',
  normalized: null,
  omitted: [],
  unread: [],
  decidedWith,
  delivery: null,
}

export const parked: StoredDecision = {
  verdict: "PARKED",
  reason: RejectionReason.make("MISSING_REQUIRED_FIELD"),
  details: '{"missing":["phone"]}',
  normalized: '{"phone":null}',
  omitted: [{ name: "roof_age", reason: "not_a_number" }],
  unread: [{ path: "phone", kind: "phone" }],
  decidedWith,
  delivery: null,
}

const inAnHour = { state: "RETRYING", retryAfterMs: 3_600_000 } as const

const endsAs = (reason: string) =>
  ({ state: "PERMANENTLY_FAILED", reason: RejectionReason.make(reason) }) as const

export const succeeded = {
  outcomeUnknown: false,
  durationMs: 12,
  responseStatus: 200,
  responseBody: "thank you",
  errorMessage: null,
  fault: null,
  customerReason: null,
  policyVersion: null,
  unseen: false,
  health: "success",
  next: { state: "DELIVERED" },
} as const satisfies Outcome

export const failed = {
  outcomeUnknown: false,
  durationMs: 12,
  responseStatus: 500,
  responseBody: "oops",
  errorMessage: "the customer answered 500",
  fault: "customer",
  customerReason: null,
  policyVersion: null,
  unseen: false,
  health: "unavailable",
  next: inAnHour,
} as const satisfies Outcome

export const exhausted = { ...failed, next: endsAs("RETRIES_EXHAUSTED") } as const satisfies Outcome

export const refused = {
  outcomeUnknown: false,
  durationMs: 12,
  responseStatus: 422,
  responseBody: "no",
  errorMessage: "the customer answered 422",
  fault: "lead",
  customerReason: null,
  policyVersion: null,
  unseen: false,
  health: "rejected",
  next: endsAs("CUSTOMER_REFUSED"),
} as const satisfies Outcome

/** Too many requests: the customer is up and asks for a retry later. */
export const throttled = {
  ...failed,
  responseStatus: 429,
  errorMessage: "the customer answered 429",
  health: "rejected",
} as const satisfies Outcome

export const unknown = {
  outcomeUnknown: true,
  durationMs: null,
  responseStatus: null,
  responseBody: null,
  errorMessage: "outcome unknown",
  fault: "ours",
  customerReason: null,
  policyVersion: null,
  unseen: true,
  health: "unknown",
  next: inAnHour,
} as const satisfies Outcome

export const unknownAndLast = {
  ...unknown,
  next: endsAs("DELIVERY_OUTCOME_UNKNOWN"),
} as const satisfies Outcome
