import {
  compileMapping,
  compileTemplate,
  type MappingInvalid,
  type TemplateInvalid,
} from "@lead-gateway/attribute-mapper"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"

const linesOf = (compiled: Result.Result<unknown, MappingInvalid | TemplateInvalid>) =>
  Result.isFailure(compiled) ? compiled.failure.message.split("\n") : []

const text = { attribute_type: "text", is_numeric: false, values: null }
const dropdown = { attribute_type: "dropdown", is_numeric: false, values: ["Ja", "Nein", 3] }
const range = { attribute_type: "range", is_numeric: true, values: null }

describe("settings that exclude each other or have no effect", () => {
  it("are reported in the terms of the mapping", () => {
    const mapping = {
      a: { ...dropdown, min: 1 },
      b: { ...text, values: ["x"], max: 1 },
      c: { ...range, min: 10, max: 5 },
      d: { ...text, default: ["a"] },
      e: { ...text, min_items: 1, max_items: 2 },
      f: { ...text, multiple: true, min_items: 3, max_items: 2 },
      g: { ...text, synonyms: { a: "b" }, ignore_case: false },
      h: { ...dropdown, synonyms: { yes: "JA", " ": "Ja", Ja: "Nein" } },
      i: { ...dropdown, values: ["Ja", "JA"], ignore_case: true },
      j: { ...text, default: ["x"], multiple: true, min_items: 2 },
    }
    assert.deepStrictEqual(linesOf(compileMapping(mapping)), [
      "a.min: found 1, expected no min: only a range has one, and this is a dropdown",
      'b.values: found ["x"], expected null: a text has no list of values',
      "b.max: found 1, expected no max: only a range has one, and this is a text",
      "c.min: found 10, expected a number up to max, which is 5",
      'd.default: found ["a"], expected one value: only an attribute with "multiple": true takes a list',
      'e.min_items: found 1, expected no min_items: only an attribute with "multiple": true has one',
      'e.max_items: found 2, expected no max_items: only an attribute with "multiple": true has one',
      "f.min_items: found 3, expected a whole number up to max_items, which is 2",
      'g.synonyms: found {"a":"b"}, expected no synonyms: only a dropdown with values has some',
      "g.ignore_case: found false, expected no ignore_case: only a dropdown with values has some",
      'h.synonyms.yes: found "JA", expected one of values: "Ja", "Nein", 3',
      'h.synonyms. : found "Ja", expected an answer that is not blank',
      'h.synonyms.Ja: found "Nein", expected another answer: this one is a value, or a synonym, already',
      'i.values.1: found "JA", expected no other spelling of "Ja"',
      'j.default: found ["x"], expected a list of 2 to 100 values',
    ])
  })

  it("are reported in the terms of the template", () => {
    const template = {
      a: { $attributes: "list", only: ["x"], except: ["y"] },
      b: { $attributes: "object", name_key: "n" },
      c: { $attributes: "list", name_key: "value" },
      d: { $attributes: "list", value_key: "name" },
    }
    assert.deepStrictEqual(linesOf(compileTemplate(template)), [
      'a.except: found ["y"], expected no except together with only',
      'b.name_key: found "n", expected no name_key: only a list has one',
      'c.name_key: found "value", expected another key: name and value would have the same',
      'd.value_key: found "name", expected another key: name and value would have the same',
    ])
  })

  it("are none where limits meet", () => {
    const mapping = {
      a: { ...range, min: 5, max: 5 },
      b: { ...text, multiple: true, min_items: 2, max_items: 2, default: ["a", "b"] },
    }
    assert.deepStrictEqual(linesOf(compileMapping(mapping)), [])
  })
})
