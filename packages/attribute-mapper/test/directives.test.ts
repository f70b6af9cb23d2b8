import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { compileMapping, compileTemplate, map } from "@lead-gateway/attribute-mapper"
import { type Json, type JsonObject, stringify } from "@lead-gateway/lossless-json"

const dropdown = { attribute_type: "dropdown", is_numeric: false, values: ["Ja", "Nein"] }
const text = { attribute_type: "text", is_numeric: false, values: null }
const mapping = Result.getOrThrow(compileMapping({ owner: dropdown, source: text, area: text }))

/** A customer payload `{ x: … }`, with the places that gave nothing. */
const mapBy = (x: Json, payload: JsonObject) => {
  const template = Result.getOrThrow(compileTemplate({ x }))
  return map({
    mapping,
    template,
    payload,
    constants: { product: "solar" },
    deliveryMetadata: { lead_id: 7 },
  })
}

const filled = (x: Json, payload: JsonObject): Json | undefined => {
  const result = mapBy(x, payload)
  return result._tag === "Mapped" ? result.payload["x"] : assert.fail(`missing ${result.fields.join()}`)
}

const reasonFor = (x: Json, payload: JsonObject) => {
  const [node, another] = mapBy(x, payload).omittedNodes
  assert.isUndefined(another)
  assert.strictEqual(node?.path ?? "x", "x")
  return node?.reason
}

describe("a place of the template", () => {
  it("that gives nothing says why", () => {
    const field = { $field: "a.b" }
    for (const payload of [{}, { a: 1 }, { a: [] }]) assert.strictEqual(reasonFor(field, payload), "absent")
    assert.strictEqual(reasonFor(field, { a: { b: null } }), "null")
    assert.strictEqual(reasonFor(field, { a: { b: " " } }), "blank")
    assert.strictEqual(reasonFor({ $constant: "none" }, {}), "absent")
    assert.strictEqual(reasonFor({ $meta: "none" }, {}), "absent")
    assert.strictEqual(reasonFor({ ...field, format: { as: "upper" } }, { a: { b: 1 } }), "not_formattable")
  })

  it("names itself, whatever it is inside of", () => {
    const template = { a: { b: [1, { $field: "c" }] }, d: { $constant: "e", required: true } }
    const compiled = Result.getOrThrow(compileTemplate(template))
    const result = map({ mapping, template: compiled, payload: {} })
    assert.deepStrictEqual(result, {
      _tag: "MissingRequired",
      fields: ["e"],
      sent: [],
      omitted: [],
      absent: ["owner", "source", "area"],
      omittedNodes: [
        { path: "a.b.1", reason: "absent" },
        { path: "d", reason: "absent" },
      ],
    })
  })

  it("takes the first of several paths that leads to a value, and is named by the first", () => {
    const field = { $field: ["mobile", "contact.phone", "phone"], required: true }
    assert.strictEqual(filled(field, { mobile: " ", contact: { phone: "1" }, phone: "2" }), "1")
    const result = mapBy(field, { mobile: "" })
    assert.deepStrictEqual(result._tag === "MissingRequired" && result.fields, ["mobile"])
  })

  it("takes its default when there is no value, required or not, and formats that too", () => {
    const field = { $field: "a", default: "de", required: true, format: { as: "upper" } }
    for (const payload of [{}, { a: null }, { a: "" }]) assert.strictEqual(filled(field, payload), "DE")
    assert.strictEqual(filled(field, { a: "at" }), "AT")
    assert.deepStrictEqual(filled({ $meta: "none", default: [] }, {}), [])
    const result = mapBy(field, { a: 1 })
    assert.deepStrictEqual(result._tag === "MissingRequired" && result.fields, ["a"])
  })
})

describe("$attribute", () => {
  it("is what is sent of one attribute", () => {
    assert.strictEqual(filled({ $attribute: "owner" }, { owner: "Ja" }), "Ja")
    assert.strictEqual(filled({ $attribute: "owner", format: { as: "upper" } }, { owner: "Ja" }), "JA")
    assert.strictEqual(reasonFor({ $attribute: "owner" }, { owner: "Vielleicht" }), "invalid")
    assert.strictEqual(reasonFor({ $attribute: "owner" }, {}), "absent")
    assert.strictEqual(reasonFor({ $attribute: "other" }, { other: "x" }), "absent")
  })

  it("has a default for no answer, not for a wrong one", () => {
    const attribute = { $attribute: "owner", default: "Nein" }
    assert.strictEqual(filled(attribute, {}), "Nein")
    assert.isUndefined(filled(attribute, { owner: "Vielleicht" }))
  })
})

describe("$attributes", () => {
  const payload = { owner: "Ja", source: "web", area: 50 }

  it("takes some of them, in the mapping's order", () => {
    const only = filled({ $attributes: "object", only: ["area", "owner"] }, payload)
    assert.strictEqual(stringify(only ?? null), '{"owner":"Ja","area":50}')
    assert.deepStrictEqual(filled({ $attributes: "object", except: ["owner", "area"] }, payload), {
      source: "web",
    })
    assert.deepStrictEqual(filled({ $attributes: "list", only: [] }, payload), [])
  })

  it("calls the keys of a list as it is asked to", () => {
    const list = { $attributes: "list", only: ["owner"], name_key: "__proto__", value_key: "answer" }
    assert.strictEqual(stringify(filled(list, payload) ?? null), '[{"__proto__":"owner","answer":"Ja"}]')
  })
})

