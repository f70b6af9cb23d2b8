import { assert, describe, it } from "@effect/vitest"
import { DeliveryOutcome, type UnreachableKind } from "@lead-gateway/customer-client"
import { LeadId, Reason } from "@lead-gateway/lead"
import type { ClaimedLead } from "@lead-gateway/lead-store"
import { compile, defaultRetryPolicy } from "@lead-gateway/retry-policy"
import { Duration, Result } from "effect"
import {
  asRetryOutcome,
  attemptRecord,
  type Conclusion,
  conclusionOf,
  timeOfAnswer,
  unknownAttemptRecord,
  unseen,
} from "../src/AttemptOutcome.ts"

const lead: ClaimedLead = {
  id: LeadId.make(7),
  lease: "6b1e9f2c-2d1b-4a51-9a53-0d3d3bb0c9a1",
  status: "READY",
  correlationId: "c-7",
  idempotencyKey: "0f0e0d0c-0b0a-4908-8706-050403020100",
  traceparent: undefined,
  attemptCount: 3,
  uncountedAttempts: 0,
  attemptIsOpen: true,
  attemptIsProbe: false,
  troubles: 0,
  payload: null,
}

interface More {
  readonly retryAfter?: string
  readonly date?: string
  readonly body?: string
}

const answered = (status: number, more: More = {}) =>
  DeliveryOutcome.Answered({
    status,
    retryAfter: more.retryAfter,
    date: more.date,
    body: more.body ?? "",
    truncated: false,
    durationMs: 12,
  })

const policy = Result.getOrThrow(compile(defaultRetryPolicy))

const concludedAfter = (attempt: number, outcome: DeliveryOutcome, by = policy) =>
  conclusionOf({ policy: by, attempt, outcome: asRetryOutcome(outcome), nowMs: 0 })

const nextAfter = (attempt: number, outcome: DeliveryOutcome) => concludedAfter(attempt, outcome).next

const recordOf = (outcome: DeliveryOutcome) => attemptRecord(lead, 3, outcome, concludedAfter(3, outcome))

describe("conclusionOf", () => {
  it("delivers on a 2xx", () => {
    assert.deepStrictEqual(nextAfter(1, answered(202)), { status: "DELIVERED" })
  })

  it("schedules another attempt after what a retry can mend, and keeps the customer's wish", () => {
    assert.deepStrictEqual(nextAfter(2, answered(500)), { status: "FAILED", retryAfter: Duration.minutes(1) })
    assert.deepStrictEqual(nextAfter(1, answered(429, { retryAfter: "90" })), {
      status: "FAILED",
      retryAfter: Duration.seconds(90),
    })
  })

  it("ends a lead with the reason: refused by the customer, or out of attempts", () => {
    assert.deepInclude(nextAfter(1, answered(422)), { reason: Reason.customerRefused })
    assert.deepInclude(nextAfter(5, answered(500)), { reason: Reason.retriesExhausted })
  })

  it("retries an address that was refused, like any customer that is not reached", () => {
    const outcome = DeliveryOutcome.AddressRefused({ message: "leads to a forbidden address" })
    assert.deepInclude(nextAfter(1, outcome), { status: "FAILED" })
  })
})

describe("a policy's own classification", () => {
  const refused = { kind: "refused", message: "nobody listens", durationMs: 1 } as const

  it("decides on the kinds of network errors that the client tells apart, and on the fault", () => {
    const own = Result.getOrThrow(
      compile({
        ...defaultRetryPolicy,
        classification: [{ outcomes: ["refused"], means: "give_up", fault: "ours" }],
      }),
    )
    assert.deepStrictEqual(concludedAfter(1, DeliveryOutcome.Unreachable(refused), own), {
      next: { status: "PERMANENTLY_FAILED", reason: Reason.retriesExhausted },
      fault: "ours",
      health: "down",
    })
  })

  it("has a word for each of them", () => {
    const kinds = Object.keys({
      dns: 1,
      refused: 1,
      no_route: 1,
      connect_timeout: 1,
      tls: 1,
      reset: 1,
      protocol: 1,
      unsendable: 1,
      other: 1,
    } satisfies Record<UnreachableKind, 1>)
    const row = { outcomes: kinds, means: "retry", fault: "customer" }
    assert.isTrue(Result.isSuccess(compile({ ...defaultRetryPolicy, classification: [row] })))
  })
})

