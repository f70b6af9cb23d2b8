import { assert, describe, it } from "@effect/vitest"
import type { LeadState } from "@lead-gateway/lead"
import { type AttemptRow, composeEvents, type DecisionRow, type StoryRows } from "../src/LeadHistory.ts"

/** A moment so many microseconds after the lead was received. */
const at = (micros: number) => Date.UTC(2026, 0, 21, 10, 35) * 1000 + micros

const second = 1_000_000

const decision = (decided_at: number, verdict: DecisionRow["verdict"], details = {}): DecisionRow => ({
  decided_at: at(decided_at),
  verdict,
  details,
})

const attempt = (
  attempt_no: number,
  requested_at: number,
  ended_at: number | null,
  ended: Partial<AttemptRow> = {},
): AttemptRow => ({
  attempt_no,
  requested_at: at(requested_at),
  ended_at: ended_at === null ? null : at(ended_at),
  success: false,
  outcome_unknown: false,
  is_probe: false,
  response_status: null,
  fault: null,
  policy_version: null,
  retry_at: null,
  ...ended,
})

const success = { success: true, response_status: 200 } as const
const failure = (retry_at: number | null) =>
  ({
    response_status: 503,
    fault: "customer",
    retry_at: retry_at === null ? null : at(retry_at),
  }) as const
const unknown = (retry_at: number | null) => ({
  ...failure(retry_at),
  response_status: null,
  outcome_unknown: true,
})

const settled = (moment: number, state: LeadState, reason: string | null = null) => ({
  at: at(moment),
  state,
  reason,
})

const story = (rows: Partial<StoryRows>) =>
  composeEvents({ received_at: at(0), decisions: [], attempts: [], events: [], settled: null, ...rows })

const types = (rows: Partial<StoryRows>) => story(rows).map(({ type }) => type)

