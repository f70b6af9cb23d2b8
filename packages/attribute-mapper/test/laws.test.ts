import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Result, Schema } from "effect"
import { compileMapping, compileTemplate, map, unknownValues } from "@lead-gateway/attribute-mapper"
import { isJsonObject, type Json, type JsonObject, stringify } from "@lead-gateway/lossless-json"
import { isMissing, parsePath, valueAt } from "@lead-gateway/lead-field"
import { AnyMapping, AnyTemplate } from "./documents.ts"
import { AnyJson } from "./json.ts"

const mappingOf = (json: unknown) => Result.getOrThrow(compileMapping(json))
const templateOf = (json: unknown) => Result.getOrThrow(compileTemplate(json))

/** Both shapes, so that what is sent can be looked at. */
const shapes = templateOf({ list: { $attributes: "list" }, object: { $attributes: "object" } })

const withoutRequired = (mapping: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(mapping).map(([name, definition]) => [
      name,
      { ...(definition as JsonObject), required: false },
    ]),
  )

type Sent = { readonly name: string; readonly value: Json }

/** Every key in a value, however deep. */
const keysIn = (json: Json, keys = new Set<string>()): Set<string> => {
  if (Array.isArray(json)) for (const item of json as ReadonlyArray<Json>) keysIn(item, keys)
  else if (isJsonObject(json)) {
    for (const [key, value] of Object.entries(json)) {
      keys.add(key)
      // A template may call an attribute's name and value as it likes.
      if (/^(?:name|value)_key$/.test(key) && typeof value === "string") keys.add(value)
      keysIn(value, keys)
    }
  }
  return keys
}

describe("for any mapping and payload", () => {
  it.prop(
    "sent, omitted and absent attributes are the defined ones",
    [AnyMapping, AnyJson.object],
    ([json, payload]) => {
      const mapping = mappingOf(withoutRequired(json))
      const result = map({ mapping, template: shapes, payload })
      assert(result._tag === "Mapped")
      const { list, object } = result.payload as {
        readonly list: ReadonlyArray<Sent>
        readonly object: JsonObject
      }
      assert.deepStrictEqual(object, Object.fromEntries(list.map(({ name, value }) => [name, value])))

      // Each has one place, in the mapping's order; of a list some items may be sent and others omitted.
      const sent = list.map(({ name }) => name)
      const { absent } = result
      const omitted = new Set(
        result.omitted
          .filter(({ name, index }) => index === undefined || !sent.includes(name))
          .map(({ name }) => name),
      )
      const isIn = (names: ReadonlyArray<string>) => mapping.names.filter((name) => names.includes(name))
      assert.deepStrictEqual(sent, isIn(sent))
      assert.deepStrictEqual(result.sent, sent)
      assert.deepStrictEqual(absent, isIn(absent))
      assert.deepStrictEqual([...omitted], isIn([...omitted]))
      assert.sameMembers([...sent, ...absent, ...omitted], [...mapping.names])
    },
  )

  it.prop(
    "a value without format, default and synonym is the payload's very own",
    [AnyMapping, AnyJson.object],
    ([json, payload]) => {
      const mapping = mappingOf(withoutRequired(json))
      const result = map({ mapping, template: shapes, payload })
      assert(result._tag === "Mapped")
      for (const { name, value } of result.payload["list"] as ReadonlyArray<Sent>) {
        const { field, format, synonyms, ...rest } = json[name] as { readonly [key: string]: Json }
        if (format !== undefined || synonyms !== undefined || "default" in rest) continue
        const paths =
          field === undefined ? [[name]] : [field].flat().map((path) => parsePath(path as string) ?? [])
        const actual = paths.map((path) => valueAt(payload, path)).find((value) => !isMissing(value))
        for (const item of rest["multiple"] === true ? (value as ReadonlyArray<Json>) : [value]) {
          assert.include([actual].flat(), item)
        }
      }
    },
  )

  it.prop(
    "missing are the required attributes that are not sent",
    [AnyMapping, AnyJson.object],
    ([json, payload]) => {
      const mapping = mappingOf(json)
      const optional = map({ mapping: mappingOf(withoutRequired(json)), template: shapes, payload })
      assert(optional._tag === "Mapped")
      const sent = optional.payload["object"] as JsonObject
      const lacking = mapping.names.filter(
        (name) => (json[name] as JsonObject)["required"] === true && !Object.hasOwn(sent, name),
      )
      const result = map({ mapping, template: templateOf({}), payload })
      assert.deepStrictEqual(result._tag === "MissingRequired" ? result.fields : [], lacking)
    },
  )
})

