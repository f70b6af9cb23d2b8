import { assert, describe, it } from "@effect/vitest"
import { leadEvents, type LeadEventType, LeadId, LeadStatus, RejectionReason } from "@lead-gateway/lead"
import { explainHistory } from "../src/explainHistory.ts"
import type { DeliveryAttempt, LeadEvent, LeadHistory } from "../src/LeadHistory.ts"

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 21, 10, 35, seconds))
const event = (type: LeadEventType, seconds: number, details: LeadEvent["details"] = {}): LeadEvent => ({
  at: at(seconds),
  type,
  details,
})
const attempt = (attemptNo: number, given: Partial<DeliveryAttempt> = {}): DeliveryAttempt => ({
  attemptNo,
  attemptedAt: at(attemptNo),
  success: false,
  statusCode: null,
  errorMessage: null,
  durationMs: null,
  fault: null,
  responseBody: null,
  customerReason: null,
  ...given,
})
const history = (status: LeadStatus, given: Partial<LeadHistory> = {}): LeadHistory => ({
  id: LeadId.make(1),
  receivedAt: at(0),
  status,
  rejectionReason: null,
  correlationId: "abc",
  isTest: false,
  rawPayload: { phone: "a-value-of-the-lead" },
  normalizedPayload: null,
  customerPayload: null,
  omittedAttributes: [],
  unread: [],
  nextAttemptAt: null,
  deliveryAttempts: [],
  leftOut: null,
  ...given,
  events: [event("received", 0), ...(given.events ?? [])],
})
const now = at(30).getTime()
const received = "Received on 2026-01-21 at 10:35:00 UTC."
const met = "It met all rules, was normalised and mapped for the customer."

interface Case {
  readonly history: LeadHistory
  readonly sentences: ReadonlyArray<string>
}

const owner = { reason: "NOT_HOMEOWNER", rule: { index: 1 }, explanation: "house.is_owner is not true." }
const failed503 = attempt(1, {
  statusCode: 503,
  errorMessage: "the customer answered 503",
  fault: "customer",
  durationMs: 12,
})
const failedEvents = [
  event("ready", 1),
  event("attempt_opened", 1, { attempt_no: 1 }),
  event("attempt_failed", 2, { attempt_no: 1, status_code: 503, fault: "customer" }),
]
const sentence503 =
  "Attempt 1 on 2026-01-21 at 10:35:02 UTC: the customer answered 503. That is the customer's fault."

