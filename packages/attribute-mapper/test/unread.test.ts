import { assert, describe, it } from "@effect/vitest"
import {
  compileMapping,
  compileMappingOrThrow,
  compileTemplate,
  compileTemplateOrThrow,
  type MapInput,
  map,
} from "@lead-gateway/attribute-mapper"
import type { Json, JsonObject } from "@lead-gateway/lossless-json"
import { Result } from "effect"

type Unread = NonNullable<MapInput["unread"]>

const unreadAt = (...paths: ReadonlyArray<string>): Unread => paths.map((path) => ({ path, kind: "phone" }))

const none = compileMappingOrThrow({})

/** What becomes of one place of a template. */
const placeBy = (place: Json, payload: JsonObject, unread: Unread) => {
  const result = map({ mapping: none, template: compileTemplateOrThrow({ x: place }), payload, unread })
  return result._tag === "Mapped"
    ? { sent: result.payload["x"], omitted: result.omittedNodes }
    : { missing: result.fields, omitted: result.omittedNodes }
}

const sent = (value: Json) => ({ sent: value, omitted: [] })
const omitted = (path = "x") => ({ sent: undefined, omitted: [{ path, reason: "unread" }] })
const parked = (field: string, path = "x") => ({ missing: [field], omitted: [{ path, reason: "unread" }] })

// From the issue: was sent as +01752342340160345345, satisfied `required` and was delivered.
const phone = "0175/234234, 0160/345345"

