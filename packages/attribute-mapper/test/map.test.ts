import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { type Json, type JsonObject, parse, stringify } from "@lead-gateway/lossless-json"
import {
  type AttributeDefinition,
  compileMapping,
  compileTemplate,
  defaultTemplate,
  map,
  type MapResult,
  type Mapping,
  nestedTemplate,
} from "@lead-gateway/attribute-mapper"
import { configFile } from "./json.ts"

const mappingOf = (json: unknown) => Result.getOrThrow(compileMapping(json))
const templateOf = (json: unknown) => Result.getOrThrow(compileTemplate(json))
const payloadIn = (text: string) => Result.getOrThrow(parse(text)) as JsonObject

const shipped = mappingOf(configFile("customer_attribute_mapping.json"))
const none = mappingOf({})
const constants = { "product.name": "solar_panel_installation" }
const deliveryMetadata = { lead_id: 123 }

const mapBy = (mapping: Mapping, template: unknown, payload: JsonObject) =>
  map({ mapping, template: templateOf(template), payload, constants, deliveryMetadata })

/** A result without what needs no correction: sent, absent and omitted nodes. */
const essenceOf = ({ absent: _absent, omittedNodes: _omittedNodes, sent: _sent, ...essence }: MapResult) =>
  essence

const payloadOf = (result: MapResult) =>
  result._tag === "Mapped" ? result.payload : assert.fail(`missing ${result.fields.join()}`)

const definition: AttributeDefinition = { attribute_type: "text", is_numeric: false, values: null }

/** What becomes of a value: `undefined` when it is sent as it came. */
const omission = (attribute: Partial<AttributeDefinition>, value: Json) => {
  const mapping = mappingOf({ x: { ...definition, ...attribute } })
  const result = mapBy(mapping, { x: { $attributes: "list" } }, { x: value })
  const sent = payloadOf(result)["x"]
  assert.deepStrictEqual(sent, result.omitted.length === 0 ? [{ name: "x", value }] : [])
  return result.omitted[0]?.reason
}

const long = JSON.rawJSON("12345678901234567890.5")