describe("timeOfAnswer", () => {
  const ours = Date.UTC(2026, 0, 21, 10, 35)

  it("is the answer's own date, however far it is from our time", () => {
    for (const date of ["Wed, 21 Jan 2026 10:30:00 GMT", "Wed, 21 Jan 2026 10:40:00 GMT"]) {
      assert.strictEqual(timeOfAnswer(answered(429, { date }), ours), Date.parse(date))
    }
  })

  it("is our time when the answer has no date, or one that cannot be read", () => {
    assert.strictEqual(timeOfAnswer(answered(429), ours), ours)
    for (const date of ["", "soon", "2026-01-21T10:30:00Z", "Sun, 31 Feb 2026 10:30:00 GMT"]) {
      assert.strictEqual(timeOfAnswer(answered(429, { date }), ours), ours)
    }
  })

  it("is our time when there is no answer", () => {
    assert.strictEqual(timeOfAnswer(DeliveryOutcome.TimedOut({ phase: "answer", durationMs: 9 }), ours), ours)
  })
})

describe("attemptRecord", () => {
  it("keeps lead, lease and number, and of a success status and body alone", () => {
    assert.deepStrictEqual(recordOf(answered(200, { body: "ok" })), {
      id: lead.id,
      lease: lead.lease,
      attemptNo: 3,
      success: true,
      outcomeUnknown: false,
      responseStatus: 200,
      responseBody: "ok",
      errorMessage: null,
      fault: null,
      health: "took",
      next: { status: "DELIVERED" },
    })
  })

  it("says why an attempt failed, and whose fault it is", () => {
    const said = (outcome: DeliveryOutcome) => {
      const { errorMessage, fault, responseStatus, success } = recordOf(outcome)
      return { errorMessage, fault, responseStatus, success }
    }
    assert.deepStrictEqual(said(answered(422)), {
      errorMessage: "the customer answered 422",
      fault: "lead",
      responseStatus: 422,
      success: false,
    })
    const unreachable = { kind: "dns", message: "no such host", durationMs: 1 } as const
    assert.deepStrictEqual(said(DeliveryOutcome.Unreachable(unreachable)), {
      errorMessage: "no such host",
      fault: "customer",
      responseStatus: null,
      success: false,
    })
    assert.include(said(DeliveryOutcome.TimedOut({ phase: "connect", durationMs: 9 })), {
      errorMessage: "no connection within 9 ms",
    })
    assert.include(said(DeliveryOutcome.TimedOut({ phase: "answer", durationMs: 9 })), {
      errorMessage: "no answer within 9 ms",
    })
  })

  it("takes the blame for what was not sent, for a reason on our side", () => {
    const refused = DeliveryOutcome.AddressRefused({ message: "forbidden" })
    assert.include(recordOf(refused), { errorMessage: "forbidden", fault: "ours" })
    const unsendable = { kind: "unsendable", message: "no such header", durationMs: 1 } as const
    assert.include(recordOf(DeliveryOutcome.Unreachable(unsendable)), {
      errorMessage: "no such header",
      fault: "ours",
    })
  })

  it("quotes nothing of the answer's body in the message, and makes the body storable", () => {
    const { errorMessage, responseBody } = recordOf(answered(400, { body: "phone +49\0 is wrong \ud800" }))
    assert.strictEqual(errorMessage, "the customer answered 400")
    assert.strictEqual(responseBody, "phone +49\ufffd is wrong \ufffd")
  })
})

describe("unknownAttemptRecord", () => {
  it("tells of the attempt that the last owner opened, by the present owner's lease", () => {
    const conclusion: Conclusion = {
      next: { status: "FAILED", retryAfter: Duration.seconds(120) },
      fault: "ours",
      health: "unclear",
    }
    assert.deepStrictEqual(
      conclusionOf({ policy, attempt: 3, outcome: { _tag: "OutcomeUnknown" }, nowMs: 0 }),
      conclusion,
    )
    assert.deepStrictEqual(unknownAttemptRecord(lead, 3, unseen.workerLost, conclusion), {
      id: lead.id,
      lease: lead.lease,
      attemptNo: 3,
      success: false,
      outcomeUnknown: true,
      responseStatus: null,
      responseBody: null,
      errorMessage: "outcome unknown: the worker was lost after it had opened this attempt",
      ...conclusion,
    })
  })
})
