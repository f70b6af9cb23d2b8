import { assert, describe, it } from "@effect/vitest"
import { defaultTemplate, nestedTemplate } from "@lead-gateway/attribute-mapper"
import { defaultRuleSet } from "@lead-gateway/lead-rules"
import { isJsonObject, type JsonObject, parse, stringify } from "@lead-gateway/lossless-json"
import { defaultProfile } from "@lead-gateway/normalizer"
import { Result, Schema } from "effect"
import { readFileSync } from "node:fs"
import { decide, Flow } from "../src/index.ts"

const mapping: unknown = JSON.parse(
  readFileSync(new URL("../../../config/customer_attribute_mapping.json", import.meta.url), "utf8"),
)
const source: Flow.FlowSource = {
  rules: defaultRuleSet,
  profile: defaultProfile,
  mapping,
  template: defaultTemplate,
  constants: { "product.name": "solar_panel_installation" },
  versions: { rules: "r", profile: "p", mapping: "m", template: "t" },
}
const flow = Result.getOrThrow(Flow.compile(source))
const decideOn = (payload: JsonObject, under = flow) => decide(under, { payload, meta: { lead_id: 7 } })

const valid: JsonObject = {
  email: " Customer@Example.com",
  phone: "0171 2345678",
  zipcode: "66123",
  house: { is_owner: true },
  solar_energy_consumption: "5000",
  solar_offer_type: "Kaufen",
}

describe("decide", () => {
  it("makes the contract's example ready, with its two attributes", () => {
    const decision = decideOn(valid)
    assert(decision._tag === "Ready")
    assert.deepStrictEqual(decision.customerPayload, {
      phone: "+491712345678",
      product: { name: "solar_panel_installation" },
      attributes: [
        { name: "solar_energy_consumption", value: "5000" },
        { name: "solar_offer_type", value: "Kaufen" },
      ],
    })
    assert.strictEqual(decision.normalized["email"], "customer@example.com")
    assert.deepStrictEqual(decision.omitted, [])
  })

  it("rejects by the first rule that is broken, on the payload as it came", () => {
    const reasonOf = (change: JsonObject) => {
      const decision = decideOn({ ...valid, ...change })
      return decision._tag === "Rejected" ? decision.reason : decision._tag
    }
    assert.strictEqual(reasonOf({ zipcode: "12345" }), "ZIP_NOT_66XXX")
    assert.strictEqual(reasonOf({ zipcode: " 66123" }), "ZIP_NOT_66XXX")
    assert.strictEqual(reasonOf({ house: { is_owner: false } }), "NOT_HOMEOWNER")
    assert.strictEqual(reasonOf({ house: { is_owner: "true" } }), "NOT_HOMEOWNER")
    assert.strictEqual(reasonOf({ zipcode: null }), "MISSING_REQUIRED_FIELD")
    assert.strictEqual(reasonOf({ zipcode: "12345", house: {} }), "ZIP_NOT_66XXX")
  })

  it("parks a lead without a phone, or with one that has no digit", () => {
    for (const phone of [null, "", "  ", "call me"]) {
      const decision = decideOn({ ...valid, phone })
      assert(decision._tag === "Parked")
      assert.strictEqual(decision.reason, "MISSING_REQUIRED_FIELD")
      assert.deepStrictEqual(decision.missing, ["phone"])
    }
  })

  it("leaves an invalid dropdown value out and says so", () => {
    const decision = decideOn({ ...valid, solar_offer_type: "Leasing" })
    assert(decision._tag === "Ready")
    assert.notInclude(stringify(decision.customerPayload), "Leasing")
    assert.deepStrictEqual(
      decision.omitted.map((attribute) => attribute.name),
      ["solar_offer_type"],
    )
  })

  it("carries twenty digits through to the customer", () => {
    const payload = Result.getOrThrow(parse(stringify(valid).replace('"5000"', "12345678901234567890")))
    assert(isJsonObject(payload))
    const decision = decideOn(payload)
    assert(decision._tag === "Ready")
    assert.include(stringify(decision.customerPayload), '"value":12345678901234567890')
  })

  it("fills the nested template", () => {
    const nested = Result.getOrThrow(Flow.compile({ ...source, template: nestedTemplate }))
    const decision = decideOn({ ...valid, city: "Saarbrücken" }, nested)
    assert(decision._tag === "Ready")
    assert.deepStrictEqual(decision.customerPayload, {
      lead: { phone: "+491712345678", email: "customer@example.com", postcode: "66123", city: "Saarbrücken" },
      product: { name: "solar_panel_installation" },
      lead_attributes: { solar_energy_consumption: "5000", solar_offer_type: "Kaufen" },
      meta_attributes: { unique_id: 7 },
    })
  })

  it.prop(
    "decides on any payload, and the same way each time",
    [Schema.Record(Schema.String, Schema.Json)],
    ([payload]) => {
      for (const lead of [payload, { ...valid, ...payload }]) {
        assert.deepStrictEqual(decideOn(lead), decideOn(lead))
      }
    },
  )
})

describe("Flow.compile", () => {
  it("names the mistakes of every part at once", () => {
    const flow = Flow.compile({
      ...source,
      rules: { rules: 1 },
      profile: [],
      mapping: { a: 1 },
      template: null,
    })
    assert(Result.isFailure(flow))
    assert.deepStrictEqual(
      flow.failure.mistakes.map((mistake) => mistake.part),
      ["rules", "profile", "mapping", "template"],
    )
  })
})
