import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { compileTemplate, defaultTemplate, nestedTemplate } from "@lead-gateway/attribute-mapper"
import { AnyJson, configFile } from "./json.ts"

const mistakesIn = (json: unknown) =>
  Result.match(compileTemplate(json), {
    onSuccess: () => [],
    onFailure: ({ mistakes }) => mistakes.map(({ path, found }) => `${path}: ${found}`),
  })

describe("the templates that ship", () => {
  it("are the same as those in config", () => {
    assert.deepStrictEqual<unknown>(configFile("customer_payload_template.json"), defaultTemplate)
    assert.deepStrictEqual<unknown>(configFile("customer_payload_template.nested.json"), nestedTemplate)
  })

  it("compile", () => {
    for (const template of [defaultTemplate, nestedTemplate]) assert.isEmpty(mistakesIn(template))
  })
})

describe("compileTemplate", () => {
  it("reports every mistake at once, with its path and the value found", () => {
    const template = {
      phone: { $field: "a..b", required: "yes", fallback: 1 },
      list: [{ $field: 7 }, { $fields: "email" }],
      constant: { $constant: "" },
      meta: { $meta: "lead_id", $field: "id" },
      attributes: { $attributes: "array", required: true },
      literal: { $literal: { $any: 1 }, and: 2 },
      odd: undefined,
    }
    assert.deepStrictEqual(mistakesIn(template), [
      "phone.fallback: 1",
      'phone.$field: "a..b"',
      'phone.required: "yes"',
      "list.0.$field: 7",
      'list.1.$fields: "email"',
      'constant.$constant: ""',
      'meta: {"$meta":"lead_id","$field":"id"}',
      "attributes.required: true",
      'attributes.$attributes: "array"',
      "literal.and: 2",
      "odd: nothing",
    ])
  })

  it("wants an object that is no directive, since that is what a customer gets", () => {
    for (const json of [undefined, null, 1, "x", [], { $attributes: "object" }]) {
      const result = compileTemplate(json)
      assert.isTrue(Result.isFailure(result))
      assert.match(
        Result.isFailure(result) ? result.failure.message : "",
        /^template: found .*, allowed is an object that is no directive$/m,
      )
    }
  })

  it.prop("has an answer to any JSON object", [AnyJson.object], ([json]) => {
    const result = compileTemplate(json)
    if (Result.isFailure(result)) assert.isNotEmpty(result.failure.mistakes)
  })
})
