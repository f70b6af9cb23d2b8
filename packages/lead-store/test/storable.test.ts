import { assert, describe, it } from "@effect/vitest"
import { isRawNumber, type Json, parse, stringify } from "@lead-gateway/lossless-json"
import { Result, Schema } from "effect"
import { needsMending, storableJson, storableText } from "../src/index.ts"

/** Texts with what Postgres cannot hold more often than chance would have it. */
const NastyText = Schema.Array(
  Schema.Union([Schema.String, Schema.Literals(["\0", "\uD800", "\uDC00", "\uD83C\uDFE1", "a", "\uFFFD"])]),
)

const isStorable = (text: string) => text.isWellFormed() && !text.includes("\0")

/** Every string and key of a value. */
const textsOf = (value: Json): ReadonlyArray<string> => {
  if (typeof value === "string") return [value]
  if (typeof value !== "object" || value === null || isRawNumber(value)) return []
  return Array.isArray(value)
    ? value.flatMap((item: Json) => textsOf(item))
    : Object.entries(value).flatMap(([key, inner]) => [key, ...textsOf(inner)])
}

describe("storableText", () => {
  it.prop("leaves nothing that Postgres cannot hold, and nothing more to do", [NastyText], ([parts]) => {
    const mended = storableText(parts.join(""))
    assert.isTrue(isStorable(mended))
    assert.strictEqual(storableText(mended), mended)
  })

  it.prop("returns a text that Postgres can hold as it is", [NastyText], ([parts]) => {
    const text = parts.join("")
    assert.strictEqual(storableText(text) === text, isStorable(text))
  })

  it("puts one U+FFFD for each NUL and each lone surrogate", () => {
    assert.strictEqual(storableText("a\0b\uD800c\uDC00\uD83C\uDFE1"), "a\uFFFDb\uFFFDc\uFFFD\uD83C\uDFE1")
  })
})

describe("storableJson", () => {
  it.prop("mends every string and key at any depth, once and for all", [Schema.Json], ([json]) => {
    const value = nasty(json)
    const mended = storableJson(value)
    assert.isTrue(textsOf(mended).every(isStorable))
    assert.deepStrictEqual(storableJson(mended), mended)
    if (textsOf(value).every(isStorable)) assert.strictEqual(stringify(mended), stringify(value))
  })

  it("keeps __proto__ an ordinary key, and the digits of long numbers", () => {
    const text = '{"__proto__":{"a":12345678901234567890},"constructor":null,"b":[true,1.5,"\\u0000"]}'
    const mended = storableJson(Result.getOrThrow(parse(text)))
    assert.strictEqual(stringify(mended), text.replace("\\u0000", "\uFFFD"))
    assert.isUndefined(Reflect.get(Object(mended), "a"))
  })

  it("makes one of two keys that become the same, the later", () => {
    assert.deepStrictEqual(storableJson({ "a\0": 1, "a\uFFFD": 2 }), { "a\uFFFD": 2 })
  })
})

describe("needsMending", () => {
  it.prop("sees every JSON text whose value would be changed", [Schema.Json], ([json]) => {
    const value = nasty(json)
    const text = stringify(value)
    if (!needsMending(text)) assert.strictEqual(stringify(storableJson(value)), text)
  })

  it("lets ordinary payloads by", () => {
    assert.isFalse(needsMending('{"name":"Müller 🏡 \\u00fc \\n","zip":"66123"}'))
    for (const text of ['"\\u0000"', '"\\ud800"', '"\\uDFFF"']) assert.isTrue(needsMending(text))
  })
})

/** The same value with something nasty in some of its texts. */
const nasty = (value: Json): Json => {
  if (typeof value === "string") return value.length % 2 === 0 ? value : `${value}\0\uD800`
  if (typeof value !== "object" || value === null || isRawNumber(value)) return value
  if (Array.isArray(value)) return value.map(nasty)
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key.length % 2 === 0 ? key : `\uDC00${key}`, nasty(inner)]),
  )
}
