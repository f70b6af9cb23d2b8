import { anyJson } from "@lead-gateway/testkit/any-json"
import { read, type Shape } from "@lead-gateway/document-check"
import { FieldPathOrDotText, FieldPathText, parsePath, printPath, valueAt } from "@lead-gateway/lead-field"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

const AnyJson = anyJson()
const accepts = (shape: Shape.Shape<string>, text: string): boolean =>
  read(shape, text, () => {}) !== undefined

const Key = Schema.String.check(Schema.isMinLength(1))

describe("parsePath", () => {
  it.each<[string, ReadonlyArray<string>]>([
    ["zipcode", ["zipcode"]],
    ["house.is_owner", ["house", "is_owner"]],
    ["questions.0.answer", ["questions", "0", "answer"]],
    [String.raw`Haus\.Typ.Größe`, ["Haus.Typ", "Größe"]],
    [String.raw`a\\.b`, ["a\\", "b"]],
    ["Wie alt ist Ihr Dach?", ["Wie alt ist Ihr Dach?"]],
    ["a\nb.\ud800", ["a\nb", "\ud800"]],
  ])("takes %j apart", (text, path) => {
    assert.deepStrictEqual(parsePath(text), path)
  })

  it.each(["", ".", "a.", ".a", "a..b", String.raw`a\b`, "a\\"])("finds no path in %j", (text) => {
    assert.isUndefined(parsePath(text))
    assert.isFalse(accepts(FieldPathText, text))
  })

  it("is for paths, where a document may also say a dot", () => {
    assert.isTrue(accepts(FieldPathOrDotText, "."))
    assert.isTrue(accepts(FieldPathOrDotText, "house.is_owner"))
    for (const text of ["", "..", ".a", "a.", ".\n"]) assert.isFalse(accepts(FieldPathOrDotText, text))
  })

  it("takes no path that is longer than a payload is deep", () => {
    const longest = Array.from({ length: 512 }, () => "a").join(".")
    assert.strictEqual(parsePath(longest)?.length, 512)
    assert.isTrue(accepts(FieldPathText, longest))
    assert.isUndefined(parsePath(`${longest}.a`))
    assert.isFalse(accepts(FieldPathText, `${longest}.a`))
    assert.isTrue(accepts(FieldPathText, "a".repeat(5000)))
  })

  it.prop("reads what printPath writes", [Schema.NonEmptyArray(Key)], ([path]) => {
    const text = printPath(path)
    assert.deepStrictEqual(parsePath(text), path)
    assert.isTrue(accepts(FieldPathText, text))
  })
})

describe("valueAt", () => {
  it("reaches into objects and lists", () => {
    const payload = { questions: [{ answer: "yes" }], house: { is_owner: false } }
    assert.strictEqual(valueAt(payload, ["questions", "0", "answer"]), "yes")
    assert.isFalse(valueAt(payload, ["house", "is_owner"]))
    assert.isUndefined(valueAt(payload, ["questions", "1", "answer"]))
    assert.isUndefined(valueAt(payload, ["questions", "00"]))
    assert.strictEqual(valueAt(payload, []), payload)
  })

  it("takes neither a length nor the characters of a text for data", () => {
    assert.isUndefined(valueAt({ a: ["x"] }, ["a", "length"]))
    assert.isUndefined(valueAt({ a: "x" }, ["a", "0"]))
    assert.strictEqual(valueAt({ a: { length: 1 } }, ["a", "length"]), 1)
  })

  it("sees own properties alone", () => {
    for (const key of ["__proto__", "constructor", "toString"]) {
      assert.isUndefined(valueAt({}, [key]))
      assert.strictEqual(valueAt(Object.fromEntries([[key, 1]]), [key]), 1)
    }
  })

  it("does not look into a number that is kept as text", () => {
    assert.isUndefined(valueAt({ a: JSON.rawJSON("1e400") }, ["a", "rawJSON"]))
  })

  it.prop("returns, whatever it looks into", [AnyJson.value, Schema.Array(AnyJson.key)], ([value, path]) => {
    valueAt(value, path)
  })
})
