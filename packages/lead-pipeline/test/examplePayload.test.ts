import { assert, describe, it } from "@effect/vitest"
import { nestedTemplate } from "@lead-gateway/attribute-mapper"
import { decide, examplePayload, type Flow } from "@lead-gateway/lead-pipeline"
import { compiled, source } from "./world.ts"

const nowMs = Date.UTC(2026, 0, 21)

const exampleOf = (documents: Partial<Flow.FlowSource>) => {
  const all = { ...source, ...documents }
  const flow = compiled(all)
  const payload = examplePayload({ flow, documents: all, nowMs })
  return { payload, decision: decide(flow, { payload, deliveryMetadata: { lead_id: 1 }, nowMs }) }
}

const rulesOf = (...conditions: ReadonlyArray<object>) => ({
  rules: {
    version: "1",
    rules: conditions.map((condition, index) => ({ ...condition, reason: `R${index}` })),
  },
})

describe("an example of a payload", () => {
  it("meets the rules that ship, has what the customer needs, and is recognisably nobody's", () => {
    const { decision, payload } = exampleOf({})
    assert.strictEqual(decision._tag, "Ready")
    assert.deepInclude(payload, {
      email: "test.lead@example.com",
      phone: "+493023125123",
      house: { is_owner: true },
      first_name: "Test",
      last_name: "Lead",
      source: "This is a test lead",
    })
    assert.match(JSON.stringify(payload.zipcode), /^"66\d{3}"$/)
    if (decision._tag === "Ready") {
      assert.deepStrictEqual(decision.omitted, [])
      assert.deepStrictEqual(decision.absent, [])
      assert.deepStrictEqual(decision.unread, [])
    }
  })

  it("has every field that a template names", () => {
    const { decision } = exampleOf({ template: nestedTemplate })
    assert.strictEqual(decision._tag, "Ready")
    if (decision._tag !== "Ready") return
    assert.deepStrictEqual(decision.omittedNodes, [])
    assert.deepStrictEqual(decision.customerPayload.lead, {
      phone: "+493023125123",
      email: "test.lead@example.com",
      first_name: "Test",
      last_name: "Lead",
      street: "Test Street",
      housenumber: "1",
      postcode: "66111",
      city: "Testville",
      country: "DE",
    })
  })

  it.each<[name: string, conditions: ReadonlyArray<object>]>([
    [
      "equality",
      [
        { field: "a", operator: "one_of", values: [7, "x"] },
        { field: "b", operator: "not_equals", value: "Test" },
      ],
    ],
    [
      "texts",
      [
        { field: "a", operator: "starts_with", value: "Solar" },
        { field: "b.c", operator: "ends_with", value: "!" },
        { field: "d", operator: "length", min: 20, max: 20 },
        { field: "e", operator: "pattern", pattern: "^[A-Z]{2}-\\d{4}$" },
      ],
    ],
    [
      "one field, twice",
      [
        { field: "zipcode", operator: "zip", prefixes: ["66*"] },
        { field: "zipcode", operator: "length", min: 5, max: 5 },
      ],
    ],
    [
      "numbers",
      [
        { field: "a", operator: "range", above: 20, below: 21 },
        { field: "b", operator: "range", min: 5, integer: true, allow_text: true },
      ],
    ],
    [
      "dates",
      [
        { field: "birth", operator: "date", min_age: "18 years" },
        { field: "start", operator: "date", max_ahead: "6 months" },
        { field: "day", operator: "date", from: "2020-01-01", to: "2020-12-31" },
      ],
    ],
    [
      "lists",
      [
        { field: "list", operator: "items", min: 2 },
        { field: "roofs", operator: "some_item", item: { field: "kind", operator: "equals", value: "flat" } },
        { field: "tags", operator: "every_item", item: { field: ".", operator: "one_of", values: ["a"] } },
        { field: "more", operator: "includes", value: "x" },
      ],
    ],
    [
      "joined conditions",
      [
        {
          all: [
            { field: "a", operator: "equals", value: 1 },
            { field: "b", operator: "present" },
          ],
        },
        {
          any: [
            { field: "c", operator: "absent" },
            { field: "d", operator: "present" },
          ],
        },
        {
          not: {
            any: [
              { field: "email", operator: "ends_with", value: "@example.com" },
              { field: "a", operator: "equals", value: 2 },
            ],
          },
        },
        { not: { field: "solar_owner", operator: "equals", value: "Ja" } },
      ],
    ],
  ])("meets rules about %s", (_, conditions) => {
    const { decision, payload } = exampleOf({ ...rulesOf(...conditions), template: {} })
    assert.strictEqual(decision._tag, "Ready", JSON.stringify(payload))
  })

  it("meets all rules but those that nothing was found for", () => {
    const { decision, payload } = exampleOf({
      ...rulesOf(
        { field: "a", operator: "pattern", pattern: "^a{300}$" },
        { field: "b", operator: "equals", value: 3 },
      ),
    })
    assert.strictEqual(decision._tag, "Rejected")
    assert.strictEqual(payload.b, 3)
  })

  it("has telephone numbers that the normaliser reads, in every country that it knows some of", () => {
    for (const country of ["DE", "AT", "CH", "GB", "FR", "AU", "SE", "NL", "US", "CA", "JP"]) {
      const { decision, payload } = exampleOf({
        profile: { version: "1", default_country: country, fields: { phone: "phone", zipcode: "text" } },
      })
      assert.strictEqual(decision._tag, "Ready", country)
      if (decision._tag !== "Ready") continue
      assert.deepStrictEqual(decision.unread, [], country)
      assert.strictEqual(decision.normalized.phone, payload.phone, country)
    }
  })

  it("is found in a short time for two thousand rules", () => {
    const conditions = Array.from({ length: 2000 }, (_, index) => ({
      field: `f${index % 50}`,
      operator: "not_equals",
      value: `v${index}`,
    }))
    const begin = performance.now()
    exampleOf(rulesOf(...conditions))
    assert.isBelow(performance.now() - begin, 5000)
  })
})
