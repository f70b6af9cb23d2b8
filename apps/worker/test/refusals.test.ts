import { assert, describe, it } from "@effect/vitest"
import { DeliveryOutcome } from "@lead-gateway/customer-client"
import { Reason } from "@lead-gateway/lead"
import { compilePolicyOrThrow, defaultRetryPolicy, type RetryPolicy } from "@lead-gateway/retry-policy"
import { attemptRecord, deliveryBegan, type OpenAttempt } from "../src/Attempt.ts"
import { type AttemptOutcome, workerLost } from "../src/AttemptOutcome.ts"
import { answered } from "./support/answered.ts"
import { due } from "./support/claimed.ts"

type Row = NonNullable<RetryPolicy["classification"]>[number]

const policyOf = (rows: ReadonlyArray<Row>, more: Partial<RetryPolicy> = {}) =>
  compilePolicyOrThrow({ ...defaultRetryPolicy, classification: rows, version: "7", ...more })

const attempt = (more: Partial<OpenAttempt> = {}): OpenAttempt => ({
  work: due(7),
  attemptNo: 1,
  isProbe: false,
  beganMs: 0,
  ...more,
})

const recordOf = (
  rows: ReadonlyArray<Row>,
  outcome: AttemptOutcome,
  more: Partial<OpenAttempt> = {},
  policy: Partial<RetryPolicy> = {},
  monotonicMs = 0,
) =>
  attemptRecord(attempt(more), outcome, { policy: policyOf(rows, policy), nowMs: 0, monotonicMs, random: 0 })

const leadConduit: Row = {
  status: "2xx",
  body: { path: "outcome", one_of: ["failure", "error"] },
  means: "give_up",
  fault: "lead",
  reason: { path: "reason" },
}

const github = (thread: string) => `https://github.com/${thread}`

/** Answers of 2xx that are refusals, or are none: the row that tells, the body, and what the customer says. */
const bodies: ReadonlyArray<
  readonly [source: string, row: Row, body: string, state: string, reason: string | null]
> = [
  [
    "https://gist.github.com/activeprospect-support/36d29fe420b3f2685639",
    leadConduit,
    '{"outcome":"failure","reason":"duplicate","lead":{"id":"5"},"price":0}',
    "PERMANENTLY_FAILED",
    "duplicate",
  ],
  [
    github("activeprospect/leadconduit-integration-default"),
    leadConduit,
    '{"outcome":"success","reason":""}',
    "DELIVERED",
    null,
  ],
  [
    github("RakuenSoftware/aimee/issues/2065"),
    {
      status: "2xx",
      body: { path: "status", one_of: ["error", "rejected"] },
      means: "give_up",
      fault: "lead",
      reason: { path: "message" },
    },
    '{"status":"error","message":"unknown campaign"}',
    "PERMANENTLY_FAILED",
    "unknown campaign",
  ],
  [
    github("gogs/gogs/issues/3169"),
    { status: "2xx", body: { path: "success", one_of: [false] }, means: "give_up", fault: "lead" },
    '{"success":true}',
    "DELIVERED",
    null,
  ],
  [
    github("Shopify/shopify-api-js/issues/431"),
    {
      status: "2xx",
      body: { path: "errors", present: true },
      means: "give_up",
      fault: "lead",
      reason: { path: "errors.0.message" },
    },
    '{"data":null,"errors":[{"message":"Field is required"}]}',
    "PERMANENTLY_FAILED",
    "Field is required",
  ],
  ["RFC 9110, section 15.3.5: a 204 has no content", leadConduit, "", "DELIVERED", null],
]

describe("an answer of 2xx", () => {
  it.each(bodies)("is read by its body: %s", (_, row, body, state, reason) => {
    const record = recordOf([row], answered(200, { body }))
    const isDelivered = state === "DELIVERED"
    assert.strictEqual(record.next.state, state)
    assert.deepInclude(record, {
      responseStatus: 200,
      responseBody: body,
      customerReason: reason,
      policyVersion: isDelivered ? null : "7",
      fault: isDelivered ? null : "lead",
      health: isDelivered ? "success" : "rejected",
      errorMessage: isDelivered ? null : "the customer answered 200 without accepting the lead",
    })
  })

  it("is no delivery where a row refuses its content type: a maintenance page", () => {
    // https://github.com/basecamp/kamal/issues/162
    const row: Row = { status: "2xx", content_type: "text/html", means: "retry", fault: "customer" }
    const page = { ...answered(200, { body: "<h1>Back soon</h1>" }), contentType: "text/html; charset=utf-8" }
    assert.deepInclude(recordOf([row], page), {
      next: { state: "RETRYING", retryAfterMs: 30_000 },
      health: "unavailable",
      fault: "customer",
    })
    const json = { ...answered(200, { body: "{}" }), contentType: "application/json" }
    assert.deepInclude(recordOf([row], json), { next: { state: "DELIVERED" } })
  })

  it("has a reason that Postgres can hold, however the customer writes it", () => {
    const { customerReason } = recordOf(
      [leadConduit],
      answered(200, { body: '{"outcome":"failure","reason":"a\\u0000b\\ud800"}' }),
    )
    assert.match(String(customerReason), /^a.?b.?$/u)
    assert.isFalse(customerReason?.includes("\0"))
    assert.isTrue(customerReason?.isWellFormed())
  })
})

