import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { compileMapping, compileTemplate } from "@lead-gateway/attribute-mapper"
import { AnyJson, configFile } from "./json.ts"

const text = { attribute_type: "text", is_numeric: false, values: null }

const diagnosticsIn = (json: unknown) =>
  Result.match(compileMapping(json), {
    onSuccess: () => [],
    onFailure: ({ diagnostics }) => diagnostics.map(({ path, actual }) => `${path}: ${actual}`),
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

  it("reports every error at once, with its path and the actual value", () => {
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
    assert.deepStrictEqual(diagnosticsIn(mapping), [
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

  it("reports settings that exclude each other or have no effect", () => {
    const dropdown = { attribute_type: "dropdown", is_numeric: false, values: ["Ja", "Nein", 3] }
    const mapping = {
      a: { ...dropdown, min: 1 },
      b: { ...text, values: ["x"], max: 1 },
      c: { attribute_type: "range", is_numeric: true, values: null, min: 10, max: 5 },
      d: { ...text, default: ["a"] },
      e: { ...text, min_items: 1, max_items: 2 },
      f: { ...text, multiple: true, min_items: 3, max_items: 2 },
      g: { ...text, multiple: true, min_items: 101 },
      h: { ...text, synonyms: { a: "b" }, ignore_case: false },
      i: { ...dropdown, values: [], synonyms: { a: "b" } },
      j: { ...dropdown, synonyms: { yes: "JA", " ": "Ja", Ja: "Nein", "3": 3, ja: "Ja" } },
      k: { ...dropdown, values: ["Ja", "JA"], ignore_case: true, synonyms: { jA: "Ja" } },
      l: { ...dropdown, ignore_case: true, synonyms: { yes: "Ja", YES: "Nein" } },
    }
    assert.deepStrictEqual(diagnosticsIn(mapping), [
      "a.min: 1",
      'b.values: ["x"]',
      "b.max: 1",
      "c.min: 10",
      'd.default: ["a"]',
      "e.min_items: 1",
      "e.max_items: 2",
      "f.min_items: 3",
      "g.min_items: 101",
      'h.synonyms: {"a":"b"}',
      "h.ignore_case: false",
      'i.synonyms: {"a":"b"}',
      'j.synonyms.yes: "JA"',
      'j.synonyms. : "Ja"',
      'j.synonyms.Ja: "Nein"',
      'k.values.1: "JA"',
      'k.synonyms.jA: "Ja"',
      'l.synonyms.YES: "Nein"',
    ])
  })

  it("reports a default that would not be sent itself", () => {
    const dropdown = { attribute_type: "dropdown", is_numeric: false, values: ["Ja"] }
    const mapping = {
      a: { ...dropdown, default: "ja" },
      b: { ...dropdown, default: "ja", ignore_case: true },
      c: { ...dropdown, default: ["Ja", "ja"], multiple: true },
      d: { ...text, is_numeric: true, default: "x" },
      e: { attribute_type: "range", is_numeric: true, values: null, min: 1, default: 0 },
      f: { ...text, default: "x", format: { as: "number" } },
      g: { ...text, default: ["x"], multiple: true, min_items: 2 },
      h: { ...text, default: [], multiple: true },
    }
    assert.deepStrictEqual(diagnosticsIn(mapping), [
      'a.default: "ja"',
      'c.default.1: "ja"',
      'd.default: "x"',
      "e.default: 0",
      'f.default: "x"',
      'g.default: ["x"]',
      "h.default: []",
    ])
  })

  it("reports what is wrong inside a field and a format", () => {
    const format = (format: unknown) => ({ ...text, format })
    const mapping = {
      a: { ...text, field: "" },
      b: { ...text, field: [] },
      c: { ...text, field: ["a", "b..c"] },
      d: format("upper"),
      e: format([]),
      f: format({ as: "shout" }),
      g: format([{ as: "upper" }, { as: "truncate", length: 0 }]),
      h: format({ as: "decimal", decimals: 21, decimal_mark: ";", mark: "." }),
      i: format({ as: "date", pattern: "DD/MM/YY" }),
      j: format({ as: "words", words: {} }),
      k: format({ as: "words", words: { true: null } }),
      l: format({ as: "phone", prefix: "011" }),
    }
    assert.deepStrictEqual(diagnosticsIn(mapping), [
      'a.field: ""',
      "b.field: []",
      'c.field.1: "b..c"',
      'd.format: "upper"',
      "e.format: []",
      'f.format: {"as":"shout"}',
      "g.format.1.length: 0",
      'h.format.mark: "."',
      "h.format.decimals: 21",
      'h.format.decimal_mark: ";"',
      'i.format.pattern: "DD/MM/YY"',
      "j.format.words: {}",
      "k.format.words.true: null",
      'l.format.prefix: "011"',
    ])
  })

  it("says what is expected, one line for each error", () => {
    const result = compileMapping({
      $schema: 1,
      a: { ...text, attribute_type: "number", is_numeric: 1 },
      b: { ...text, is_numeric: true, default: "x" },
      c: { ...text, format: { as: "date", pattern: "DD.MM.YY" } },
      d: { ...text, attribute_type: "dropdown", values: ["Ja"], synonyms: { yes: "ja" } },
    })
    assert.strictEqual(
      Result.isFailure(result) && result.failure.message,
      "$schema: found 1, expected a text: where the JSON Schema of this document is\n" +
        'a.attribute_type: found "number", expected "text", "dropdown" or "range"\n' +
        "a.is_numeric: found 1, expected true or false\n" +
        'b.default: found "x", expected a valid value of the attribute; this one is not_a_number\n' +
        'c.format.pattern: found "DD.MM.YY", expected a pattern of YYYY, MM, DD, HH, mm, ss, T and marks, such as DD.MM.YYYY\n' +
        'd.synonyms.yes: found "ja", expected one of values: "Ja"',
    )
  })

  it("does not part groups by the mark that parts the decimals", () => {
    const written = (format: object) => diagnosticsIn({ a: { ...text, format } })
    assert.deepStrictEqual(written({ as: "decimal", group_mark: "." }), ['a.format.group_mark: "."'])
    assert.deepStrictEqual(
      written([{ as: "text" }, { as: "decimal", decimals: 2, decimal_mark: ",", group_mark: "," }]),
      ['a.format.1.group_mark: ","'],
    )
    assert.deepStrictEqual(written({ as: "decimal", decimals: 0, group_mark: "." }), [])
    assert.deepStrictEqual(written({ as: "decimal", decimal_mark: ",", group_mark: "." }), [])
    const template = compileTemplate({ a: { $field: "a", format: { as: "decimal", group_mark: "." } } })
    assert.strictEqual(
      Result.isFailure(template) && template.failure.message,
      'a.format.group_mark: found ".", expected another mark than decimal_mark, which is "."',
    )
  })

  it("is not misled by names that every object has", () => {
    assert.deepStrictEqual(diagnosticsIn({ toString: text, constructor: text }), [])
    assert.deepStrictEqual(diagnosticsIn({ a: { __proto__: text } }), [
      "a.attribute_type: nothing",
      "a.is_numeric: nothing",
      "a.values: nothing",
    ])
  })

  it.prop("has an answer to any JSON", [AnyJson.value], ([json]) => {
    const result = compileMapping(json)
    if (Result.isFailure(result)) assert.isNotEmpty(result.failure.diagnostics)
    else assert.isTrue(result.success.names.every((name) => !name.startsWith("_")))
  })
})
