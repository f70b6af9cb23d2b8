import { assert, describe, it } from "@effect/vitest"
import { compile } from "@lead-gateway/lead-rules"
import { Result } from "effect"

/** What is said of the limits of one rule; nothing where they are fine. */
const told = (limits: object) => {
  const compiled = compile({ version: "1", rules: [{ field: "a", ...limits, reason: "A" }] })
  return Result.isFailure(compiled) ? compiled.failure.message : "fine"
}

const range = (limits: object) => told({ operator: "range", ...limits })
const date = (limits: object) => told({ operator: "date", ...limits })

describe("limits of a rule", () => {
  it.each([
    { operator: "length", min: 5, max: 5 },
    { operator: "items", min: 1, max: 1 },
    { operator: "range", min: 5, max: 5 },
    { operator: "range", above: 5, max: 5.5 },
    { operator: "range", min: 5, below: 5.5 },
    { operator: "range", above: 5, below: 5.5 },
    { operator: "date", from: "2026-03-01", to: "2026-03-01" },
    { operator: "date", from: "2026-03-01T10:00:00Z", to: "2026-03-01" },
    { operator: "date", from: "2026-03-01T10:00:00Z", to: "2026-03-01T10:00:00Z" },
    { operator: "date", from: "2026-03-01" },
    { operator: "date", to: "2026-03-01" },
  ])("may meet: %j", (limits) => {
    assert.strictEqual(told(limits), "fine")
  })

  it.each([["min"], ["max"], ["above"], ["below"]])("of a number may be %s alone", (key) => {
    assert.strictEqual(range({ [key]: 5 }), "fine")
  })

  it.each([["integer"], ["allow_text"]])("of a number may be %s alone", (key) => {
    assert.strictEqual(range({ [key]: true }), "fine")
  })

  it.each([["min_age"], ["max_age"], ["min_ahead"], ["max_ahead"]])("of a date may be %s alone", (key) => {
    assert.strictEqual(date({ [key]: "1 day" }), "fine")
  })

  it("that nothing meets are told at the second one", () => {
    assert.strictEqual(range({ min: 6, max: 5 }), "rules.0.max: found 5, allowed is at least min, which is 6")
    assert.strictEqual(
      range({ above: 5, max: 5 }),
      "rules.0.max: found 5, allowed is more than above, which is 5",
    )
    assert.strictEqual(
      range({ min: 5, below: 5 }),
      "rules.0.below: found 5, allowed is more than min, which is 5",
    )
    assert.strictEqual(
      range({ above: 5, below: 5 }),
      "rules.0.below: found 5, allowed is more than above, which is 5",
    )
    assert.strictEqual(
      date({ from: "2026-03-02", to: "2026-03-01" }),
      'rules.0.to: found "2026-03-01", allowed is not before from, which is 2026-03-02',
    )
    assert.strictEqual(
      date({ from: "2026-03-01T10:00:01Z", to: "2026-03-01T10:00:00Z" }),
      'rules.0.to: found "2026-03-01T10:00:00Z", allowed is not before from, which is 2026-03-01T10:00:01Z',
    )
  })

  it("must be there", () => {
    assert.match(
      range({}),
      /allowed is a condition with at least one of the keys min, max, above, below, integer, allow_text$/,
    )
    assert.match(
      date({}),
      /allowed is a condition with at least one of the keys from, to, min_age, max_age, min_ahead, max_ahead$/,
    )
  })
})
