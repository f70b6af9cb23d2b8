/** What may be decided on a lead, and how its attempts may end. */
import { RejectionReason } from "@lead-gateway/lead"
import { Duration } from "effect"
import type { AttemptRecord, StoredDecision } from "../../src/index.ts"

const versions = { rules: "1", profile: "1", mapping: "1", template: "1" }

export const ready = {
  status: "READY",
  details: {},
  normalized: { phone: "+49123456789" },
  customerPayload: { phone: "+49123456789", product: { name: "solar" } },
  omitted: [],
  decidedWith: versions,
} satisfies StoredDecision

export const rejected = {
  status: "REJECTED",
  reason: RejectionReason.make("ZIP_NOT_66XXX"),
  details: { reason: "ZIP_NOT_66XXX" },
  decidedWith: versions,
} satisfies StoredDecision

export const parked = {
  status: "FAILED",
  reason: RejectionReason.make("MISSING_REQUIRED_FIELD"),
  details: { missing: ["phone"] },
  normalized: { phone: null },
  omitted: [{ name: "roof_age", reason: "not_a_number" }],
  decidedWith: versions,
} satisfies StoredDecision

export const succeeded = {
  success: true,
  outcomeUnknown: false,
  responseStatus: 200,
  responseBody: "thank you",
  errorMessage: null,
  fault: null,
  health: "took",
  next: { status: "DELIVERED" },
} as const satisfies Partial<AttemptRecord>

export const failed = {
  success: false,
  outcomeUnknown: false,
  responseStatus: 500,
  responseBody: "oops",
  errorMessage: "the customer answered 500",
  fault: "customer",
  health: "down",
  next: { status: "FAILED", retryAfter: Duration.hours(1) },
} as const satisfies Partial<AttemptRecord>

export const refused = {
  success: false,
  outcomeUnknown: false,
  responseStatus: 422,
  responseBody: "no",
  errorMessage: "the customer answered 422",
  fault: "lead",
  health: "answered",
  next: { status: "PERMANENTLY_FAILED", reason: RejectionReason.make("CUSTOMER_REFUSED") },
} as const satisfies Partial<AttemptRecord>

/** Too many requests: the customer is there, and wants the lead later. */
export const throttled = {
  ...failed,
  responseStatus: 429,
  errorMessage: "the customer answered 429",
  health: "answered",
} as const satisfies Partial<AttemptRecord>

export const unknown = {
  success: false,
  outcomeUnknown: true,
  responseStatus: null,
  responseBody: null,
  errorMessage: "outcome unknown",
  fault: "ours",
  health: "unclear",
  next: { status: "FAILED", retryAfter: Duration.hours(1) },
} as const satisfies Partial<AttemptRecord>

export const unknownAndLast = {
  ...unknown,
  next: { status: "PERMANENTLY_FAILED", reason: RejectionReason.make("DELIVERY_OUTCOME_UNKNOWN") },
} as const satisfies Partial<AttemptRecord>