describe("$text", () => {
  const write = ($text: string, payload: JsonObject) => filled({ $text }, payload)

  it("puts fields together, texts, numbers and booleans", () => {
    const payload = { a: "Ada", b: { c: 5, d: true }, "e.f": JSON.rawJSON("12345678901234567890") }
    assert.strictEqual(write("{a}-{b.c}/{b.d}: {e\\.f}!", payload), "Ada-5/true: 12345678901234567890!")
  })

  it("leaves no double space where a field is missing", () => {
    const name = "{first} {middle} {last}"
    assert.strictEqual(write(name, { first: "Ada", last: "Lovelace" }), "Ada Lovelace")
    assert.strictEqual(write(name, { middle: "King", last: "" }), "King")
    assert.strictEqual(write(name, { last: "Lovelace" }), "Lovelace")
    assert.strictEqual(write(name, { first: "A  B", last: " C" }), "A  B  C")
  })

  it("leaves out what is in brackets unless all its fields are there", () => {
    const address = "{street} {number}[, {zip} {city}][ ({country})]"
    const street = { street: "Am Markt", number: 1 }
    assert.strictEqual(write(address, street), "Am Markt 1")
    assert.strictEqual(write(address, { ...street, zip: "66111" }), "Am Markt 1")
    assert.strictEqual(
      write(address, { ...street, zip: "66111", city: "Saarbrücken", country: "DE" }),
      "Am Markt 1, 66111 Saarbrücken (DE)",
    )
  })

  it("is left out when none of its fields is there, and when one is a list or an object", () => {
    assert.strictEqual(reasonFor({ $text: "Tel. {a}[ or {b}]" }, { a: "", b: null }), "absent")
    assert.strictEqual(reasonFor({ $text: "{a} {b}" }, { a: "x", b: ["y"] }), "wrong_type")
    const result = mapBy({ $text: "{a} {b}", required: true }, {})
    assert.deepStrictEqual(result._tag === "MissingRequired" && result.fields, ["{a} {b}"])
    assert.strictEqual(filled({ $text: "{a}", default: "nobody", format: { as: "upper" } }, {}), "NOBODY")
  })

  it("takes braces and brackets for text behind a backslash", () => {
    assert.strictEqual(write("\\{\\[{a}\\]\\}\\\\", { a: 1 }), "{[1]}\\")
  })
})

describe("$each", () => {
  const rooms = {
    $each: "house.rooms",
    item: {
      name: { $field: "name" },
      area: { $field: "size.area", required: true },
      no: { $item: "position" },
    },
  }

  it("fills its item for each item of a list, with paths that begin there", () => {
    const payload = {
      name: "outside",
      house: { rooms: [{ name: "Bad", size: { area: 8 } }, { size: { area: "20" } }] },
    }
    assert.deepStrictEqual(filled(rooms, payload), [
      { name: "Bad", area: 8, no: 1 },
      { area: "20", no: 2 },
    ])
  })

  it("leaves out an item that lacks what is required in it, and not the lead", () => {
    const payload = { house: { rooms: [{}, { size: { area: 1 } }, 5, null, { name: "x" }] } }
    const result = mapBy(rooms, payload)
    assert(result._tag === "Mapped")
    assert.deepStrictEqual(result.payload["x"], [{ area: 1, no: 2 }])
    // Once for all items, however many there are.
    assert.deepStrictEqual(result.omittedNodes, [
      { path: "x.item.name", reason: "absent" },
      { path: "x.item.area", reason: "absent" },
      { path: "x.item", reason: "incomplete" },
    ])
  })

  it("gives an empty list for one, and nothing where there is none", () => {
    assert.deepStrictEqual(filled(rooms, { house: { rooms: [] } }), [])
    assert.strictEqual(reasonFor(rooms, { house: {} }), "absent")
    const result = mapBy({ ...rooms, required: true }, {})
    assert.deepStrictEqual(result._tag === "MissingRequired" && result.fields, ["house.rooms"])
  })

  it("takes what is no list for a list of one", () => {
    assert.deepStrictEqual(filled(rooms, { house: { rooms: { size: { area: 3 } } } }), [{ area: 3, no: 1 }])
  })

  it("takes no more items than it may, 100 by default", () => {
    const items = { $each: "a", item: { $item: "value" } }
    const a = Array.from({ length: 101 }, (_, index) => index)
    assert.strictEqual(reasonFor(items, { a }), "too_many_items")
    assert.deepStrictEqual(filled(items, { a: a.slice(1) }), a.slice(1))
    assert.deepStrictEqual(filled({ ...items, max_items: 101 }, { a }), a)
  })

  it("gives a list of values, each formatted, without those that are missing", () => {
    const upper = { $each: "a", item: { $item: "value", format: { as: "upper" } } }
    assert.deepStrictEqual(filled(upper, { a: ["x", " ", 3, "y"] }), ["X", "Y"])
  })

  it("may stand inside another, and knows constants, delivery metadata and attributes", () => {
    const nested = {
      $each: "a",
      item: {
        b: { $each: "b", item: { $text: "{c}!" } },
        product: { $constant: "product" },
        lead: { $meta: "lead_id" },
        owner: { $attribute: "owner" },
      },
    }
    const payload = { a: [{ b: [{ c: 1 }, {}, { c: 2 }] }], owner: "Ja" }
    assert.deepStrictEqual(filled(nested, payload), [
      { b: ["1!", "2!"], product: "solar", lead: 7, owner: "Ja" },
    ])
  })
})
