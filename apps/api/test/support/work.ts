import { assert } from "@effect/vitest"
import { Reason, RejectionReason } from "@lead-gateway/lead"
import {
  type AttemptRecord,
  type Batcher,
  defaultCustomer,
  LeadWork,
  type Lease,
  type StepResult,
  type StoredDecision,
  type StoreError,
} from "@lead-gateway/lead-store"
import { Duration, Effect } from "effect"
import { randomUUID } from "node:crypto"

const stored = {
  details: '{"rule":"owner"}',
  normalized: '{"phone":"+49123456789"}',
  omitted: [{ name: "roof_age", reason: "not a number" }],
  unread: [{ path: "contact.phone", kind: "phone" }],
  decidedWith: '{"rules":"1"}',
  delivery: null,
}

const decisions: Readonly<Record<"REJECTED" | "PARKED" | "READY", () => StoredDecision>> = {
  REJECTED: () => ({
    ...stored,
    verdict: "REJECTED",
    reason: RejectionReason.make("NOT_HOMEOWNER"),
    normalized: null,
    omitted: [],
    unread: [],
  }),
  PARKED: () => ({ ...stored, verdict: "PARKED", reason: Reason.missingRequiredField }),
  READY: () => ({
    ...stored,
    verdict: "READY",
    reason: null,
    details: "{}",
    delivery: {
      customerId: defaultCustomer,
      idempotencyKey: randomUUID(),
      body: '{"phone":"+49123456789","attributes":[]}',
    },
  }),
}

/** Waits for a callback to be called. */
const called = <Value>(submit: (done: Batcher.Done<Value, StoreError>) => void) =>
  Effect.callback<Value, StoreError>((resume) => submit((result) => resume(Effect.fromResult(result))))

/** Delivers a lead as a worker does; its attempts are answered with these HTTP statuses, null for no answer. */
export const decide = Effect.fnUntraced(function* (
  leadId: number,
  decision: keyof typeof decisions,
  answers: ReadonlyArray<number | null> = [],
) {
  const work = yield* LeadWork
  for (const [index, status] of (answers.length === 0 ? [undefined] : answers).entries()) {
    const claims = yield* work.claim({ max: 100, lease: Duration.minutes(1) })
    const claim = claims.find((claimed) => claimed.leadId === leadId) ?? assert.fail("the lead is not due")
    for (const other of claims) {
      const released = {
        ...leaseOf(other),
        unsentAttemptNo: undefined,
        delay: Duration.zero,
        internalFailure: undefined,
      }
      if (other !== claim) yield* called<boolean>((done) => work.release(released, done))
    }
    const step = { ...leaseOf(claim), decision: index === 0 ? decisions[decision]() : undefined }
    const opened = yield* called<StepResult>((done) => work.openAttempt(step, done))
    if (opened._tag !== "Opened" || status === undefined) return
    const { attemptNo } = opened
    const record = { ...leaseOf(claim), ...outcomeOf(status, index === answers.length - 1), attemptNo }
    yield* called<boolean>((done) => work.completeAttempt(record, done))
  }
})

const leaseOf = ({ deliveryNo, leadId, lease }: Lease): Lease => ({ leadId, deliveryNo, lease })

const outcomeOf = (
  status: number | null,
  isLast: boolean,
): Omit<AttemptRecord, keyof Lease | "attemptNo"> => {
  const isSuccess = status === 200
  return {
    outcomeUnknown: false,
    durationMs: 12,
    responseStatus: status,
    responseBody: null,
    errorMessage: isSuccess ? null : "customer answered with an error",
    fault: isSuccess ? null : "customer",
    customerReason: null,
    policyVersion: null,
    unseen: false,
    counted: true,
    health: isSuccess ? "success" : "unavailable",
    next: nextOf(status, isLast),
  }
}

const nextOf = (status: number | null, isLast: boolean): AttemptRecord["next"] => {
  if (status === 200) return { state: "DELIVERED" }
  if (status === 400) return { state: "PERMANENTLY_FAILED", reason: Reason.customerRefused }
  return { state: "RETRYING", retryAfterMs: isLast ? 3_600_000 : 0 }
}