describe("a value that could not be read, at a place of the template", () => {
  it("is sent by default, and satisfies required", () => {
    for (const place of [{ $field: "phone" }, { $field: "phone", unread: "send" }]) {
      assert.deepStrictEqual<unknown>(placeBy(place, { phone }, unreadAt("phone")), sent(phone))
      assert.deepStrictEqual<unknown>(
        placeBy({ ...place, required: true }, { phone }, unreadAt("phone")),
        sent(phone),
      )
    }
  })

  it("is omitted with the reason; if it is required, the lead is parked", () => {
    const place = { $field: "phone", unread: "omit" }
    assert.deepStrictEqual<unknown>(placeBy(place, { phone }, unreadAt("phone")), omitted())
    assert.deepStrictEqual<unknown>(
      placeBy({ ...place, required: true }, { phone }, unreadAt("phone")),
      parked("phone"),
    )
  })

  it("parks the lead, required or not, and names the field", () => {
    for (const place of [
      { $field: "contact.phone", unread: "park" },
      { $field: "contact.phone", unread: "park", required: true },
    ]) {
      assert.deepStrictEqual<unknown>(
        placeBy(place, { contact: { phone } }, unreadAt("contact.phone")),
        parked("contact.phone"),
      )
    }
  })

  it("is none if another field could not be read, or the value is missing", () => {
    const place = { $field: "phone", unread: "park" }
    assert.deepStrictEqual<unknown>(placeBy(place, { phone: "+49123" }, unreadAt("email")), sent("+49123"))
    assert.deepStrictEqual<unknown>(
      placeBy(place, { phone: "+49123" }, unreadAt("phone2", "phon")),
      sent("+49123"),
    )
    assert.deepStrictEqual<unknown>(placeBy(place, { phone: "+49123" }, []), sent("+49123"))
    for (const value of [null, " "]) {
      assert.deepStrictEqual<unknown>(placeBy(place, { phone: value }, unreadAt("phone")), {
        sent: undefined,
        omitted: [{ path: "x", reason: value === null ? "null" : "blank" }],
      })
    }
  })

  it("is not replaced by a default, which is for missing values", () => {
    const place = { $field: "phone", unread: "omit", default: "+49" }
    assert.deepStrictEqual<unknown>(placeBy(place, { phone }, unreadAt("phone")), omitted())
    assert.deepStrictEqual<unknown>(placeBy(place, {}, unreadAt("phone")), sent("+49"))
  })

  it("gives way to another path with a value that could be read, except where it is sent", () => {
    const payload = { phone, mobile: "+49160" }
    const at = (unread: string, paths: Unread) =>
      placeBy({ $field: ["phone", "mobile"], unread }, payload, paths)
    for (const unread of ["omit", "park"]) {
      assert.deepStrictEqual<unknown>(at(unread, unreadAt("phone")), sent("+49160"))
      assert.deepStrictEqual<unknown>(at(unread, unreadAt("mobile")), sent(phone))
    }
    assert.deepStrictEqual<unknown>(at("send", unreadAt("phone")), sent(phone))
    assert.deepStrictEqual<unknown>(at("omit", unreadAt("phone", "mobile")), omitted())
    assert.deepStrictEqual<unknown>(at("park", unreadAt("mobile", "phone")), parked("phone"))
  })

  it("counts with what holds it and what it holds", () => {
    const payload = { contacts: [{ phone, name: "Ada" }] }
    const unread = unreadAt("contacts.0.phone")
    const at = ($field: string) => placeBy({ $field, unread: "omit" }, payload, unread)
    for (const path of ["contacts", "contacts.0", "contacts.0.phone"]) {
      assert.deepStrictEqual<unknown>(at(path), omitted())
    }
    assert.deepStrictEqual<unknown>(at("contacts.0.name"), sent("Ada"))
    assert.deepStrictEqual<unknown>(
      placeBy({ $field: "house.owner", unread: "omit" }, { house: { owner: "x" } }, unreadAt("house")),
      omitted(),
    )
  })

  it("is found whatever its key: dots, and more than 60 characters, of which the report has 60", () => {
    const key = "k".repeat(70)
    assert.deepStrictEqual<unknown>(
      placeBy({ $field: String.raw`a\.b`, unread: "omit" }, { "a.b": "x" }, unreadAt(String.raw`a\.b`)),
      omitted(),
    )
    assert.deepStrictEqual<unknown>(
      placeBy({ $field: key, unread: "omit" }, { [key]: "x" }, unreadAt(`${"k".repeat(60)}…`)),
      omitted(),
    )
    assert.deepStrictEqual<unknown>(
      placeBy({ $field: "a", unread: "omit" }, { a: "x" }, unreadAt(String.raw`a\.b`)),
      sent("x"),
    )
  })

  it("omits or parks a text as a whole if one of its fields that has a value could not be read", () => {
    const payload = { first: "Ada", last: "L0velace" }
    const at = (unread: string, paths: Unread) =>
      placeBy({ $text: "{first} {last}[, {city}]", unread }, payload, paths)
    assert.deepStrictEqual<unknown>(at("omit", unreadAt("last")), omitted())
    assert.deepStrictEqual<unknown>(at("park", unreadAt("last")), parked("last"))
    assert.deepStrictEqual<unknown>(at("send", unreadAt("last")), sent("Ada L0velace"))
    assert.deepStrictEqual<unknown>(at("park", unreadAt("city", "email")), sent("Ada L0velace"))
  })

  it("inside an item of a list has the path of that item", () => {
    const payload = { contacts: [{ phone: "+49123" }, { phone }, { phone: "+49456" }], one: { phone } }
    const template = (each: string, place: JsonObject) => ({ $each: each, item: place })
    const unread = unreadAt("contacts.1.phone", "one.phone")
    const omits = { $field: "phone", unread: "omit" }
    assert.deepStrictEqual<unknown>(placeBy(template("contacts", { p: omits }), payload, unread), {
      sent: [{ p: "+49123" }, {}, { p: "+49456" }],
      omitted: [{ path: "x.item.p", reason: "unread" }],
    })
    assert.deepStrictEqual<unknown>(
      placeBy(template("contacts", { p: { ...omits, required: true } }), payload, unread),
      {
        sent: [{ p: "+49123" }, { p: "+49456" }],
        omitted: [
          { path: "x.item.p", reason: "unread" },
          { path: "x.item", reason: "incomplete" },
        ],
      },
    )
    const parks = { $field: "phone", unread: "park" }
    assert.deepStrictEqual<unknown>(
      placeBy(template("contacts", { p: parks }), payload, unread),
      parked("contacts.1.phone", "x.item.p"),
    )
    assert.deepStrictEqual<unknown>(
      placeBy(template("one", { p: parks }), payload, unread),
      parked("one.phone", "x.item.p"),
    )
    assert.deepStrictEqual<unknown>(
      placeBy(
        template("contacts", { $each: "phone", item: { $item: "value", unread: "park" } }),
        payload,
        unread,
      ),
      parked("contacts.1.phone", "x.item.item"),
    )
    assert.deepStrictEqual<unknown>(
      placeBy(template("contacts", { $item: "position", unread: "park" }), payload, unread),
      sent([1, 2, 3]),
    )
  })

  it("is a matter of the lead: constants and metadata have no such option", () => {
    for (const place of [
      { $constant: "a", unread: "omit" },
      { $meta: "a", unread: "omit" },
      { $attributes: "list", unread: "omit" },
      { $field: "a", unread: "drop" },
    ]) {
      assert.isTrue(Result.isFailure(compileTemplate({ x: place })), JSON.stringify(place))
    }
    const wrong = compileTemplate({ x: { $field: "a", unread: "drop" } })
    assert.strictEqual(
      Result.isFailure(wrong) && wrong.failure.message,
      'x.unread: found "drop", expected "send" or "omit" or "park"',
    )
  })
})

const text = { attribute_type: "text", is_numeric: false, values: null } as const

