import { assert, describe, it } from "@effect/vitest"
import { anyJson } from "@lead-gateway/testkit/any-json"
import { makeReport, type Diagnostic, read, Shape } from "@lead-gateway/document-check"
import { reportIssue, schemaOf } from "@lead-gateway/document-check/schema"
import { isRawNumber } from "@lead-gateway/lossless-json"
import { Result, Schema } from "effect"

const text = Shape.text({
  expected: "a short word in small letters",
  form: /^[a-z]+$/u,
  also: { holds: (word) => word.length < 5, expected: "a word of at most 4 letters" },
})

const even = Shape.text({
  expected: "a text",
  also: {
    holds: ({ length }) => length % 2 === 0,
    expected: ({ length }) => `an even number of characters, not ${length}`,
  },
})

const count = Shape.integer({ expected: "a whole number from 0 to 9", minimum: 0, maximum: 9 })

const kinds = Shape.variants(
  "kind",
  [
    Shape.object({ kind: Shape.literals(["text"]), text }, { expected: "a kind" }),
    Shape.object({ kind: Shape.literals(["count"]), count: Shape.optional(count) }, { expected: "a kind" }),
  ],
  { expected: "an object with a kind" },
)

const everything = Shape.object(
  {
    kind: kinds,
    list: Shape.list(count, { expected: "a list", minimum: 1, maximum: 2, expectedLength: "1 or 2 counts" }),
    texts: Shape.optional(Shape.record(text, { expected: "texts", isFilled: true })),
    flag: Shape.optional(Shape.nullOr(Shape.boolean(), { expected: "true, false or null" })),
    size: Shape.optional(
      Shape.union([Shape.literals(["all", "some"]), Shape.number({ expected: "a number", minimum: 0 })], {
        expected: '"all", "some" or a number',
      }),
    ),
    always: Shape.optional(Shape.literals([true])),
    even: Shape.optional(even),
    any: Shape.optional(Shape.unknown()),
  },
  { expected: "an object", others: [{ keys: /^_/u, value: Shape.unknown() }] },
)

type Everything = Shape.TypeOf<typeof everything>

const AnyJson = anyJson({
  keys: ["kind", "list", "text", "texts", "flag", "size", "always", "even", "any", "count", "_note"],
  texts: ["text", "count", "all", "some", "toolong", "UP"],
})

const byShape = (json: unknown) => {
  const { diagnostics, report } = makeReport()
  return { value: read(everything, json, report), diagnostics }
}

const decode = Schema.decodeUnknownResult(schemaOf(everything), { errors: "all", onExcessProperty: "error" })

const bySchema = (
  json: unknown,
): { value: Everything | undefined; diagnostics: ReadonlyArray<Diagnostic> } => {
  const { diagnostics, report } = makeReport()
  const decoded = decode(json)
  if (Result.isSuccess(decoded)) return { value: decoded.success, diagnostics }
  reportIssue(report, json, decoded.failure.issue)
  return { value: undefined, diagnostics }
}

/** A number that is kept as text is an object to a schema, and a number to `read`. */
const holdsRaw = (json: unknown): boolean =>
  isRawNumber(json) || (typeof json === "object" && json !== null && Object.values(json).some(holdsRaw))

describe("schemaOf", () => {
  it.prop("accepts what read accepts, and gives the same", [schemaOf(everything)], ([json]) => {
    assert.deepStrictEqual(byShape(json), { value: json, diagnostics: [] })
    assert.deepStrictEqual(bySchema(json), { value: json, diagnostics: [] })
  })

  it("expects of a missing key what its shape expects, and not what its last check adds", () => {
    const document = { kind: { kind: "text" }, list: [0] }
    assert.deepStrictEqual(bySchema(document), byShape(document))
    assert.strictEqual(
      bySchema(document).diagnostics[0]?.expected,
      "a short word in small letters; the key is required",
    )
  })

  it.prop(
    "rejects what read rejects, with the same diagnostics",
    [AnyJson.value, AnyJson.object, schemaOf(everything)],
    ([json, object, right]) => {
      const documents = [
        json,
        object,
        { ...right, list: json },
        { ...right, kind: object },
        { ...right, kind: { kind: "text", text: json } },
        { ...right, kind: { ...object, kind: "count" } },
        { ...right, texts: object, size: json },
        { ...right, flag: json, list: [json, 1] },
        { ...right, always: json, even: json },
        { ...right, ...object },
      ]
      for (const document of documents) {
        if (!holdsRaw(document)) assert.deepStrictEqual(byShape(document), bySchema(document))
      }
    },
  )
})