const seen = (unseenAttempt: boolean) => ({ work: due(7, { unseenAttempt }), attemptNo: 2 })

describe("a 409", () => {
  const rows = defaultRetryPolicy.classification ?? []

  it("ends a lead all of whose attempts were seen, and is retried after one that was not", () => {
    // draft-ietf-httpapi-idempotency-key-header, section 2.7: the first request is still being processed.
    assert.deepInclude(recordOf(rows, answered(409), seen(false)), {
      next: { state: "PERMANENTLY_FAILED", reason: Reason.customerRefused },
      fault: "lead",
    })
    const record = recordOf(rows, answered(409), seen(true))
    assert.deepInclude(record, { next: { state: "RETRYING", retryAfterMs: 60_000 }, unseen: false })
    assert.notStrictEqual(record.health, "unavailable")
  })

  const earlier: ReadonlyArray<readonly [string, AttemptOutcome, boolean]> = [
    ["a timeout with the request sent", DeliveryOutcome.TimedOut({ phase: "answer", durationMs: 1 }), true],
    ["no connection in time", DeliveryOutcome.TimedOut({ phase: "connect", durationMs: 1 }), false],
    [
      "a reset",
      DeliveryOutcome.Unreachable({ kind: "reset", message: "connection reset", durationMs: 1 }),
      true,
    ],
    [
      "a refused connection",
      DeliveryOutcome.Unreachable({ kind: "refused", message: "refused", durationMs: 1 }),
      false,
    ],
    ["a lost worker", workerLost, true],
    ["a gateway's own timeout, RFC 9110 section 15.6.5", answered(504), true],
    ["an answer", answered(500), false],
  ]
  it.each(earlier)("is told what went before: %s", (_, outcome, unseen) => {
    assert.strictEqual(recordOf(rows, outcome).unseen, unseen)
  })
})

describe("a probe", () => {
  it.each([301, 401, 403, 404, 410, 500, 503])("that is answered %s does not end its lead", (status) => {
    for (const attemptNo of [1, 5, 9]) {
      const record = recordOf(defaultRetryPolicy.classification ?? [], answered(status), {
        isProbe: true,
        attemptNo,
        work: due(7, { uncountedAttempts: Math.max(0, attemptNo - 5) }),
        beganMs: -1e12,
      })
      assert.deepInclude(record, { counted: false, health: "unavailable" })
      assert.strictEqual(record.next.state, "RETRYING")
    }
  })
})

describe("the age of a delivery", () => {
  const old = { max_age: "10m" }
  const rows = defaultRetryPolicy.classification ?? []

  it("is measured from its first attempt, and ends it at max_age however few attempts there were", () => {
    const inTime = recordOf(rows, answered(500), { beganMs: -500_000 }, old)
    assert.deepStrictEqual(inTime.next, { state: "RETRYING", retryAfterMs: 30_000 })
    const late = recordOf(rows, answered(500), { beganMs: -571_000 }, old)
    assert.deepInclude(late.next, { state: "PERMANENTLY_FAILED", reason: Reason.retriesExhausted })
  })

  it("is the age at the claim and the time since; of a first attempt, the time since it was opened", () => {
    const began = deliveryBegan(due(7, { ageMs: 90_000 }), 1_000_000)
    assert.strictEqual(began, 910_000)
    const first = deliveryBegan(due(7, { attemptNo: 0 }), 0) ?? Number.NaN
    assert.closeTo(first, performance.now(), 1000)
    // A process of an earlier release opened its first attempt.
    assert.isUndefined(deliveryBegan(due(7, { attemptNo: 2 }), 0))
    assert.strictEqual(
      recordOf(rows, answered(500), { beganMs: undefined }, old, 1e12).next.state,
      "RETRYING",
    )
  })
})
