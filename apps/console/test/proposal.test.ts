import type { JsonObject } from "@lead-gateway/client"
import { compileMapping } from "@lead-gateway/attribute-mapper"
import { readFileSync } from "node:fs"
import { assert, describe, it } from "vitest"
import { definitionsWith, guessOf, mappingWith, valuesOf } from "../web/proposal.ts"

const mapping = JSON.parse(
  readFileSync(new URL("../../../config/customer_attribute_mapping.json", import.meta.url), "utf8"),
) as JsonObject

describe("a guess of what an answer means", () => {
  const values = ["Eigenverbrauch", "Netzeinspeisung", "Netzeinspeisung und Eigenverbrauch", "Weiß nicht", 5]

  it.each([
    [" eigenverbrauch", "Eigenverbrauch"],
    ["Eigen-Verbrauch", "Eigenverbrauch"],
    ["Einspeisung", "Netzeinspeisung"],
    ["Eigenverbrauch und Netzeinspeisung", "Netzeinspeisung und Eigenverbrauch"],
    ["weiss nicht", "Weiß nicht"],
    ["5", 5],
  ])("of %s is the value that is most alike", (answer, value) => {
    assert.strictEqual(guessOf(answer, values), value)
  })

  it("is none where nothing is alike", () => {
    for (const answer of ["Leasing", "ja", "?", "", "🙂"]) assert.isUndefined(guessOf(answer, values), answer)
  })
})

describe("a proposal for the mapping", () => {
  const meanings = [
    { attribute: "solar_offer_type", answer: "kauf", value: "Kaufen" },
    { attribute: "solar_offer_type", answer: "Leasing", value: undefined },
    { attribute: "gone", answer: "x", value: undefined },
  ]

  it("is the definitions with synonyms and values, and nothing else", () => {
    const values = valuesOf(mapping, "solar_offer_type") ?? assert.fail("no dropdown")
    assert.deepStrictEqual(definitionsWith(mapping, meanings), {
      solar_offer_type: {
        ...(mapping["solar_offer_type"] as JsonObject),
        values: [...values, "Leasing"],
        synonyms: { kauf: "Kaufen" },
      },
    })
  })

  it("is a mapping that the gateway can use", () => {
    const draft = mappingWith(mapping, definitionsWith(mapping, meanings))
    assert.strictEqual(compileMapping(draft as never)._tag, "Success")
  })

  it("goes on with synonyms that are there already, in either form", () => {
    const dropdown = { attribute_type: "dropdown", is_numeric: false, values: ["A"] }
    const of = (synonyms: object) =>
      definitionsWith({ x: { ...dropdown, synonyms } } as never, [
        { attribute: "x", answer: "b", value: "A" },
      ])
    assert.deepInclude(of({ a: "A" })["x"], { synonyms: { a: "A", b: "A" } })
    assert.deepInclude(of([{ answers: ["a", "c"], value: "A" }])["x"], {
      synonyms: [
        { answers: ["a", "c"], value: "A" },
        { answers: ["b"], value: "A" },
      ],
    })
  })
})
