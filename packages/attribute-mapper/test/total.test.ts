import { assert, describe, it } from "@effect/vitest"
import {
  compileMapping,
  compileMappingOrThrow,
  compileTemplate,
  compileTemplateOrThrow,
  makeUnknownTally,
  map,
  unknownValues,
} from "@lead-gateway/attribute-mapper"
import type { JsonObject } from "@lead-gateway/lossless-json"
import { Arbitrary, Result, Schema } from "effect"
import { AnyMapping, AnyTemplate } from "./documents.ts"
import { AnyJson } from "./json.ts"

const cyclic: Record<string, unknown> = { phone: "1" }
cyclic["house"] = cyclic
const cyclicList: Array<unknown> = [1]
cyclicList.push(cyclicList)

const throwing = {
  get phone(): never {
    throw new Error("no")
  },
}

const revoked = (target: object): unknown => {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

const trap = (): never => {
  throw new Error("no")
}

class Lead {
  readonly phone = "1"
  readonly #secret = 1

  get house(): number {
    return this.#secret
  }
}

/** Values that JavaScript holds and JSON does not. */
const odd: ReadonlyArray<readonly [name: string, value: unknown]> = [
  ["undefined", undefined],
  ["a function", () => 1],
  ["a symbol", Symbol("x")],
  ["a bigint", 10n],
  ["NaN", Number.NaN],
  ["infinity", Number.NEGATIVE_INFINITY],
  ["minus zero", -0],
  ["a date", new Date(Number.NaN)],
  ["a Map", new Map([["phone", "1"]])],
  ["a Set", new Set(["1"])],
  ["a regular expression", /x/],
  ["an error", new Error("x")],
  ["a promise", Promise.resolve({ phone: "1" })],
  ["bytes", new Uint8Array([1, 2])],
  ["a boxed text", Object("1")],
  ["an instance", new Lead()],
  ["an object without prototype", Object.assign(Object.create(null) as object, { phone: "1" })],
  ["an object that inherits", Object.create({ phone: "1" })],
  // oxlint-disable-next-line no-sparse-arrays
  ["a sparse list", [1, , 3]],
  ["a long list of holes", Object.assign([], { length: 10_000 })],
  ["a cyclic object", cyclic],
  ["a cyclic list", cyclicList],
  ["an accessor that throws", throwing],
  ["a revoked proxy", revoked({})],
  ["a revoked proxy of a list", revoked([])],
  [
    "a proxy that throws",
    new Proxy({}, { get: trap, has: trap, ownKeys: trap, getOwnPropertyDescriptor: trap }),
  ],
  ["a list that throws", new Proxy([1], { get: trap })],
  ["a raw text", JSON.rawJSON('"1"')],
  ["a raw null", JSON.rawJSON("null")],
  ["a raw number beyond every double", JSON.rawJSON("1e999999999999")],
  ["a result", Result.succeed({ phone: "1" })],
]

const definitions = {
  phone: { attribute_type: "text", is_numeric: false, values: null },
  number: { attribute_type: "text", is_numeric: true, values: null, field: "phone" },
  range: { attribute_type: "range", is_numeric: true, values: null, field: "phone", min: 0, max: 9 },
  dropdown: {
    attribute_type: "dropdown",
    is_numeric: false,
    values: ["1", 2],
    field: ["house", "phone"],
    synonyms: [{ answers: ["a", "b"], value: 2 }],
    unread: "omit",
  },
  open: { attribute_type: "dropdown", is_numeric: false, values: [], field: "phone" },
  list: { attribute_type: "text", is_numeric: false, values: null, field: "phone", multiple: true },
  date: {
    attribute_type: "text",
    is_numeric: false,
    values: null,
    field: "phone",
    format: { as: "date", pattern: "YYYY" },
  },
}

const templateJson = {
  field: { $field: "phone", required: true },
  formatted: { $field: ["house", "phone"], format: { as: "text" }, unread: "omit" },
  text: { $text: "{phone}[ {house.phone}]", unread: "park" },
  constant: { $constant: "phone" },
  meta: { $meta: "phone" },
  each: { $each: "phone", item: { v: { $item: "value" }, p: { $field: "phone" } } },
  attributes: { $attributes: "object" },
}

const mapping = compileMappingOrThrow(definitions)
const template = compileTemplateOrThrow(templateJson)

const isPart = (value: unknown): boolean => typeof value === "object" && value !== null

describe("map", () => {
  it.each(odd)("has an answer to %s as payload, as a value, and in a list", (_name, value) => {
    for (const payload of [
      value,
      { phone: value },
      { phone: [value] },
      { house: value, phone: [value, 1] },
    ]) {
      for (const unread of [[], [{ path: "phone" }, { path: "house.phone" }]]) {
        const input = { mapping, template, payload: payload as JsonObject, unread, values: "show" } as const
        const result = map(input)
        assert.deepStrictEqual(map(input)._tag, result._tag)
        const sent = result._tag === "Mapped" ? Object.values(result.payload) : []
        for (const one of sent) {
          assert.isTrue(isPart(one) || ["string", "number", "boolean"].includes(typeof one))
          assert.isFalse(typeof one === "number" && !Number.isFinite(one))
        }
        unknownValues(mapping, payload as JsonObject)
        makeUnknownTally(mapping).add(payload as JsonObject)
      }
    }
  })

  it.each(odd)("has an answer to %s among constants and metadata", (_name, value) => {
    const names = { phone: value } as JsonObject
    const input = { mapping, template, payload: { phone: "1" }, constants: names, deliveryMetadata: names }
    const result = map(input)
    assert(result._tag === "Mapped")
    assert.strictEqual("constant" in result.payload, "meta" in result.payload)
  })

  it("sends no value that JSON does not have, and says so", () => {
    for (const value of [() => 1, Symbol("x"), 10n, Number.NaN]) {
      const payload = { phone: value } as object as JsonObject
      const result = map({ mapping: compileMappingOrThrow({}), template, payload })
      assert(result._tag === "MissingRequired")
      assert.deepStrictEqual(result.fields, ["phone"])
      assert.deepInclude(result.omittedNodes, { path: "field", reason: "wrong_type" })
    }
  })

  it.prop(
    "has an answer to any mapping, template, payload and unread paths",
    [AnyMapping, AnyTemplate, AnyJson.object, Arbitrary.schema(Schema.Array(Schema.Int))],
    ([mappingJson, shape, payload, places]) => {
      const paths = ["phone", "house", "house.is_owner", "1", "list.0", "a\\.b", ""]
      const unread = places.map((place) => ({ path: paths[Math.abs(place) % paths.length] ?? "" }))
      const compiled = compileMappingOrThrow(mappingJson)
      const compiledTemplate = compileTemplateOrThrow(shape)
      const result = map({ mapping: compiled, template: compiledTemplate, payload, unread })
      // No place says what an unread value does, so it is sent like any other.
      assert.deepStrictEqual(result, map({ mapping: compiled, template: compiledTemplate, payload }))
    },
  )
})

describe("compileMapping and compileTemplate", () => {
  it.each(odd)("have an answer to %s, whole and inside", (_name, value) => {
    for (const json of [value, { a: value }, [value], { a: { $field: value } }, { a: { $literal: value } }]) {
      for (const compile of [compileMapping, compileTemplate]) {
        assert.doesNotThrow(() => compile(json))
      }
    }
    for (const key of [
      "attribute_type",
      "values",
      "min",
      "default",
      "synonyms",
      "format",
      "field",
      "unread",
    ]) {
      const compiled = compileMapping({ a: { ...definitions.range, [key]: value } })
      if (Result.isFailure(compiled)) assert.isNotEmpty(compiled.failure.message)
    }
  })

  it("report a template that contains itself, however often", () => {
    const twice: Record<string, unknown> = {}
    twice["a"] = twice
    twice["b"] = [twice, twice]
    const compiled = compileTemplate({ x: twice })
    assert.match(
      Result.isFailure(compiled) ? compiled.failure.message : "",
      /^x\.a: found .*expected no value that contains itself$/m,
    )
  })

  it("report what is no JSON instead of sending an empty object", () => {
    for (const value of [new Date(), new Map(), /x/, Promise.resolve(1), () => 1, 1n, Number.NaN]) {
      assert.isTrue(Result.isFailure(compileTemplate({ a: value })))
    }
    assert.isTrue(Result.isFailure(compileTemplate({ a: { $literal: () => 1 } })))
    assert.isTrue(Result.isFailure(compileTemplate({ a: { $field: "a", default: () => 1 } })))
  })
})
