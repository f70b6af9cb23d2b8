import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { compileMapping } from "@lead-gateway/attribute-mapper"
import { AnyJson, configFile } from "./json.ts"

const text = { attribute_type: "text", is_numeric: false, values: null }

const mistakesIn = (json: unknown) =>
  Result.match(compileMapping(json), {
    onSuccess: () => [],
    onFailure: ({ mistakes }) => mistakes.map(({ path, found }) => `${path}: ${found}`),
  })

describe("compileMapping", () => {
  it("takes the mapping that ships, 14 attributes in the order of the file", () => {
    const file = configFile("customer_attribute_mapping.json")
    const { names } = Result.getOrThrow(compileMapping(file))
    assert.lengthOf(names, 14)
    assert.deepStrictEqual(names, Object.keys(file as object))
  })

  it("skips comments, in the file and in a definition, and the editor's $schema", () => {
    const json: unknown = JSON.parse(
      '{"_about":"x","$schema":"./mapping.schema.json","_proto":7,"a":{"_why":1,"attribute_type":"text","is_numeric":true,"values":[]}}',
    )
    assert.deepStrictEqual(Result.getOrThrow(compileMapping(json)).names, ["a"])
  })

  it("takes bounds, null for none, and required", () => {
    const range = {
      attribute_type: "range",
      is_numeric: true,
      values: null,
      min: -1.5,
      max: null,
      required: true,
    }
    assert.deepStrictEqual(Result.getOrThrow(compileMapping({ range })).names, ["range"])
  })

  it("reports every mistake at once, with its path and the value found", () => {
    const mapping = {
      a: { ...text, attribute_type: "number", colour: "red" },
      b: { attribute_type: "dropdown", is_numeric: "no", values: ["Ja", " ", true, 3], min: 1 },
      c: { attribute_type: "range", is_numeric: true, values: ["x"], min: 10, max: 5, required: 1 },
      d: { ...text, max: JSON.rawJSON("12345678901234567890") },
      e: { ...text, max: "7" },
      f: { attribute_type: "dropdown", is_numeric: false, values: "Ja" },
      g: [],
      h: {},
    }
    assert.deepStrictEqual(mistakesIn(mapping), [
      'a.colour: "red"',
      'a.attribute_type: "number"',
      'b.is_numeric: "no"',
      'b.values.1: " "',
      "b.values.2: true",
      "c.required: 1",
      "d.max: 12345678901234567890",
      'e.max: "7"',
      'f.values: "Ja"',
      "g: []",
      "h.attribute_type: nothing",
      "h.is_numeric: nothing",
      "h.values: nothing",
    ])
  })

  it("says what is allowed, one line for each mistake", () => {
    const result = compileMapping({ a: { ...text, attribute_type: "number", is_numeric: 1 } })
    assert.strictEqual(
      Result.isFailure(result) && result.failure.message,
      'a.attribute_type: found "number", allowed is "text", "dropdown" or "range"\n' +
        "a.is_numeric: found 1, allowed is true or false",
    )
  })

  it("is not misled by names that every object has", () => {
    assert.deepStrictEqual(mistakesIn({ toString: text, constructor: text }), [])
    assert.deepStrictEqual(mistakesIn({ a: { __proto__: text } }), [
      "a.attribute_type: nothing",
      "a.is_numeric: nothing",
      "a.values: nothing",
    ])
  })

  it.prop("has an answer to any JSON", [AnyJson.value], ([json]) => {
    const result = compileMapping(json)
    if (Result.isFailure(result)) assert.isNotEmpty(result.failure.mistakes)
    else assert.isTrue(result.success.names.every((name) => !name.startsWith("_")))
  })
})
