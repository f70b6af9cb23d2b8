import { assert, describe, it } from "@effect/vitest"
import { DeliveryOutcome, type UnreachableKind } from "@lead-gateway/customer-client"
import { Reason } from "@lead-gateway/lead"
import { compilePolicy, defaultRetryPolicy } from "@lead-gateway/retry-policy"
import { Result } from "effect"
import { attemptRecord, type OpenAttempt } from "../src/Attempt.ts"
import { type AttemptOutcome, messageOf, workerLost, workerStopped } from "../src/AttemptOutcome.ts"
import { answered } from "./support/answered.ts"
import { due } from "./support/claimed.ts"
import { retryPolicy } from "./support/policy.ts"

const unreachable = (kind: UnreachableKind, message: string) =>
  DeliveryOutcome.Unreachable({ kind, message, durationMs: 1 })

const timedOut = (phase: "connect" | "answer") => DeliveryOutcome.TimedOut({ phase, durationMs: 9 })

const ours = Date.UTC(2026, 0, 21, 10, 35)
const circumstances = { policy: retryPolicy(), nowMs: ours, monotonicMs: 0, random: 0.5 }

const attempt = (attemptNo: number, uncountedAttempts = 0, isProbe = false): OpenAttempt => ({
  work: due(7, { uncountedAttempts }),
  attemptNo,
  isProbe,
  beganMs: undefined,
})

const recordOf = (outcome: AttemptOutcome, attemptNo = 3) =>
  attemptRecord(attempt(attemptNo), outcome, circumstances)

const nextAfter = (attemptNo: number, outcome: AttemptOutcome) => recordOf(outcome, attemptNo).next

describe("attemptRecord", () => {
  it("keeps lead, lease and number, and of a success status, body and duration", () => {
    assert.deepStrictEqual(recordOf(answered(200, { body: "ok" })), {
      leadId: due(7).leadId,
      deliveryNo: 0,
      lease: due(7).lease,
      attemptNo: 3,
      outcomeUnknown: false,
      durationMs: 12,
      responseStatus: 200,
      responseBody: "ok",
      errorMessage: null,
      fault: null,
      customerReason: null,
      policyVersion: null,
      unseen: false,
      health: "success",
      counted: true,
      next: { state: "DELIVERED" },
    })
  })

  it("delivers on any 2xx", () => {
    assert.deepStrictEqual(nextAfter(1, answered(202)), { state: "DELIVERED" })
  })

  it("schedules another attempt after what a retry can mend, and keeps the customer's wish", () => {
    assert.deepStrictEqual(nextAfter(2, answered(500)), { state: "RETRYING", retryAfterMs: 60_000 })
    assert.deepStrictEqual(nextAfter(1, answered(429, { retryAfter: "90" })), {
      state: "RETRYING",
      retryAfterMs: 90_000,
    })
  })

  it("ends a lead with the reason: refused by the customer, or out of attempts", () => {
    assert.deepStrictEqual(nextAfter(1, answered(422)), {
      state: "PERMANENTLY_FAILED",
      reason: Reason.customerRefused,
    })
    assert.deepStrictEqual(nextAfter(5, answered(500)), {
      state: "PERMANENTLY_FAILED",
      reason: Reason.retriesExhausted,
    })
  })

  it("counts no attempts from before a replay, and no probe that found nobody", () => {
    const judged = (open: OpenAttempt, outcome: AttemptOutcome = answered(500)) => {
      const { counted, next } = attemptRecord(open, outcome, circumstances)
      return { counted, next }
    }
    assert.deepStrictEqual(judged(attempt(6, 5)), {
      counted: true,
      next: { state: "RETRYING", retryAfterMs: 30_000 },
    })
    for (const outcome of [answered(500), answered(401), workerLost]) {
      assert.deepStrictEqual(judged(attempt(5, 0, true), outcome), {
        counted: false,
        next: { state: "RETRYING", retryAfterMs: 240_000 },
      })
    }
    // It found somebody, who refused this lead: that counts.
    assert.deepStrictEqual(judged(attempt(5, 0, true), answered(422)), {
      counted: true,
      next: { state: "PERMANENTLY_FAILED", reason: Reason.customerRefused },
    })
  })

  it("says why an attempt failed, and whose fault it is", () => {
    const said = (outcome: AttemptOutcome) => {
      const { errorMessage, fault, health, responseStatus } = recordOf(outcome)
      return [errorMessage, fault, health, responseStatus]
    }
    assert.deepStrictEqual(said(answered(422)), ["the customer answered 422", "lead", "rejected", 422])
    assert.deepStrictEqual(said(unreachable("dns", "no such host")), [
      "no such host",
      "customer",
      "unavailable",
      null,
    ])
    const noAnswer = (words: string) => [words, "customer", "unavailable", null]
    assert.deepStrictEqual(said(timedOut("connect")), noAnswer("no connection within 9 ms"))
    assert.deepStrictEqual(said(timedOut("answer")), noAnswer("no answer within 9 ms"))
  })

  it("quotes nothing of the answer's body in the message, and makes the body storable", () => {
    const { errorMessage, responseBody } = recordOf(answered(400, { body: "phone +49\0 is wrong \ud800" }))
    assert.strictEqual(errorMessage, "the customer answered 400")
    assert.strictEqual(responseBody, "phone +49\ufffd is wrong \ufffd")
  })

  it.each<[status: number, message: string]>([
    [200, "the customer answered 200; its body could not be read"],
    [422, "the customer answered 422; its body could not be read"],
    [500, "the customer answered 500; its body could not be read"],
  ])("says of an answer %d why its body is empty, whatever follows", (status, message) => {
    const unreadable = "the body is compressed twice"
    const { errorMessage, next, responseBody } = recordOf(answered(status, { unreadable }))
    assert.strictEqual(errorMessage, `${message}: ${unreadable}`)
    assert.strictEqual(responseBody, "")
    assert.strictEqual(next.state, nextAfter(3, answered(status)).state)
  })

  it("names an address that was refused in the client's words, which hold nothing of a lead", () => {
    assert.strictEqual(messageOf(DeliveryOutcome.AddressRefused({ message: "forbidden" })), "forbidden")
  })
})