describe("the events of a lead", () => {
  it("begin with its webhook", () => {
    assert.deepStrictEqual(story({}), [
      { at: new Date("2026-01-21T10:35:00Z"), type: "received", details: {} },
    ])
  })

  it("show a delivery at the first attempt", () => {
    const events = story({
      decisions: [decision(11_000, "READY")],
      attempts: [attempt(1, 11_000, 18_500, success)],
      settled: settled(18_500, "DELIVERED"),
    })
    assert.deepStrictEqual(
      events.map(({ at, details, type }) => [at.toISOString().slice(17), type, details]),
      [
        ["00.000Z", "received", {}],
        ["00.011Z", "ready", {}],
        ["00.011Z", "attempt_opened", { attempt_no: 1 }],
        ["00.018Z", "attempt_succeeded", { attempt_no: 1, status_code: 200 }],
        ["00.018Z", "delivered", {}],
      ],
    )
  })

  for (const verdict of ["REJECTED", "PARKED"] as const) {
    it(`show once that it was ${verdict}, with what the rules found`, () => {
      const details = { reason: "WHY" }
      const events = story({
        decisions: [decision(9, verdict, details)],
        settled: settled(10, verdict, "WHY"),
      })
      assert.deepStrictEqual(
        events.map(({ details, type }) => [type, details]),
        [
          ["received", {}],
          [verdict.toLowerCase(), details],
        ],
      )
    })
  }

  it("show after a failure when the next attempt is, and after the last one why there is none", () => {
    const rows = {
      decisions: [decision(1, "READY")],
      attempts: [attempt(1, 2, 3, failure(30 * second)), attempt(2, 31 * second, 32 * second, failure(null))],
      settled: settled(32 * second, "PERMANENTLY_FAILED", "RETRIES_EXHAUSTED"),
    }
    assert.deepStrictEqual(
      story(rows)
        .slice(3)
        .map(({ details, type }) => [type, details]),
      [
        ["attempt_failed", { attempt_no: 1, status_code: 503, fault: "customer" }],
        ["retry_scheduled", { next_attempt_at: "2026-01-21T10:35:30Z" }],
        ["attempt_opened", { attempt_no: 2 }],
        ["attempt_failed", { attempt_no: 2, status_code: 503, fault: "customer" }],
        ["permanently_failed", { reason: "RETRIES_EXHAUSTED" }],
      ],
    )
  })

  it("show an open attempt, of a probe, and of an outcome that nobody saw", () => {
    const events = story({
      attempts: [attempt(1, 1, 2, unknown(40)), attempt(2, 50, null, { is_probe: true })],
    })
    assert.deepStrictEqual(
      events.slice(2).map(({ details, type }) => [type, details]),
      [
        ["attempt_outcome_unknown", { attempt_no: 1, fault: "customer" }],
        ["retry_scheduled", { next_attempt_at: "2026-01-21T10:35:00Z" }],
        ["attempt_opened", { attempt_no: 2, probe: true }],
      ],
    )
  })

  it("show that a retry was scheduled at once", () => {
    const attempts = [attempt(1, 1, 7, failure(6)), attempt(2, 9, null)]
    assert.deepStrictEqual(types({ attempts }).slice(2), [
      "attempt_failed",
      "retry_scheduled",
      "attempt_opened",
    ])
  })

  it("show no retry after an outcome that came when it was under way already", () => {
    const attempts = [attempt(1, 1, 9 * second, failure(3 * second)), attempt(2, 4 * second, null)]
    assert.deepStrictEqual(types({ attempts }).slice(1), [
      "attempt_opened",
      "attempt_opened",
      "attempt_failed",
    ])
  })

  it("show a late success before the delivery, and of the newer attempt that changed nothing", () => {
    assert.deepStrictEqual(
      types({
        attempts: [
          attempt(1, 1, 60 * second, { ...success, retry_at: at(30 * second) }),
          attempt(2, 31 * second, 70 * second, success),
        ],
        settled: settled(60 * second, "DELIVERED"),
      }).slice(1),
      ["attempt_opened", "attempt_opened", "attempt_succeeded", "delivered", "attempt_succeeded"],
    )
  })

  it("show an outcome that was unknown where it was, and of the attempt that it is of once", () => {
    assert.deepStrictEqual(
      types({
        attempts: [
          attempt(1, 1, 60 * second, { ...success, retry_at: at(30 * second) }),
          attempt(2, 31 * second, null),
        ],
        events: [
          { at: at(9), type: "attempt_outcome_unknown", details: { attempt_no: 1, fault: "customer" } },
        ],
        settled: settled(60 * second, "DELIVERED"),
      }).slice(1),
      ["attempt_opened", "attempt_outcome_unknown", "attempt_opened", "attempt_succeeded", "delivered"],
    )
  })

  it("have an outcome that was unknown before the end that it brought, and what became known after a replay", () => {
    assert.deepStrictEqual(
      types({
        attempts: [attempt(1, 1, 40, failure(null))],
        events: [
          { at: at(9), type: "permanently_failed", details: {} },
          { at: at(20), type: "replayed", details: {} },
          { at: at(9), type: "attempt_outcome_unknown", details: { attempt_no: 1 } },
        ],
      }).slice(1),
      ["attempt_opened", "attempt_outcome_unknown", "permanently_failed", "replayed", "attempt_failed"],
    )
  })

  it("show an attempt that was opened with its decision and withdrawn", () => {
    assert.deepStrictEqual(
      types({
        decisions: [decision(5, "READY")],
        attempts: [attempt(1, 9, null)],
        events: [
          { at: at(5), type: "attempt_opened", details: { attempt_no: 1 } },
          { at: at(7), type: "attempt_withdrawn", details: { attempt_no: 1 } },
        ],
      }).slice(1),
      ["ready", "attempt_opened", "attempt_withdrawn", "attempt_opened"],
    )
  })

  it("keep the time of an end that no outcome on record came from", () => {
    const rows = {
      attempts: [attempt(1, 1, 120 * second, failure(null))],
      settled: settled(50 * second, "PERMANENTLY_FAILED", "DELIVERY_OUTCOME_UNKNOWN"),
    }
    assert.deepStrictEqual(types(rows).slice(1), ["attempt_opened", "permanently_failed", "attempt_failed"])
    assert.deepStrictEqual(types({ settled: settled(5, "DELIVERED") }), ["received", "delivered"])
  })

  it("have a replay between the end that it undid and the new decision", () => {
    assert.deepStrictEqual(
      types({
        decisions: [decision(1, "READY"), decision(90 * second, "PARKED")],
        attempts: [attempt(1, 2, 9, failure(null))],
        events: [
          { at: at(9), type: "permanently_failed", details: { reason: "CUSTOMER_REFUSED" } },
          { at: at(80 * second), type: "replayed", details: { from: "PERMANENTLY_FAILED" } },
        ],
        settled: settled(90 * second, "PARKED", "MISSING_REQUIRED_FIELD"),
      }),
      ["received", "ready", "attempt_opened", "attempt_failed", "permanently_failed", "replayed", "parked"],
    )
  })

  it("leave an end before the replay that undid it, also when its outcome became known afterwards", () => {
    assert.deepStrictEqual(
      types({
        attempts: [attempt(1, 2, 2 * second, failure(null))],
        events: [
          { at: at(9), type: "permanently_failed", details: { reason: "DELIVERY_OUTCOME_UNKNOWN" } },
          { at: at(second), type: "replayed", details: { from: "PERMANENTLY_FAILED" } },
        ],
      }),
      ["received", "attempt_opened", "permanently_failed", "replayed", "attempt_failed"],
    )
    const replayed = { type: "replayed", details: {} }
    const givenUp = { type: "permanently_failed", details: {} }
    assert.deepStrictEqual(
      types({
        attempts: [attempt(1, 1, 3, failure(null)), attempt(2, 6, 2 * second, failure(null))],
        events: [
          { at: at(3), ...givenUp },
          { at: at(4), ...replayed },
          { at: at(8), ...givenUp },
          { at: at(9), ...replayed },
        ],
      }),
      [
        "received",
        "attempt_opened",
        "attempt_failed",
        "permanently_failed",
        "replayed",
        "attempt_opened",
        "permanently_failed",
        "replayed",
        "attempt_failed",
      ],
    )
  })

  it("have what was held back after its decision, and what was stored together in its order", () => {
    const events = [
      { at: at(5), type: "held_back", details: { circuit: "open" } },
      { at: at(7), type: "attempt_withdrawn", details: { attempt_no: 1 } },
      { at: at(7), type: "snoozed", details: {} },
    ]
    assert.deepStrictEqual(types({ decisions: [decision(5, "READY")], events }), [
      "received",
      "ready",
      "held_back",
      "attempt_withdrawn",
      "snoozed",
    ])
  })

  it("keep the order of what happened within a millisecond", () => {
    assert.deepStrictEqual(
      types({
        attempts: [attempt(1, 100, 200, failure(300)), attempt(2, 301, 400, success)],
        settled: settled(400, "DELIVERED"),
      }),
      [
        "received",
        "attempt_opened",
        "attempt_failed",
        "retry_scheduled",
        "attempt_opened",
        "attempt_succeeded",
        "delivered",
      ],
    )
  })
})
