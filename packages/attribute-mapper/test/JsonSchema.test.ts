import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import {
  compileMapping,
  compileTemplate,
  defaultTemplate,
  nestedTemplate,
} from "@lead-gateway/attribute-mapper"
import { type Json, stringify } from "@lead-gateway/lossless-json"
import { testJsonSchema } from "@lead-gateway/testkit/json-schema"
import { Ajv2020 } from "ajv/dist/2020.js"
import { Result } from "effect"
import { MappingDocument, TemplateDocument } from "@lead-gateway/attribute-mapper/schema"
import { AnyMapping, AnyTemplate } from "./documents.ts"
import { AnyJson, configFile } from "./json.ts"

const folder = new URL("..", import.meta.url)

testJsonSchema({
  folder,
  file: "mapping.schema.json",
  title: "Attribute mapping of @lead-gateway/attribute-mapper",
  schema: MappingDocument,
})

testJsonSchema({
  folder,
  file: "template.schema.json",
  title: "Payload template of @lead-gateway/attribute-mapper",
  schema: TemplateDocument,
})

const accepting = (file: string) => {
  const schema: unknown = JSON.parse(readFileSync(new URL(file, folder), "utf8"))
  const validate = new Ajv2020({ strict: false, strictNumbers: false }).compile(schema as object)
  return (json: unknown): boolean => validate(json)
}

const isMapping = accepting("mapping.schema.json")
const isTemplate = accepting("template.schema.json")

/** A document as an editor reads it, where every number is a number. */
const edited = (json: Json): unknown => JSON.parse(stringify(json))

describe("what editors show", () => {
  it("is right of the documents that ship", () => {
    assert.isTrue(isMapping(configFile("customer_attribute_mapping.json")))
    for (const template of [defaultTemplate, nestedTemplate]) assert.isTrue(isTemplate(template))
    assert.isTrue(isTemplate({ $schema: "./template.schema.json", ...defaultTemplate }))
  })

  it.prop("is right of any mapping", [AnyMapping], ([json]) => {
    assert.isTrue(Result.isSuccess(compileMapping(json)))
    assert.isTrue(isMapping(edited(json)))
  })

  it.prop("is right of any template", [AnyTemplate], ([json]) => {
    assert.isTrue(Result.isSuccess(compileTemplate(json)))
    assert.isTrue(isTemplate(edited(json)))
  })

  it.prop("accepts what compiles", [AnyJson.object], ([json]) => {
    if (Result.isSuccess(compileMapping(json))) assert.isTrue(isMapping(edited(json)))
    if (Result.isSuccess(compileTemplate(json))) assert.isTrue(isTemplate(edited(json)))
  })

  it("reports the errors that a schema can express", () => {
    const text = { attribute_type: "text", is_numeric: false, values: null }
    const mappings = [
      [],
      { $schema: 1 },
      { a: 1 },
      { a: {} },
      { a: { ...text, colour: "red" } },
      { a: { ...text, attribute_type: "number" } },
      { a: { ...text, field: "a..b" } },
      { a: { ...text, format: { as: "shout" } } },
      { a: { ...text, format: { as: "truncate" } } },
      { a: { ...text, max_items: 0 } },
      { a: { ...text, synonyms: { a: true } } },
    ]
    for (const mapping of mappings) assert.isFalse(isMapping(mapping), stringify(mapping))
    const templates = [
      [],
      { $field: "a" },
      { a: { $fields: "a" } },
      { a: [{ $field: "" }] },
      { a: { $field: "a", required: "yes" } },
      { a: { $attributes: "array" } },
      { a: { $each: "a" } },
      { a: { $each: "a", item: { $item: "index" } } },
      { a: { $meta: "lead_id", $field: "id" } },
    ]
    for (const template of templates) assert.isFalse(isTemplate(template), stringify(template))
  })
})