describe("for any mapping, template and payload", () => {
  it.prop(
    "the result is the same each time, and what it is made of stays as it was",
    [AnyMapping, AnyTemplate, AnyJson.object],
    ([json, template, payload]) => {
      const before = stringify([json, template, payload])
      const filled = () =>
        map({
          mapping: mappingOf(json),
          template: templateOf(template),
          payload,
          constants: payload,
          deliveryMetadata: payload,
        })
      assert.deepStrictEqual(filled(), filled())
      assert.deepStrictEqual(unknownValues(mappingOf(json), payload), unknownValues(mappingOf(json), payload))
      assert.strictEqual(stringify([json, template, payload]), before)
    },
  )

  it.prop(
    "no key is invented: each is one of the template, an attribute's name, or inside a value",
    [AnyMapping, AnyTemplate, AnyJson.object],
    ([json, template, payload]) => {
      const result = map({
        mapping: mappingOf(json),
        template: templateOf(template),
        payload,
        constants: payload,
        deliveryMetadata: payload,
      })
      if (result._tag !== "Mapped") return
      const known = keysIn([template, json, payload])
      for (const key of ["name", "value", "label", "answer"]) known.add(key)
      for (const key of keysIn(result.payload)) assert.isTrue(known.has(key), key)
      for (const key of Object.keys(result.payload)) assert.isTrue(Object.hasOwn(template, key))
    },
  )

  it.prop(
    "what is no object is a payload without fields",
    [AnyMapping, AnyTemplate, AnyJson.value],
    ([json, template, value]) => {
      if (typeof value === "object" && value !== null) return
      const mapping = mappingOf(json)
      const filled = (payload: Json) =>
        map({ mapping, template: templateOf(template), payload: payload as JsonObject })
      const unknown = (payload: Json) => unknownValues(mapping, payload as JsonObject)
      assert.deepStrictEqual(filled(value), filled({}))
      assert.isEmpty(unknown(value))
    },
  )

  it.prop(
    "the order of the payload's keys decides nothing",
    [AnyMapping, AnyTemplate, AnyJson.object],
    ([json, template, payload]) => {
      const filled = (payload: JsonObject) =>
        map({ mapping: mappingOf(json), template: templateOf(template), payload })
      assert.deepStrictEqual(
        filled(Object.fromEntries(Object.entries(payload).toReversed())),
        filled(payload),
      )
    },
  )

  it.prop(
    "every node without a value is reported, and no other",
    [AnyJson.object, Arbitrary.schema(Schema.Array(AnyJson.key))],
    ([payload, keys]) => {
      const fields = keys.filter((key) => key !== "" && key !== "*" && !/[.\\$]/.test(key))
      const template = Object.fromEntries(fields.map((key) => [key, { $field: key }]))
      const result = map({ mapping: mappingOf({}), template: templateOf(template), payload })
      assert(result._tag === "Mapped")
      assert.sameMembers(
        [...Object.keys(result.payload), ...result.omittedNodes.map(({ path }) => path)],
        Object.keys(template),
      )
    },
  )
})

describe("however deep the JSON", () => {
  const nest = (depth: number, inner: Json): Json => {
    let json = inner
    for (let level = 0; level < depth; level++) json = level % 2 === 0 ? { a: json } : [json]
    return json
  }

  it("a payload of 10,000 levels is mapped", () => {
    const template = templateOf({
      a: { $field: "a" },
      b: { $text: "{a}" },
      c: { $each: "a", item: { $item: "value" } },
    })
    const payload = { a: nest(10_000, 1) }
    const result = map({ mapping: mappingOf({}), template, payload })
    assert(result._tag === "Mapped")
    assert.strictEqual(result.payload["a"], payload.a)
  })

  it("a template of 512 levels is mapped, a deeper one is reported", () => {
    const deep = templateOf({ a: nest(511, { $field: "x" }) })
    assert.strictEqual(map({ mapping: mappingOf({}), template: deep, payload: { x: 1 } })._tag, "Mapped")
    for (const depth of [513, 10_000]) {
      const wrong = compileTemplate({ a: nest(depth, { $field: "x" }) })
      assert(Result.isFailure(wrong))
      assert.match(wrong.failure.message, /expected nothing nested deeper than 512 levels$/)
    }
  })
})