describe("a date in Retry-After", () => {
  const tenMinutesLater = (date: string) =>
    nextAfter(1, answered(429, { date, retryAfter: new Date(Date.parse(date) + 600_000).toUTCString() }))

  it("is compared with the answer's own date, however far that is from our time", () => {
    for (const date of ["Wed, 21 Jan 2026 10:30:00 GMT", "Wed, 21 Jan 2026 10:40:00 GMT"]) {
      assert.deepStrictEqual(tenMinutesLater(date), { state: "RETRYING", retryAfterMs: 600_000 })
    }
  })

  it("is compared with our time when the answer has no date, or one that cannot be read", () => {
    const retryAfter = new Date(ours + 600_000).toUTCString()
    const unreadable = ["", "soon", "2026-01-21T10:30:00Z", "Sun, 31 Feb 2026 10:30:00 GMT"]
    for (const more of [{}, ...unreadable.map((date) => ({ date }))]) {
      assert.deepStrictEqual(nextAfter(1, answered(429, { retryAfter, ...more })), {
        state: "RETRYING",
        retryAfterMs: 600_000,
      })
    }
  })
})

describe("a policy's own classification", () => {
  it("decides on the kinds of network errors that the client tells apart, and on the fault", () => {
    const own = Result.getOrThrow(
      compilePolicy({
        ...defaultRetryPolicy,
        classification: [{ error: "refused", means: "give_up", fault: "ours" }],
      }),
    )
    const record = attemptRecord(attempt(1), unreachable("refused", "nobody listens"), {
      ...circumstances,
      policy: own,
    })
    assert.deepInclude(record, {
      next: { state: "PERMANENTLY_FAILED", reason: Reason.retriesExhausted },
      fault: "ours",
      health: "unknown",
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
    const row = { error: kinds, means: "retry", fault: "customer" }
    assert.isTrue(Result.isSuccess(compilePolicy({ ...defaultRetryPolicy, classification: [row] })))
  })
})

describe("attemptRecord of an attempt whose end nobody saw", () => {
  it("names the attempt that the lost worker opened, and the present lease", () => {
    assert.deepStrictEqual(attemptRecord(attempt(3), workerLost, circumstances), {
      leadId: due(7).leadId,
      deliveryNo: 0,
      lease: due(7).lease,
      attemptNo: 3,
      outcomeUnknown: true,
      durationMs: null,
      responseStatus: null,
      responseBody: null,
      errorMessage: "outcome unknown: the worker was lost after it had opened this attempt",
      next: { state: "RETRYING", retryAfterMs: 120_000 },
      fault: "ours",
      customerReason: null,
      policyVersion: circumstances.policy.version ?? null,
      unseen: true,
      health: "unknown",
      counted: true,
    })
  })

  it("gives a lead up whose last attempt it was", () => {
    assert.deepStrictEqual(attemptRecord(attempt(5), workerStopped, circumstances).next, {
      state: "PERMANENTLY_FAILED",
      reason: Reason.deliveryOutcomeUnknown,
    })
  })
})
