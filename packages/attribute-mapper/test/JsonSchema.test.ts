import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { defaultTemplate, nestedTemplate } from "@lead-gateway/attribute-mapper"
import { testJsonSchema } from "@lead-gateway/vitest-config/json-schema"
import { Ajv2020 } from "ajv/dist/2020.js"
import { MappingDocument } from "../src/MappingDocument.ts"
import { TemplateDocument } from "../src/TemplateDocument.ts"
import { configFile } from "./json.ts"

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

describe("x", () => {
  it("y", () => {
    const schema: object = JSON.parse(readFileSync(new URL("template.schema.json", folder), "utf8")) as object
    const ajv = new Ajv2020({ strict: false })
    const validate = ajv.compile(schema)
    for (const d of [defaultTemplate, nestedTemplate])
      assert.isTrue(validate(d), JSON.stringify(validate.errors))
    const validate2 = ajv.compile(
      JSON.parse(readFileSync(new URL("mapping.schema.json", folder), "utf8")) as object,
    )
    assert.isTrue(validate2(configFile("customer_attribute_mapping.json")))
  })
})
