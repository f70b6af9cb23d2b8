import { assert, describe, it } from "@effect/vitest"
import {
  type AttributeDefinition,
  compileMapping,
  compileMappingOrThrow,
  compileTemplateOrThrow,
  map,
  type MappingDocument,
  type MapResult,
  type TemplateDocument,
  unknownValues,
} from "@lead-gateway/attribute-mapper"
import { expectTypeOf } from "vitest"

const mappingDocument = {
  area: { attribute_type: "range", is_numeric: true, values: null, min: 10, unread: "park" },
  offer: {
    attribute_type: "dropdown",
    is_numeric: false,
    values: ["Kaufen", "Beides"],
    synonyms: [{ answers: ["buy", "rent"], value: "Beides" }],
  },
} as const satisfies MappingDocument

const templateDocument = {
  $schema: "./template.schema.json",
  phone: {
    $field: ["phone", "mobile"],
    required: true,
    unread: "omit",
    format: { as: "phone", prefix: "00" },
  },
  rooms: { $each: "rooms", item: { area: { $field: "area" } } },
  tags: ["solar", { $text: "{first} {last}" }, null, 1, true],
  raw: { $literal: { $field: "a" } },
} as const satisfies TemplateDocument

describe("the types of documents", () => {
  it("refuse what is wrong", () => {
    const text = { attribute_type: "text", is_numeric: false, values: null } as const
    expectTypeOf<{ a: typeof text }>().toExtend<MappingDocument>()
    expectTypeOf<{
      a: { attribute_type: "number"; is_numeric: true; values: null }
    }>().not.toExtend<MappingDocument>()
    // @ts-expect-error a misspelt key
    const misspelt: AttributeDefinition = { ...text, requierd: true }
    expectTypeOf(misspelt).toExtend<AttributeDefinition>()
    expectTypeOf<{ a: { $field: "a"; unread: "omit" } }>().toExtend<TemplateDocument>()
    expectTypeOf<{ a: { $field: "a"; unread: "drop" } }>().not.toExtend<TemplateDocument>()
    expectTypeOf<{ a: { $fields: "a" } }>().not.toExtend<TemplateDocument>()
    expectTypeOf<{ a: { $field: "a"; required: "yes" } }>().not.toExtend<TemplateDocument>()
  })

  it("are compiled, as is any other value", () => {
    expectTypeOf<unknown>().toExtend<Parameters<typeof compileMapping>[0]>()
    expectTypeOf<unknown>().toExtend<Parameters<typeof compileTemplateOrThrow>[0]>()
    expectTypeOf(mappingDocument.area).toExtend<AttributeDefinition>()
  })

  it("narrow inside functions", () => {
    const fieldsOf = (result: MapResult): ReadonlyArray<string> => {
      if (result._tag === "Mapped") {
        expectTypeOf(result).not.toHaveProperty("fields")
        return Object.keys(result.payload)
      }
      return result.fields
    }
    const compiled = compileMapping(mappingDocument)
    const namesOf = (): ReadonlyArray<string> => {
      if (compiled._tag === "Failure") return compiled.failure.diagnostics.map(({ path }) => path)
      return compiled.success.names
    }
    expectTypeOf(namesOf).returns.toEqualTypeOf<ReadonlyArray<string>>()
    const mapping = compileMappingOrThrow(mappingDocument)
    const template = compileTemplateOrThrow(templateDocument)
    expectTypeOf(fieldsOf(map({ mapping, template, payload: {} }))).toEqualTypeOf<ReadonlyArray<string>>()
  })

  it("take a payload of an interface, which has no index signature", () => {
    interface Lead {
      readonly phone: string
    }
    const lead: Lead = { phone: "+49681123" }
    const mapping = compileMappingOrThrow({})
    const template = compileTemplateOrThrow({ phone: { $field: "phone" } })
    const mapped = map({ mapping, template, payload: lead })
    assert.deepStrictEqual(mapped._tag === "Mapped" && mapped.payload, { phone: "+49681123" })
    assert.deepStrictEqual(unknownValues(mapping, lead), [])
  })
})