describe("map", () => {
  it("makes the customer payload's default shape", () => {
    const payload = payloadIn(
      '{"email":"customer@example.com","phone":"+49123456789","zipcode":"66123","house":{"is_owner":true},' +
        '"solar_energy_consumption":"5000","solar_offer_type":"Kaufen"}',
    )
    assert.deepStrictEqual<unknown>(essenceOf(mapBy(shipped, defaultTemplate, payload)), {
      _tag: "Mapped",
      payload: {
        phone: "+49123456789",
        product: { name: "solar_panel_installation" },
        attributes: [
          { name: "solar_energy_consumption", value: "5000" },
          { name: "solar_offer_type", value: "Kaufen" },
        ],
      },
      omitted: [],
    })
  })

  it("makes the nested shape, without the keys whose value is missing", () => {
    const payload = { phone: "+49123", zipcode: "66123", first_name: "Ada", city: " ", solar_owner: "Ja" }
    assert.deepStrictEqual(payloadOf(mapBy(shipped, nestedTemplate, payload)), {
      lead: { phone: "+49123", first_name: "Ada", postcode: "66123" },
      product: { name: "solar_panel_installation" },
      lead_attributes: { solar_owner: "Ja" },
      meta_attributes: { unique_id: 123 },
    })
  })

  it("reports the values that it omits if they are asked for, and only then", () => {
    const mapping = mappingOf({
      one: { ...definition, attribute_type: "range" },
      many: { ...definition, attribute_type: "dropdown", values: ["a"], multiple: true },
    })
    const payload = { one: "ten", many: ["b", "a", 7] }
    const omitted = (values?: "hide" | "show") =>
      map({ mapping, template: templateOf({}), payload, ...(values === undefined ? {} : { values }) }).omitted
    const hidden = [
      { name: "one", reason: "not_a_number" },
      { name: "many", reason: "not_an_allowed_value", index: 0 },
      { name: "many", reason: "not_an_allowed_value", index: 2 },
    ]
    const values = ["ten", "b", 7]
    assert.deepStrictEqual<unknown>(
      omitted("show"),
      hidden.map((omission, index) => ({ ...omission, value: values[index] })),
    )
    assert.deepStrictEqual<unknown>(omitted("hide"), hidden)
    assert.deepStrictEqual<unknown>(omitted(), hidden)
  })

  it("gives an empty list, or an empty object, where there is no attribute", () => {
    assert.deepStrictEqual(payloadOf(mapBy(shipped, defaultTemplate, { phone: "+49123" }))["attributes"], [])
    assert.deepStrictEqual(
      payloadOf(mapBy(shipped, nestedTemplate, { phone: "+49123" }))["lead_attributes"],
      {},
    )
  })

  it("misses a required field that is absent, null or blank", () => {
    for (const template of [defaultTemplate, nestedTemplate]) {
      for (const payload of [{}, { phone: null }, { phone: "" }, { phone: " \u0085\u2003" }]) {
        assert.deepStrictEqual<unknown>(essenceOf(mapBy(shipped, template, { ...payload, solar_owner: 7 })), {
          _tag: "MissingRequired",
          fields: ["phone"],
          omitted: [{ name: "solar_owner", reason: "not_an_allowed_value" }],
        })
      }
    }
  })

  it("misses required constants, meta data and attributes too, each once and in order", () => {
    const mapping = mappingOf({
      source: { ...definition, required: true },
      phone: { ...definition, required: true },
      solar_area: { ...definition, attribute_type: "range", required: true },
      city: { ...definition, required: true },
    })
    const template = {
      a: [
        { $meta: "lead_id", required: true },
        { $field: "phone", required: true },
      ],
      b: { c: { $constant: "product.name", required: true } },
      d: { $field: "contact.phone", required: true },
      e: { $field: "phone", required: true },
    }
    const payload = { solar_area: "many", city: "Saarlouis" }
    const result = map({
      mapping,
      template: templateOf(template),
      payload,
      constants: {},
      deliveryMetadata: {},
    })
    assert.deepStrictEqual<unknown>(essenceOf(result), {
      _tag: "MissingRequired",
      fields: ["lead_id", "phone", "product.name", "contact.phone", "source", "solar_area"],
      omitted: [{ name: "solar_area", reason: "not_a_number" }],
    })
  })

  it("takes false, 0 and empty lists for values", () => {
    const template = { a: { $field: "a", required: true }, b: { $field: "b" }, c: { $field: "c" } }
    const payload = { a: false, b: 0, c: [] }
    assert.deepStrictEqual(payloadOf(mapBy(none, template, payload)), payload)
  })

  it("fills templates of any shape, leaving literals as they stand", () => {
    const template = {
      version: 2,
      tags: ["solar", { $field: "absent" }, { $field: "house.is_owner" }],
      nested: { keep: null, empty: {}, raw: { $literal: { $field: "phone" } }, none: { $literal: null } },
    }
    assert.deepStrictEqual(payloadOf(mapBy(none, template, { house: { is_owner: true } })), {
      version: 2,
      tags: ["solar", true],
      nested: { keep: null, empty: {}, raw: { $field: "phone" }, none: null },
    })
  })

  it("leaves out what is absent or null silently, and what is not defined always", () => {
    const result = mapBy(shipped, defaultTemplate, { phone: "+49123", solar_owner: null, colour: "red" })
    assert.deepStrictEqual(payloadOf(result)["attributes"], [])
    assert.isEmpty(result.omitted)
  })

  it("sends attributes in the order of the mapping", () => {
    const payload = { source: "web", solar_area: 5, phone: "+49123", solar_owner: "Nein" }
    const result = payloadOf(mapBy(shipped, { a: { $attributes: "object" } }, payload))
    assert.strictEqual(stringify(result), '{"a":{"solar_owner":"Nein","source":"web","solar_area":5}}')
  })

  it("keeps every digit of a number", () => {
    const payload = payloadIn(
      '{"phone":"+49123","id":12345678901234567890,"solar_area":0.12345678901234567890}',
    )
    const result = payloadOf(mapBy(shipped, { id: { $field: "id" }, a: { $attributes: "object" } }, payload))
    assert.strictEqual(
      stringify(result),
      '{"id":12345678901234567890,"a":{"solar_area":0.12345678901234567890}}',
    )
  })

  it("does no harm by __proto__, as a key of the payload, of the template or of a constant's record", () => {
    const template: unknown = JSON.parse(
      '{"__proto__":{"$field":"a"},"b":{"$field":"__proto__.x"},"c":{"$field":"d.__proto__"}}',
    )
    const payload = payloadIn('{"a":1,"d":{"toString":1}}')
    const result = payloadOf(mapBy(none, template, payload))
    assert.strictEqual(stringify(result), '{"__proto__":1}')
    assert.strictEqual(Object.getPrototypeOf(result), Object.prototype)
    for (const name of ["toString", "__proto__", "constructor"]) {
      const missing = essenceOf(mapBy(none, { a: { $constant: name, required: true } }, {}))
      assert.deepStrictEqual<unknown>(missing, { _tag: "MissingRequired", fields: [name], omitted: [] })
    }
  })
})

