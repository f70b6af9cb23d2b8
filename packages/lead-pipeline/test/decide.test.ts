import { assert, describe, it } from "@effect/vitest"
import { nestedTemplate } from "@lead-gateway/attribute-mapper"
import { type JsonObject, stringify } from "@lead-gateway/lossless-json"
import { compiled, decideOn, payloadIn, source, valid } from "./world.ts"

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
    const decision = decideOn(payloadIn(stringify(valid).replace('"5000"', "12345678901234567890")))
    assert(decision._tag === "Ready")
    assert.include(stringify(decision.customerPayload), '"value":12345678901234567890')
  })

  it("fills the nested template", () => {
    const nested = compiled({ ...source, template: nestedTemplate })
    const decision = decideOn({ ...valid, city: "Saarbrücken" }, nested)
    assert(decision._tag === "Ready")
    assert.deepStrictEqual(decision.customerPayload, {
      lead: { phone: "+491712345678", email: "customer@example.com", postcode: "66123", city: "Saarbrücken" },
      product: { name: "solar_panel_installation" },
      lead_attributes: { solar_energy_consumption: "5000", solar_offer_type: "Kaufen" },
      meta_attributes: { unique_id: 7 },
    })
  })

  it("removes NUL, as all that is invisible, and takes lone surrogates as they are", () => {
    const decision = decideOn({ ...valid, source: "a\u0000b\ud800" })
    assert(decision._tag === "Ready")
    assert.deepInclude(decision.customerPayload["attributes"], { name: "source", value: "ab\ud800" })
    assert.strictEqual(decideOn({ ...valid, zipcode: "66123\u0000" })._tag, "Rejected")
    assert.strictEqual(decideOn({ ...valid, phone: "\u0000\ud800" })._tag, "Parked")
  })

  it("finds nothing behind __proto__", () => {
    const decision = decideOn(payloadIn(`{"__proto__":${stringify(valid)}}`))
    assert(decision._tag === "Rejected")
    assert.strictEqual(decision.reason, "MISSING_REQUIRED_FIELD")
    assert.notProperty({}, "zipcode")
  })

  it("decides by the flow that it is given, whatever other flows there are", () => {
    const rules = { version: "2", rules: [{ field: "city", operator: "present" }] }
    const other = compiled({ ...source, rules })
    assert.strictEqual(decideOn({ phone: "0171 2345678", city: "Trier" }, other)._tag, "Ready")
    assert.strictEqual(decideOn(valid, other)._tag, "Rejected")
    assert.strictEqual(decideOn(valid)._tag, "Ready")
  })
})
