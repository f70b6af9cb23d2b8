import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import {
  type AttributeDefinition,
  compileMapping,
  compileTemplate,
  map,
} from "@lead-gateway/attribute-mapper"
import type { Json, JsonObject } from "@lead-gateway/lossless-json"

const template = Result.getOrThrow(compileTemplate({ sent: { $attributes: "object" } }))

/** What becomes of one attribute, `x`. */
const mapBy = (definition: Partial<AttributeDefinition>, payload: JsonObject) => {
  const whole = { attribute_type: "text", is_numeric: false, values: null, ...definition }
  const mapping = Result.getOrThrow(compileMapping({ x: whole }))
  const result = map({ mapping, template, payload })
  assert(result._tag === "Mapped")
  const { x } = result.payload["sent"] as { readonly x?: Json }
  return { ...(x === undefined ? {} : { x }), omitted: result.omitted, absent: result.absent }
}

const sent = (x: Json) => ({ x, omitted: [], absent: [] })
const omitted = (reason: string) => ({ omitted: [{ name: "x", reason }], absent: [] })
const absent = { omitted: [], absent: ["x"] }

describe("an attribute's field", () => {
  it("is a path into the payload, whatever the attribute is called", () => {
    const field = "questions.0.answer"
    assert.deepStrictEqual<unknown>(mapBy({ field }, { questions: [{ answer: "ja" }], x: "no" }), sent("ja"))
    assert.deepStrictEqual<unknown>(mapBy({ field }, { questions: [], x: "no" }), absent)
    assert.deepStrictEqual<unknown>(mapBy({ field: "a\\.b" }, { "a.b": "yes", a: { b: "no" } }), sent("yes"))
  })

  it("is the attribute's name as it stands by default, dots and all", () => {
    assert.deepStrictEqual<unknown>(mapBy({}, { x: 1 }), sent(1))
    const mapping = Result.getOrThrow(
      compileMapping({ "a.b": { attribute_type: "text", is_numeric: false, values: null } }),
    )
    const result = map({ mapping, template, payload: { "a.b": "yes", a: { b: "no" } } })
    assert.deepStrictEqual(result._tag === "Mapped" && result.payload, { sent: { "a.b": "yes" } })
  })

  it("is the first of several paths that leads to a value, valid or not", () => {
    const definition = { field: ["a", "b.c", "d"], is_numeric: true }
    assert.deepStrictEqual<unknown>(mapBy(definition, { a: " ", b: { c: "5" }, d: "6" }), sent("5"))
    assert.deepStrictEqual<unknown>(mapBy(definition, { a: null, d: "6" }), sent("6"))
    assert.deepStrictEqual<unknown>(mapBy(definition, { a: "many", d: "6" }), omitted("not_a_number"))
    assert.deepStrictEqual<unknown>(mapBy(definition, { a: " " }), omitted("blank"))
    assert.deepStrictEqual<unknown>(mapBy(definition, { a: null }), absent)
  })
})

describe("an attribute's default", () => {
  it("is sent when there is no value, and not when there is a wrong one", () => {
    const definition = { default: 7, is_numeric: true }
    for (const payload of [{}, { x: null }, { x: " " }]) {
      assert.deepStrictEqual<unknown>(mapBy(definition, payload), sent(7))
    }
    assert.deepStrictEqual<unknown>(mapBy(definition, { x: "5" }), sent("5"))
    assert.deepStrictEqual<unknown>(mapBy(definition, { x: "five" }), omitted("not_a_number"))
  })

  it("takes the way of every value: synonyms and format", () => {
    const dropdown = { attribute_type: "dropdown", values: ["Ja"], synonyms: { yes: "Ja" } } as const
    assert.deepStrictEqual<unknown>(mapBy({ ...dropdown, default: "yes" }, {}), sent("Ja"))
    assert.deepStrictEqual<unknown>(mapBy({ default: "a", format: { as: "upper" } }, {}), sent("A"))
    assert.deepStrictEqual<unknown>(
      mapBy({ default: ["a", "b"], multiple: true }, { x: [] }),
      sent(["a", "b"]),
    )
    assert.deepStrictEqual<unknown>(mapBy({ default: "a", multiple: true }, {}), sent(["a"]))
  })
})

