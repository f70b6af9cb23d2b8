import { anyJson } from "@lead-gateway/testkit/any-json"
import { read, type Shape } from "@lead-gateway/document-check"
import {
  FieldPathText,
  kindOf,
  parsePath,
  PlainPathOrDotText,
  PlainPathText,
  printPath,
  valueAt,
} from "@lead-gateway/lead-field"
import { getter, notJson } from "@lead-gateway/testkit/not-json"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

const AnyJson = anyJson()
const accepts = (shape: Shape.Shape<string>, text: string): boolean =>
  read(shape, text, () => {}) !== undefined

/** Any keys, the odd ones often. */
const AnyPath = Schema.Array(
  Schema.Union([AnyJson.key, Schema.Literals(["", ".", "\\", "e", String.raw`\e`])]),
)

/** Texts of the characters that a path gives a meaning to. */
const PathText = Schema.TemplateLiteral([
  Schema.Literals(["", ".", "\\", "a"]),
  Schema.Literals(["", ".", "\\", "e"]),
  Schema.Literals(["", ".", "\\", "e"]),
  Schema.Literals(["", ".", "\\", "e"]),
])

describe("parsePath", () => {
  it.each<[string, ReadonlyArray<string>]>([
    ["zipcode", ["zipcode"]],
    ["house.is_owner", ["house", "is_owner"]],
    ["questions.0.answer", ["questions", "0", "answer"]],
    [String.raw`Haus\.Typ.Größe`, ["Haus.Typ", "Größe"]],
    [String.raw`a\\.b`, ["a\\", "b"]],
    ["Wie alt ist Ihr Dach?", ["Wie alt ist Ihr Dach?"]],
    ["a\nb.\ud800", ["a\nb", "\ud800"]],
    [".", []],
    [String.raw`\e`, [""]],
    [String.raw`a.\e.\e`, ["a", "", ""]],
    // A backslash and an e: the key of two characters.
    [String.raw`\\e`, [String.raw`\e`]],
    ["e", ["e"]],
  ])("takes %j apart", (text, path) => {
    assert.deepStrictEqual(parsePath(text), path)
  })

  it.each([
    "",
    "..",
    "a.",
    ".a",
    "a..b",
    String.raw`a\b`,
    "a\\",
    String.raw`a\e`,
    String.raw`\ea`,
    String.raw`\e\e`,
  ])("finds no path in %j", (text) => {
    assert.isUndefined(parsePath(text))
    assert.isFalse(accepts(FieldPathText, text))
  })

  it("is for paths, where a document may also say a dot", () => {
    assert.isTrue(accepts(PlainPathOrDotText, "."))
    assert.isTrue(accepts(PlainPathOrDotText, "house.is_owner"))
    for (const text of ["", "..", ".a", "a.", ".\n"]) assert.isFalse(accepts(PlainPathOrDotText, text))
    assert.isFalse(accepts(FieldPathText, "."))
  })

  it.each(["*", "*.a", "a.*", "a.*.b", String.raw`a\.b.*`])(
    "refuses %s where * names no items, which would be an ordinary key",
    (text) => {
      assert.isFalse(accepts(PlainPathText, text))
      assert.isFalse(accepts(PlainPathOrDotText, text))
      assert.isTrue(accepts(FieldPathText, text))
    },
  )

  it.each(["Name *", "*Name.a", "a.**", "a*b", String.raw`*\.a`])(
    "accepts %s, where * is part of a key",
    (text) => {
      assert.isTrue(accepts(PlainPathText, text))
      assert.isTrue(accepts(PlainPathOrDotText, text))
    },
  )

  it("takes no path that is longer than a payload is deep", () => {
    const longest = Array.from({ length: 512 }, () => "a").join(".")
    assert.strictEqual(parsePath(longest)?.length, 512)
    assert.isTrue(accepts(FieldPathText, longest))
    assert.isUndefined(parsePath(`${longest}.a`))
    assert.isFalse(accepts(FieldPathText, `${longest}.a`))
    assert.isTrue(accepts(FieldPathText, "a".repeat(5000)))
  })

  it.prop("reads what printPath prints, whatever the keys", [AnyPath], ([path]) => {
    const text = printPath(path)
    assert.deepStrictEqual(parsePath(text), path)
    assert.strictEqual(accepts(PlainPathOrDotText, text), !path.includes("*"))
    assert.strictEqual(accepts(FieldPathText, text), path.length > 0)
  })

  it.prop(
    "reads no text that printPath does not print",
    [Schema.Union([Schema.String, PathText])],
    ([text]) => {
      const path = parsePath(text)
      if (path !== undefined) assert.strictEqual(printPath(path), text)
    },
  )

  it.each(notJson)("is total: no path in %s", (_name, value) => {
    assert.isUndefined(parsePath(value as string))
  })
})

describe("printPath", () => {
  it.each<[ReadonlyArray<string>, string]>([
    [[""], String.raw`\e`],
    [["", ""], String.raw`\e.\e`],
    [["house", ""], String.raw`house.\e`],
    [["a.b", "c\\"], String.raw`a\.b.c\\`],
    [[], "."],
  ])("prints %j", (path, text) => {
    assert.strictEqual(printPath(path), text)
  })

  it("prints keys that are no texts as such, and nothing of what is no list", () => {
    assert.strictEqual(printPath(["a", 0, undefined, Symbol("s")] as never), "a.0.undefined.Symbol(s)")
    // oxlint-disable-next-line no-sparse-arrays
    assert.strictEqual(printPath(["a", , "b"] as never), "a.undefined.b")
    for (const [, value] of notJson)
      if (kindOf(value) !== "list") assert.strictEqual(printPath(value as never), "")
    assert.strictEqual(printPath("house" as never), "")
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

  it("finds nothing where reading throws, and nothing by a path that is no list", () => {
    for (const [, value] of notJson) {
      assert.doesNotThrow(() => valueAt(value, ["a", "b"]))
      assert.isUndefined(valueAt({ a: 1 }, value as never))
    }
    assert.isUndefined(valueAt(getter, ["a"]))
    assert.isUndefined(valueAt({ a: 1 }, "a" as never))
  })

  it.prop("returns, whatever it looks into", [AnyJson.value, Schema.Array(AnyJson.key)], ([value, path]) => {
    valueAt(value, path)
  })
})