/** What a person is told in each state, and after each event. */
const cases: Readonly<Record<string, Case>> = {
  "refused, and masked": {
    history: history("PERMANENTLY_FAILED", {
      events: [event("attempt_failed", 2, { attempt_no: 1, status_code: 422, fault: "lead" })],
      deliveryAttempts: [
        attempt(1, { statusCode: 422, errorMessage: "*", fault: "lead", customerReason: "*" }),
      ],
    }),
    sentences: [
      received,
      "Attempt 1 on 2026-01-21 at 10:35:02 UTC: the customer answered 422. That is about this lead.",
      "Nothing follows, unless somebody replays it.",
    ],
  },
  "received and waiting": {
    history: history("RECEIVED"),
    sentences: [received, "Next: the rules look at it as soon as it is its turn."],
  },
  "sent by an operator as a test": {
    history: history("RECEIVED", { isTest: true }),
    sentences: [
      received,
      "It is a test: an operator sent it, to see that leads arrive.",
      "Next: the rules look at it as soon as it is its turn.",
    ],
  },
  "received and put off": {
    history: history("RECEIVED", {
      nextAttemptAt: at(60),
      events: [event("snoozed", 2, { because: "its stored rows cannot be read", until: "x" })],
    }),
    sentences: [
      received,
      "It was put off on 2026-01-21 at 10:35:02 UTC for a reason of ours: its stored rows cannot be read.",
      "Next: the rules look at it on 2026-01-21 at 10:36:00 UTC.",
    ],
  },
  "rejected by a rule": {
    history: history("REJECTED", {
      rejectionReason: RejectionReason.make("NOT_HOMEOWNER"),
      events: [event("rejected", 1, owner)],
    }),
    sentences: [
      received,
      "It was rejected by a rule: house.is_owner is not true (NOT_HOMEOWNER).",
      "Nothing follows: a rejected lead is not sent, unless somebody replays it.",
    ],
  },
  "rejected by a rule with a message of its author's": {
    history: history("REJECTED", { events: [event("rejected", 1, { ...owner, message: "Only owners." })] }),
    sentences: [
      received,
      "It was rejected by a rule: Only owners (NOT_HOMEOWNER).",
      "Nothing follows: a rejected lead is not sent, unless somebody replays it.",
    ],
  },
  "parked for want of a field, with what could not be read": {
    history: history("FAILED", {
      rejectionReason: RejectionReason.make("MISSING_REQUIRED_FIELD"),
      events: [
        event("parked", 1, { reason: "MISSING_REQUIRED_FIELD", missing: ["phone", "zip"], flags: [owner] }),
      ],
      unread: [{ path: "zip", kind: "postal_code" }],
      omittedAttributes: [
        { name: "roof_age", reason: "not_a_number" },
        { name: "tags", reason: "not_allowed", index: 2 },
      ],
    }),
    sentences: [
      received,
      "It was parked: the customer needs phone, zip, which the lead does not have. Nothing is sent.",
      "A rule drew attention to it, which stops nothing: house.is_owner is not true (NOT_HOMEOWNER).",
      "Kept as it came, because it could not be read: zip (as postal code).",
      "Not sent to the customer, because it is not valid there: roof_age (not a number), tags, item 3 (not allowed).",
      "Next: nothing, until somebody mends the cause and replays it.",
    ],
  },
  "parked because it is too long": {
    history: history("FAILED", {
      rejectionReason: RejectionReason.make("CUSTOMER_PAYLOAD_TOO_LARGE"),
      events: [event("parked", 1, { reason: "CUSTOMER_PAYLOAD_TOO_LARGE" })],
    }),
    sentences: [
      received,
      "It was parked: what the customer would get is too long. Nothing is sent.",
      "Next: nothing, until somebody mends the cause and replays it.",
    ],
  },
  "ready and held back": {
    history: history("READY", { events: [event("ready", 1), event("held_back", 1, { circuit: "open" })] }),
    sentences: [
      received,
      met,
      "It was held back on 2026-01-21 at 10:35:01 UTC: the customer's system was down, or refused every lead. No attempt was spent.",
      "Next: it is sent to the customer as soon as it is its turn.",
    ],
  },
  "ready and held back by the rate": {
    history: history("READY", { events: [event("ready", 1), event("held_back", 1, { circuit: null })] }),
    sentences: [
      received,
      met,
      "It was held back on 2026-01-21 at 10:35:01 UTC: the customer takes only so many leads at a time. No attempt was spent.",
      "Next: it is sent to the customer as soon as it is its turn.",
    ],
  },
  "ready and held back by a pause": {
    history: history("READY", { events: [event("ready", 1), event("held_back", 1, { circuit: "paused" })] }),
    sentences: [
      received,
      met,
      "It was held back on 2026-01-21 at 10:35:01 UTC: somebody had paused deliveries to the customer. No attempt was spent.",
      "Next: it is sent to the customer as soon as it is its turn.",
    ],
  },
  patched: {
    history: history("RECEIVED", { events: [event("patched", 1, { by: "anna" })] }),
    sentences: [
      received,
      "Somebody changed what it is decided by on 2026-01-21 at 10:35:01 UTC; what was received stays as it came.",
      "Next: the rules look at it as soon as it is its turn.",
    ],
  },
  "under way": {
    history: history("READY", {
      events: [event("ready", 1), event("attempt_opened", 1, { attempt_no: 1, probe: true })],
      deliveryAttempts: [attempt(1)],
    }),
    sentences: [
      received,
      met,
      "Attempt 1, a test whether the customer is back, was sent on 2026-01-21 at 10:35:01 UTC.",
      "Next: the customer's answer to the attempt that is under way.",
    ],
  },
  "waiting for a retry": {
    history: history("FAILED", {
      events: [...failedEvents, event("retry_scheduled", 2, { next_attempt_at: "x" })],
      deliveryAttempts: [failed503],
      nextAttemptAt: at(32),
    }),
    sentences: [received, met, sentence503, "Next: attempt 2, on 2026-01-21 at 10:35:32 UTC."],
  },
  "due for a retry": {
    history: history("FAILED", {
      events: failedEvents,
      deliveryAttempts: [failed503],
      nextAttemptAt: at(29),
    }),
    sentences: [received, met, sentence503, "Next: attempt 2, as soon as it is its turn."],
  },
  delivered: {
    history: history("DELIVERED", {
      events: [
        ...failedEvents,
        event("attempt_opened", 4, { attempt_no: 2 }),
        event("attempt_succeeded", 5, { attempt_no: 2, status_code: 200 }),
        event("delivered", 5),
      ],
      deliveryAttempts: [failed503, attempt(2, { success: true, statusCode: 200, durationMs: 84 })],
    }),
    sentences: [
      received,
      met,
      sentence503,
      "Attempt 2 on 2026-01-21 at 10:35:05 UTC: the customer took the lead (it answered 200 in 84 ms).",
      "Nothing follows: the customer has the lead.",
    ],
  },
  "refused by the customer, with its reason": {
    history: history("PERMANENTLY_FAILED", {
      rejectionReason: RejectionReason.make("CUSTOMER_REFUSED"),
      events: [
        event("ready", 1),
        event("attempt_failed", 2, { attempt_no: 1, status_code: 422, fault: "lead" }),
        event("permanently_failed", 2, { reason: "CUSTOMER_REFUSED" }),
      ],
      deliveryAttempts: [
        attempt(1, {
          statusCode: 422,
          errorMessage: "the customer answered 422",
          fault: "lead",
          customerReason: "Duplicate.",
        }),
      ],
    }),
    sentences: [
      received,
      met,
      "Attempt 1 on 2026-01-21 at 10:35:02 UTC: the customer answered 422, and gave as its reason: Duplicate. That is about this lead.",
      "It was given up on 2026-01-21 at 10:35:02 UTC: the customer refused it, and would refuse it again (CUSTOMER_REFUSED).",
      "Nothing follows, unless somebody replays it.",
    ],
  },
  "given up for unknown outcomes, of older attempts nobody has": {
    history: history("PERMANENTLY_FAILED", {
      events: [
        event("attempt_withdrawn", 1, { attempt_no: 1 }),
        event("attempt_outcome_unknown", 2, { attempt_no: 1 }),
        event("attempt_failed", 3, { attempt_no: 2, status_code: 500 }),
        event("attempt_failed", 4, { attempt_no: 3 }),
        event("permanently_failed", 4, { reason: "DELIVERY_OUTCOME_UNKNOWN" }),
        event("permanently_failed", 4, { reason: "SOMETHING_NEW" }),
        { at: at(5), type: "of_a_newer_release", details: {} },
      ],
      leftOut: { deliveryAttempts: 3, responseBodies: 0, events: 6 },
    }),
    sentences: [
      received,
      "Attempt 1 was not sent after all, and does not count (on 2026-01-21 at 10:35:01 UTC).",
      "Attempt 1 on 2026-01-21 at 10:35:02 UTC: nobody saw how it ended. The customer may have the lead.",
      "Attempt 2 on 2026-01-21 at 10:35:03 UTC: the customer answered 500. Whose fault it is, nobody knows.",
      "Attempt 3 on 2026-01-21 at 10:35:04 UTC: it failed. Whose fault it is, nobody knows.",
      "It was given up on 2026-01-21 at 10:35:04 UTC: nobody saw how the last attempt ended, and another one might deliver it twice (DELIVERY_OUTCOME_UNKNOWN).",
      "It was given up on 2026-01-21 at 10:35:04 UTC: SOMETHING_NEW.",
      "Some older attempts and events are left out here, because there are so many.",
      "Nothing follows, unless somebody replays it.",
    ],
  },
  "replayed and waiting": {
    history: history("RECEIVED", {
      events: [
        event("rejected", 1, {}),
        event("replayed", 9, { request: "mended rules", from: "REJECTED", reason: "NOT_HOMEOWNER" }),
      ],
    }),
    sentences: [
      received,
      "It was rejected by a rule: its reason is not on record.",
      "Somebody sent it back to the start on 2026-01-21 at 10:35:09 UTC (request mended rules).",
      "Next: the rules look at it as soon as it is its turn.",
    ],
  },
}

describe("the explanation of a history", () => {
  it.each(Object.entries(cases))("of a lead that is %s", (_, { history, sentences }) => {
    assert.deepStrictEqual(explainHistory(history, now), sentences)
  })

  it("has a case for every status and every event", () => {
    const all = Object.values(cases).map(({ history }) => history)
    assert.sameMembers([...new Set(all.map(({ status }) => status))], [...LeadStatus.literals])
    const seen = new Set(all.flatMap(({ events }) => events.map(({ type }) => type)))
    assert.includeMembers([...seen], Object.keys(leadEvents))
  })

  it("says nothing of the payload, and every sentence ends", () => {
    for (const { history } of Object.values(cases)) {
      for (const sentence of explainHistory(history, now)) {
        assert.notInclude(sentence, "a-value-of-the-lead")
        assert.match(sentence, /^[A-Z].*\.$/)
      }
    }
  })

  it("survives details that are none", () => {
    for (const details of [null, 1, "text", [], { attempt_no: "x", missing: "phone", flags: "many" }]) {
      for (const type of Object.keys(leadEvents) as Array<LeadEventType>) {
        assert.isNotEmpty(explainHistory(history("RECEIVED", { events: [event(type, 1, details)] }), now))
      }
    }
  })
})
