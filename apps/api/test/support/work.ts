import { assert } from "@effect/vitest"
import { Reason, RejectionReason } from "@lead-gateway/lead"
import { LeadWork, type LeadWorkOptions, type StoredDecision } from "@lead-gateway/lead-store"
import { Duration, Effect } from "effect"

const decidedWith = { rules: "1" }
const details = { rule: "owner" }
const normalized = { phone: "+49123456789" }
const customerPayload = { phone: "+49123456789", attributes: [] }
const omitted = [{ name: "roof_age", reason: "not a number" }]

const decisions: Readonly<Record<"REJECTED" | "PARKED" | "READY", StoredDecision>> = {
  REJECTED: { status: "REJECTED", reason: RejectionReason.make("NOT_HOMEOWNER"), details, decidedWith },
  PARKED: {
    status: "FAILED",
    reason: Reason.missingRequiredField,
    details,
    normalized,
    omitted,
    decidedWith,
  },
  READY: { status: "READY", details: {}, normalized, customerPayload, omitted, decidedWith },
}

/** How leads are worked on here; the gate lets everything through. */
export const workOptions: LeadWorkOptions = {
  lease: Duration.minutes(1),
  gate: {
    customer: "customer.example",
    ratePerSecond: undefined,
    failures: 100,
    openFor: Duration.minutes(1),
    ramp: Duration.minutes(1),
  },
}

/** Does to a lead what a worker does; its attempts are answered with these HTTP statuses, null for no answer. */
export const decide = Effect.fnUntraced(function* (
  leadId: number,
  decision: keyof typeof decisions,
  answers: ReadonlyArray<number | null> = [],
) {
  const work = yield* LeadWork
  for (const [index, status] of (answers.length === 0 ? [undefined] : answers).entries()) {
    const claims = yield* work.claim({ max: 100 })
    const claim = claims.find(({ id }) => id === leadId) ?? assert.fail("the lead is not due")
    for (const other of claims) {
      if (other !== claim)
        yield* work.release({
          ...other,
          unsentAttemptNo: undefined,
          delay: Duration.zero,
          trouble: undefined,
        })
    }
    const opened = yield* work.proceed({
      ...claim,
      decision: index === 0 ? decisions[decision] : undefined,
    })
    if (opened._tag !== "Opened" || status === undefined) return
    const success = status === 200
    yield* work.record({
      ...claim,
      attemptNo: opened.attemptNo,
      success,
      outcomeUnknown: false,
      responseStatus: status,
      responseBody: null,
      errorMessage: success ? null : "customer answered with an error",
      fault: success ? null : "customer",
      health: success ? "took" : "down",
      next: nextOf(status, index === answers.length - 1),
    })
  }
})

const nextOf = (status: number | null, isLast: boolean) => {
  if (status === 200) return { status: "DELIVERED" as const }
  if (status === 400) return { status: "PERMANENTLY_FAILED" as const, reason: Reason.customerRefused }
  return { status: "FAILED" as const, retryAfter: isLast ? Duration.hours(1) : Duration.zero }
}
