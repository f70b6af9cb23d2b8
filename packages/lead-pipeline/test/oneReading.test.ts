import { assert, describe, it } from "@effect/vitest"
import { compileMappingOrThrow, compileTemplateOrThrow, map } from "@lead-gateway/attribute-mapper"
import { numberOf } from "@lead-gateway/lead-field"
import { isRawNumber, type JsonObject } from "@lead-gateway/lossless-json"
import { compileProfileOrThrow, defaultProfile, normalize } from "@lead-gateway/normalizer"
import { Arbitrary, Schema } from "effect"
import { compiled, decideOn, source, valid } from "./world.ts"

const profile = compileProfileOrThrow({ ...defaultProfile, fields: { x: "number" } })
const mapping = compileMappingOrThrow({ x: { attribute_type: "text", is_numeric: true, values: null } })
const template = compileTemplateOrThrow({})

/** Why the mapper does not take a text for a number; `undefined` if it does. */
const problemOf = (text: string): string | undefined =>
  map({ mapping, template, payload: { x: text } }).omitted[0]?.reason

const digit = Schema.Literals([
  "0",
  "1",
  "5",
  "12",
  "000",
  "234",
  ".",
  ",",
  "e",
  "E",
  "+",
  "-",
  " ",
  "'",
  "\u00a0",
])

describe("the mapper, the normaliser and the rules", () => {
  it.prop(
    "read texts as the same numbers, and find the same ones in doubt",
    [Arbitrary.schema(Schema.Array(digit))],
    ([pieces]) => {
      const text = pieces.join("")
      const { payload, unread } = normalize(profile, { x: text })
      const problem = problemOf(text)
      if (problem === undefined) {
        const number = payload["x"]
        assert.isEmpty(unread, text)
        assert.isTrue(typeof number === "number" || isRawNumber(number), text)
        assert.strictEqual(
          Number(isRawNumber(number) ? number.rawJSON : number),
          Number(text.trim()) + 0,
          text,
        )
      }
      // Beyond that a rule compares with infinity or zero, and there is nothing to send.
      if (Math.abs(Number(/e([+-]?\d+)\s*$/i.exec(text)?.[1] ?? 0)) <= 300)
        assert.strictEqual(Number.isFinite(numberOf(text)), problem === undefined, `rules: ${text}`)
      if (problem === "ambiguous_number")
        assert.deepStrictEqual(unread, [{ path: "x", kind: "number" }], text)
    },
    { arbitrary: { runs: 2000 } },
  )

  it.each([
    ["5", 5],
    [".5", 0.5],
    ["-.5", -0.5],
    ["+7", 7],
    ["007", 7],
    ["5e3", 5000],
    ["5.5E-1", 0.55],
    ["5.", undefined],
    ["5.e3", undefined],
    [".5e3", undefined],
    [".", undefined],
    ["5.000", undefined],
  ])("read %j as %j", (text, number) => {
    assert.deepStrictEqual(numberOf(text), number ?? Number.NaN)
    assert.strictEqual(problemOf(text) === undefined, number !== undefined)
    const { payload, unread } = normalize(profile, { x: text })
    assert.strictEqual(payload["x"], number ?? text)
    assert.lengthOf(unread, number === undefined ? 1 : 0)
  })

  it("find 5.000 in doubt, unless the profile says how it is meant", () => {
    for (const text of ["5.000", "5,000", "-1.234", " 12.345 "])
      assert.strictEqual(problemOf(text), "ambiguous_number")
    for (const [notation, number] of [
      ["de", 5000],
      ["en", 5],
    ] as const) {
      const declared = compileProfileOrThrow({
        ...defaultProfile,
        fields: { x: { kind: "number", notation } },
      })
      const { payload } = normalize(declared, { x: "5.000" })
      assert.deepStrictEqual<unknown>(payload, { x: number })
      assert.isEmpty(map({ mapping, template, payload }).omitted)
    }
  })
})

describe("a decision on a value that could not be read", () => {
  const fields = { ...defaultProfile.fields, solar_area: "number" }
  const flowWith = (unread: string) =>
    compiled({
      ...source,
      profile: { ...defaultProfile, fields },
      template: { phone: { $field: "phone", required: true }, area: { $field: "solar_area", unread } },
    })
  const lead: JsonObject = { ...valid, solar_area: "about 50" }

  it("does what the template says: send, omit or park", () => {
    const sent = decideOn(lead, flowWith("send"))
    assert.strictEqual(sent._tag === "Ready" && sent.customerPayload["area"], "about 50")
    const omitted = decideOn(lead, flowWith("omit"))
    assert(omitted._tag === "Ready")
    assert.isFalse("area" in omitted.customerPayload)
    assert.deepStrictEqual(omitted.omittedNodes, [{ path: "area", reason: "unread" }])
    const parked = decideOn(lead, flowWith("park"))
    assert(parked._tag === "Parked")
    assert.deepStrictEqual([parked.reason, parked.missing], ["MISSING_REQUIRED_FIELD", ["solar_area"]])
    assert.deepStrictEqual(parked.unread, [{ path: "solar_area", kind: "number" }])
  })

  it("is as ever if all could be read", () => {
    assert.strictEqual(decideOn({ ...lead, solar_area: "50" }, flowWith("park"))._tag, "Ready")
  })
})

describe("a payload with more unread values than an explanation shows", () => {
  it("is mapped by what the template says of each of them", () => {
    const many = Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`n${index}`, "about 5"]))
    const flow = compiled({
      ...source,
      rules: { version: "1", rules: [] },
      profile: {
        ...defaultProfile,
        fields: Object.fromEntries(Object.keys(many).map((name) => [name, "number"])),
      },
      template: Object.fromEntries(Object.keys(many).map((name) => [name, { $field: name, unread: "omit" }])),
    })
    const decision = decideOn(many, flow)
    assert(decision._tag === "Ready")
    assert.deepStrictEqual(decision.customerPayload, {})
    assert.lengthOf(decision.unread, 250)
  })
})
