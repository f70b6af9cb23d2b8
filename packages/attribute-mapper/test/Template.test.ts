import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import {
  compileMapping,
  compileTemplate,
  defaultTemplate,
  map,
  nestedTemplate,
} from "@lead-gateway/attribute-mapper"
import { AnyJson, configFile } from "./json.ts"

const diagnosticsIn = (json: unknown) =>
  Result.match(compileTemplate(json), {
    onSuccess: () => [],
    onFailure: ({ diagnostics }) => diagnostics.map(({ path, actual }) => `${path}: ${actual}`),
  })

describe("the templates that ship", () => {
  it("are the same as those in config", () => {
    assert.deepStrictEqual<unknown>(configFile("customer_payload_template.json"), defaultTemplate)
    assert.deepStrictEqual<unknown>(configFile("customer_payload_template.nested.json"), nestedTemplate)
  })

  it("compile", () => {
    for (const template of [defaultTemplate, nestedTemplate]) assert.isEmpty(diagnosticsIn(template))
  })
})

describe("compileTemplate", () => {
  it("reports every error at once, with its path and the actual value", () => {
    const template = {
      phone: { $field: "a..b", required: "yes", fallback: 1 },
      list: [{ $field: 7 }, { $fields: "email" }],
      constant: { $constant: "" },
      meta: { $meta: "lead_id", $field: "id" },
      attributes: { $attributes: "array", required: true },
      literal: { $literal: { $any: 1 }, and: 2 },
      odd: undefined,
    }
    assert.deepStrictEqual(diagnosticsIn(template), [
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

  it("reports errors of every directive, inside items too", () => {
    const template = {
      $schema: {},
      a: { $field: ["a", 1] },
      b: { $field: [] },
      c: { $field: "a", default: null },
      d: { $field: "a", default: "x", format: { as: "number" } },
      e: { $field: "a", as: "text" },
      f: { $attribute: 1 },
      g: { $attributes: "list", only: ["a"], except: ["b"] },
      h: { $attributes: "object", value_key: "answer" },
      i: { $attributes: "list", name_key: "value" },
      j: { $item: "value" },
      k: { $each: "a", max_items: 1001, item: [{ $item: "index" }, { x: { $fild: "b" } }] },
      l: { $each: "a" },
      m: { $text: "{a" },
      n: { $text: "no field" },
      o: { $text: "{a}[b]" },
      p: { $text: "{a..b}" },
      q: { $text: "[{a}" },
      r: { $text: "[{a}[{b}]]" },
      s: { $text: "{a} ]" },
      t: { $text: " " },
    }
    assert.deepStrictEqual(diagnosticsIn(template), [
      "$schema: {}",
      "a.$field.1: 1",
      "b.$field: []",
      "c.default: null",
      'd.default: "x"',
      'e.as: "text"',
      "f.$attribute: 1",
      'g.except: ["b"]',
      'h.value_key: "answer"',
      'i.name_key: "value"',
      'j.$item: "value"',
      'k.item.0.$item: "index"',
      'k.item.1.x.$fild: "b"',
      "k.max_items: 1001",
      "l.item: nothing",
      'm.$text: "{a"',
      'n.$text: "no field"',
      'o.$text: "{a}[b]"',
      'p.$text: "{a..b}"',
      'q.$text: "[{a}"',
      'r.$text: "[{a}[{b}]]"',
      's.$text: "{a} ]"',
      't.$text: " "',
    ])
  })

  it("reports unknown names, if the known ones are given", () => {
    const template = {
      a: { $constant: "product.nme" },
      b: { $meta: "id" },
      c: [{ $attribute: "solar" }, { $attribute: "owner" }],
      d: { $each: "e", item: { $attributes: "list", only: ["owner", "area"] } },
    }
    assert.isEmpty(diagnosticsIn(template))
    const result = compileTemplate(template, {
      constants: ["product.name", "brand"],
      deliveryMetadata: [],
      attributes: ["owner"],
    })
    assert.strictEqual(
      Result.isFailure(result) && result.failure.message,
      'a.$constant: found "product.nme", expected the name of a constant: product.name, brand\n' +
        'b.$meta: found "id", expected nothing: there is no meta value\n' +
        'c.0.$attribute: found "solar", expected the name of an attribute: owner\n' +
        'd.item.only.1: found "area", expected the name of an attribute: owner',
    )
  })

  it("leaves a $schema at the top to editors", () => {
    const compiled = Result.getOrThrow(compileTemplate({ $schema: "./template.schema.json", a: 1 }))
    const mapping = Result.getOrThrow(compileMapping({}))
    const result = map({ mapping, template: compiled, payload: {} })
    assert.deepStrictEqual(result._tag === "Mapped" && result.payload, { a: 1 })
    assert.deepStrictEqual(diagnosticsIn({ a: { $schema: "./template.schema.json" } }), [
      'a.$schema: "./template.schema.json"',
    ])
  })

  it("wants an object that is not a directive, since that is what a customer gets", () => {
    for (const json of [undefined, null, 1, [], { $attributes: "object" }]) {
      const result = compileTemplate(json)
      assert.isTrue(Result.isFailure(result))
      assert.match(
        Result.isFailure(result) ? result.failure.message : "",
        /^template: found .*, expected an object that is not a directive$/m,
      )
    }
  })

  it.prop("has an answer to any JSON object", [AnyJson.object], ([json]) => {
    const result = compileTemplate(json)
    if (Result.isFailure(result)) assert.isNotEmpty(result.failure.diagnostics)
  })
})