describe("an attribute of many values", () => {
  const dropdown = { attribute_type: "dropdown", values: ["a", "b", 3], multiple: true } as const

  it("sends a list, its values in their order as they came", () => {
    assert.deepStrictEqual<unknown>(mapBy(dropdown, { x: ["b", 3, "a", "b"] }), sent(["b", 3, "a", "b"]))
  })

  it("takes a single value for a list of one", () => {
    assert.deepStrictEqual<unknown>(mapBy(dropdown, { x: "b" }), sent(["b"]))
    assert.deepStrictEqual<unknown>(mapBy(dropdown, { x: "c" }), omitted("not_an_allowed_value"))
    assert.deepStrictEqual<unknown>(mapBy(dropdown, { x: {} }), omitted("wrong_type"))
  })

  it("leaves out invalid items, each with its index and reason", () => {
    assert.deepStrictEqual<unknown>(mapBy(dropdown, { x: ["a", "c", null, "b", ["a"]] }), {
      x: ["a", "b"],
      omitted: [
        { name: "x", reason: "not_an_allowed_value", index: 1 },
        { name: "x", reason: "blank", index: 2 },
        { name: "x", reason: "wrong_type", index: 4 },
      ],
      absent: [],
    })
  })

  it("is left out without a valid item, and absent without any", () => {
    assert.deepStrictEqual<unknown>(mapBy(dropdown, { x: ["c"] }), {
      omitted: [{ name: "x", reason: "not_an_allowed_value", index: 0 }],
      absent: [],
    })
    assert.deepStrictEqual<unknown>(mapBy(dropdown, { x: [] }), absent)
  })

  it("has as many items as it may, else it is left out", () => {
    const bounded = { ...dropdown, min_items: 2, max_items: 3 }
    assert.deepStrictEqual<unknown>(mapBy(bounded, { x: ["a", "b", "a"] }), sent(["a", "b", "a"]))
    assert.deepStrictEqual<unknown>(mapBy(bounded, { x: ["a", "b", "a", "a"] }), omitted("too_many_items"))
    assert.deepStrictEqual<unknown>(mapBy(bounded, { x: "a" }), omitted("too_few_items"))
    assert.deepStrictEqual<unknown>(mapBy(bounded, { x: ["a", "c"] }), {
      omitted: [
        { name: "x", reason: "not_an_allowed_value", index: 1 },
        { name: "x", reason: "too_few_items" },
      ],
      absent: [],
    })
  })

  it("is not made of a thousand omissions: a list of more than 100 is left out as one", () => {
    const x = Array.from({ length: 101 }, () => "c")
    assert.deepStrictEqual<unknown>(mapBy(dropdown, { x }), omitted("too_many_items"))
    assert.lengthOf(mapBy(dropdown, { x: x.slice(1) }).omitted, 100)
  })
})

describe("a dropdown's synonyms", () => {
  const dropdown = {
    attribute_type: "dropdown",
    values: ["Ja", "Nein", 3],
    synonyms: { yes: "Ja", true: "Ja", false: "Nein", "1": "Ja", drei: 3, "3": 3 },
  } as const

  it("are sent as the value that they stand for; numbers and booleans as they are spelled", () => {
    for (const x of ["yes", true, "true", 1, "1"]) {
      assert.deepStrictEqual<unknown>(mapBy(dropdown, { x }), sent("Ja"))
    }
    assert.deepStrictEqual<unknown>(mapBy(dropdown, { x: false }), sent("Nein"))
    for (const x of ["drei", "3", 3]) assert.deepStrictEqual<unknown>(mapBy(dropdown, { x }), sent(3))
  })

  it("are exact, and none is inherited", () => {
    for (const x of ["Yes", "yes ", "toString", 2]) {
      assert.deepStrictEqual<unknown>(mapBy(dropdown, { x }), omitted("not_an_allowed_value"))
    }
    assert.deepStrictEqual<unknown>(mapBy({ ...dropdown, synonyms: {} }, { x: true }), omitted("wrong_type"))
  })

  it("and its values match in any case if asked for, and are sent as the values are spelled", () => {
    const ignoring = { ...dropdown, ignore_case: true }
    for (const x of ["YES", "ja", "JA"]) assert.deepStrictEqual<unknown>(mapBy(ignoring, { x }), sent("Ja"))
    assert.deepStrictEqual<unknown>(mapBy(ignoring, { x: "jaa" }), omitted("not_an_allowed_value"))
  })
})

describe("a dropdown's values, copied with odd white space or letters in two parts", () => {
  const values = ["S\u00fcd\u00a0West", "Gru\u0308ndach ", "Ost"]
  const dropdown = { attribute_type: "dropdown", values, synonyms: { "weiß  nicht": "Ost" } } as const

  it("match in normalised payloads, and are sent unchanged", () => {
    for (const answer of ["S\u00fcd West", "Gr\u00fcndach", ...values]) {
      assert.deepStrictEqual<unknown>(mapBy(dropdown, { x: answer }), sent(answer))
    }
    assert.deepStrictEqual<unknown>(mapBy(dropdown, { x: "weiß nicht" }), sent("Ost"))
    assert.deepStrictEqual<unknown>(mapBy(dropdown, { x: " Ost" }), omitted("not_an_allowed_value"))
  })

  it("are sent as they are spelled where case is aside", () => {
    const any = { ...dropdown, ignore_case: true }
    assert.deepStrictEqual<unknown>(mapBy(any, { x: "s\u00fcd west" }), sent(values[0] ?? null))
  })
})

describe("an attribute's format", () => {
  it("writes what is valid, and what it cannot write is omitted", () => {
    const definition = { format: { as: "date", pattern: "DD.MM.YYYY" } } as const
    assert.deepStrictEqual<unknown>(mapBy(definition, { x: "2026-02-03" }), sent("03.02.2026"))
    assert.deepStrictEqual<unknown>(mapBy(definition, { x: "soon" }), omitted("not_formattable"))
    assert.deepStrictEqual<unknown>(mapBy(definition, { x: {} }), omitted("wrong_type"))
    assert.deepStrictEqual<unknown>(mapBy({ ...definition, multiple: true }, { x: ["2026-02-03", "soon"] }), {
      x: ["03.02.2026"],
      omitted: [{ name: "x", reason: "not_formattable", index: 1 }],
      absent: [],
    })
  })

  it("is applied to a range or a number only after it was found valid", () => {
    const range = { attribute_type: "range", max: 10, format: { as: "decimal", decimals: 0 } } as const
    assert.deepStrictEqual<unknown>(mapBy(range, { x: "9.6" }), sent("10"))
    assert.deepStrictEqual<unknown>(mapBy(range, { x: "10.1" }), omitted("out_of_range"))
  })
})