describe("an attribute", () => {
  it("of type text is any text that is not blank, or a number", () => {
    for (const value of ["x", "5000", 5, -0.5, long]) assert.isUndefined(omission({}, value))
    for (const value of ["", " ", "\u00a0\u0085"]) assert.strictEqual(omission({}, value), "blank")
  })

  it("of type text that is numeric is a number, or a text that is one", () => {
    for (const value of [5, 1e300, long, "5000", " 5 ", "-2.5", "+7", "007", ".5", "1e3", "1E-3"]) {
      assert.isUndefined(omission({ is_numeric: true }, value))
    }
    const others = [
      "x",
      "12abc",
      "0x10",
      "1_000",
      "2,5",
      "1.000,00",
      "Infinity",
      "NaN",
      "1e999",
      "e5",
      ".",
      "5.",
      "--1",
      "1 2",
    ]
    for (const value of [...others, JSON.rawJSON("1e400")]) {
      assert.strictEqual(omission({ is_numeric: true }, value), "not_a_number")
    }
    assert.strictEqual(omission({ is_numeric: true }, " "), "blank")
  })

  it("is read, however long its text", () => {
    // What takes the square of the length or more would not end within the time that a test has.
    for (const text of ["1".repeat(100_000), " ".repeat(100_000), `1.${"0".repeat(100_000)}e`]) {
      assert.strictEqual(omission({ is_numeric: true }, `${text}x`), "not_a_number")
    }
  })

  it("of type dropdown is exactly one of its values", () => {
    const dropdown = { attribute_type: "dropdown", values: ["Ja", "Süd-West", 3] } as const
    for (const value of ["Ja", "Süd-West", 3]) assert.isUndefined(omission(dropdown, value))
    for (const value of ["ja", "Ja ", "3", 4, long, "toString"]) {
      assert.strictEqual(omission(dropdown, value), "not_an_allowed_value")
    }
    assert.strictEqual(omission(dropdown, ""), "blank")
  })

  it("of type dropdown without values is any text that is not blank", () => {
    for (const values of [null, []]) {
      const open = { attribute_type: "dropdown", values } as const
      assert.isUndefined(omission(open, "anything"))
      assert.strictEqual(omission(open, " "), "blank")
      for (const value of [5, long]) assert.strictEqual(omission(open, value), "wrong_type")
    }
  })

  it("of type range is a number, or a text that is one, within its bounds", () => {
    const range = { attribute_type: "range", min: -1, max: 10.5 } as const
    for (const value of [-1, 10.5, "10.5", "0", JSON.rawJSON("1.00000000000000000001")]) {
      assert.isUndefined(omission(range, value))
    }
    for (const value of [-1.01, 10.6, "11", "-1e3", long]) {
      assert.strictEqual(omission(range, value), "out_of_range")
    }
    for (const value of ["x", "0x1", "1e999"]) assert.strictEqual(omission(range, value), "not_a_number")
    assert.strictEqual(omission(range, ""), "blank")
    assert.isUndefined(omission({ attribute_type: "range" }, "-1e300"))
    assert.isUndefined(omission({ attribute_type: "range", max: 0 }, "0"))
    assert.strictEqual(omission({ attribute_type: "range", min: 0 }, -1), "out_of_range")
  })

  it("of any type is no boolean, no list and no object", () => {
    for (const attribute_type of ["text", "dropdown", "range"] as const) {
      for (const value of [true, false, [["Ja"]], ["Ja", {}], {}, { value: 1 }]) {
        assert.strictEqual(omission({ attribute_type, is_numeric: true }, value), "wrong_type")
      }
    }
  })
})