describe("a value that could not be read, of an attribute", () => {
  const attributeBy = (
    definition: JsonObject,
    payload: JsonObject,
    unread: Unread,
    place: Json = { $attributes: "list" },
  ) => {
    const mapping = compileMappingOrThrow({ a: { ...text, ...definition } })
    return map({ mapping, template: compileTemplateOrThrow({ x: place }), payload, unread })
  }

  it("is sent by default if it is valid", () => {
    const result = attributeBy({}, { a: phone }, unreadAt("a"))
    assert.deepStrictEqual(result.sent, ["a"])
    assert.deepStrictEqual(attributeBy({ required: true }, { a: phone }, unreadAt("a"))._tag, "Mapped")
  })

  it("is omitted with the reason; if it is required, the lead is parked", () => {
    const result = attributeBy({ unread: "omit", default: "x" }, { a: phone }, unreadAt("a"))
    assert.deepStrictEqual<unknown>(
      [result._tag, result.omitted],
      ["Mapped", [{ name: "a", reason: "unread" }]],
    )
    const required = attributeBy({ unread: "omit", required: true }, { a: phone }, unreadAt("a"))
    assert.deepStrictEqual(required._tag === "MissingRequired" && required.fields, ["a"])
  })

  it("parks the lead, required or not, even if a synonym or value would make it valid", () => {
    const dropdown = { attribute_type: "dropdown", values: ["Teilweise"], field: "house.is_owner" }
    const payload = { house: { is_owner: "Teilweise" } }
    const result = attributeBy({ ...dropdown, unread: "park" }, payload, unreadAt("house.is_owner"))
    assert.deepStrictEqual(result._tag === "MissingRequired" && result.fields, ["a"])
    assert.deepStrictEqual<unknown>(result.omitted, [{ name: "a", reason: "unread" }])
    assert.strictEqual(attributeBy(dropdown, payload, unreadAt("house.is_owner"))._tag, "Mapped")
  })

  it("gives way to another path with a value that could be read", () => {
    const definition = { field: ["b", "c"], unread: "park" }
    const result = attributeBy(definition, { b: phone, c: "+49" }, unreadAt("b"))
    assert.deepStrictEqual<unknown>(result._tag === "Mapped" && result.payload["x"], [
      { name: "a", value: "+49" },
    ])
  })

  it("is left out of a list, or parks with the list", () => {
    const payload = { a: ["+49123", phone, "+49456"] }
    const omits = attributeBy({ multiple: true, unread: "omit" }, payload, unreadAt("a.1"))
    assert.deepStrictEqual<unknown>(omits._tag === "Mapped" && omits.payload["x"], [
      { name: "a", value: ["+49123", "+49456"] },
    ])
    assert.deepStrictEqual<unknown>(omits.omitted, [{ name: "a", reason: "unread", index: 1 }])
    const whole = attributeBy({ multiple: true, unread: "omit" }, payload, unreadAt("a"))
    assert.deepStrictEqual(
      whole.omitted.map(({ reason }) => reason),
      ["unread", "unread", "unread"],
    )
    const parks = attributeBy({ multiple: true, unread: "park" }, payload, unreadAt("a.1"))
    assert.deepStrictEqual(parks._tag === "MissingRequired" && parks.fields, ["a"])
    assert.deepStrictEqual<unknown>(parks.omitted, [{ name: "a", reason: "unread" }])
    const single = attributeBy({ multiple: true, unread: "omit" }, { a: phone }, unreadAt("a"))
    assert.deepStrictEqual<unknown>(single.omitted, [{ name: "a", reason: "unread" }])
  })

  it("is one omission of a list with too many items, and none of an empty list, which has no value", () => {
    const list = { multiple: true, max_items: 2, unread: "omit" }
    const long = attributeBy(list, { a: ["1", "2", "3"] }, unreadAt("a.1"))
    assert.deepStrictEqual<unknown>(long.omitted, [{ name: "a", reason: "unread" }])
    const empty = attributeBy({ ...list, default: ["none"] }, { a: [] }, unreadAt("a"))
    assert.deepStrictEqual<unknown>(empty._tag === "Mapped" && empty.payload["x"], [
      { name: "a", value: ["none"] },
    ])
  })

  it("can also be omitted or park where $attribute sends it", () => {
    const at = (unread: string) => attributeBy({}, { a: phone }, unreadAt("a"), { $attribute: "a", unread })
    assert.deepStrictEqual(at("park")._tag === "MissingRequired" && at("park"), {
      _tag: "MissingRequired",
      fields: ["a"],
      sent: ["a"],
      omitted: [],
      absent: [],
      omittedNodes: [{ path: "x", reason: "unread" }],
    })
    assert.deepStrictEqual<unknown>(at("omit").omittedNodes, [{ path: "x", reason: "unread" }])
    assert.deepStrictEqual<unknown>(at("send").omittedNodes, [])
    const omits = attributeBy({ unread: "omit" }, { a: phone }, unreadAt("a"), { $attribute: "a" })
    assert.deepStrictEqual<unknown>(omits.omittedNodes, [{ path: "x", reason: "invalid" }])
  })

  it("is reported with its value only if values are shown", () => {
    const mapping = compileMappingOrThrow({ a: { ...text, unread: "omit" } })
    const template = compileTemplateOrThrow({})
    const input = { mapping, template, payload: { a: phone }, unread: unreadAt("a") }
    assert.notInclude(JSON.stringify(map(input)), "0175")
    assert.include(JSON.stringify(map({ ...input, values: "show" })), "0175")
  })

  it("has one of three policies", () => {
    const wrong = compileMapping({ a: { ...text, unread: true } })
    assert.strictEqual(
      Result.isFailure(wrong) && wrong.failure.message,
      'a.unread: found true, expected "send" or "omit" or "park"',
    )
  })
})
