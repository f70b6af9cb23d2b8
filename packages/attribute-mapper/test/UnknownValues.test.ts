import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Result, Schema } from "effect"
import { compileMapping, makeUnknownTally, unknownValues } from "@lead-gateway/attribute-mapper"
import { AnyJson, configFile } from "./json.ts"

const dropdown = { attribute_type: "dropdown", is_numeric: false, values: ["Ja", "Nein"] }
const mapping = Result.getOrThrow(
  compileMapping({
    owner: { ...dropdown, synonyms: { yes: "Ja" }, format: { as: "date", pattern: "YYYY" } },
    roofs: { ...dropdown, values: ["flat"], multiple: true, field: "house.roofs" },
    open: { ...dropdown, values: null },
    area: { attribute_type: "range", is_numeric: true, values: null },
  }),
)

describe("unknownValues", () => {
  it("are the answers that a dropdown does not know, as they would be spelled in its synonyms", () => {
    const payload = {
      owner: true,
      house: { roofs: ["flat", "round", 3, null, {}, " "] },
      open: 5,
      area: "big",
    }
    assert.deepStrictEqual(unknownValues(mapping, payload), [
      { attribute: "owner", value: "true" },
      { attribute: "roofs", value: "round" },
      { attribute: "roofs", value: "3" },
    ])
  })

  it("are none where there is no answer, or one that is known, formattable or not", () => {
    for (const owner of [null, "", "Ja", "yes"]) assert.isEmpty(unknownValues(mapping, { owner }))
    assert.isEmpty(unknownValues(mapping, { house: { roofs: Array.from({ length: 101 }, () => "x") } }))
  })

  const shipped = Result.getOrThrow(compileMapping(configFile("customer_attribute_mapping.json")))

  it.prop("are reported for any payload", [AnyJson.object, AnyJson.value], ([payload, value]) => {
    const all = { ...payload, solar_owner: value }
    for (const { attribute } of unknownValues(shipped, all)) assert.include(shipped.names, attribute)
  })
})

describe("a tally of unknown values", () => {
  it("counts them over many leads, the most frequent first", () => {
    const tally = makeUnknownTally(mapping)
    for (const owner of ["maybe", "Ja", "no", "maybe", "ja"]) tally.add({ owner })
    tally.add({ house: { roofs: ["round"] } })
    assert.deepStrictEqual(tally.report(), [
      {
        attribute: "owner",
        total: 4,
        values: [
          { value: "maybe", count: 2 },
          { value: "ja", count: 1 },
          { value: "no", count: 1 },
        ],
        others: 0,
      },
      { attribute: "roofs", total: 1, values: [{ value: "round", count: 1 }], others: 0 },
    ])
  })

  it("cuts long answers, and no character in two", () => {
    const tally = makeUnknownTally(mapping, { maxLength: 3 })
    for (const owner of ["abc", "abcd", "abce", "ab😀😀"]) tally.add({ owner })
    assert.deepStrictEqual(tally.report()[0]?.values, [
      { value: "abc…", count: 2 },
      { value: "abc", count: 1 },
      { value: "ab😀…", count: 1 },
    ])
  })

  it("keeps what comes often, however many random answers somebody sends", () => {
    const tally = makeUnknownTally(mapping, { maxValues: 10 })
    for (let index = 0; index < 5000; index++) {
      tally.add({ owner: `random ${index}` })
      if (index % 4 === 0) tally.add({ owner: "Eigentum" })
    }
    const [report] = tally.report()
    assert(report !== undefined)
    assert.strictEqual(report.values[0]?.value, "Eigentum")
    assert.lengthOf(report.values, 10)
    assert.strictEqual(report.total, 6250)
  })

  const Answers = Arbitrary.schema(Schema.Array(Schema.Literals(["a", "b", "c", "d", "e", "f"])))

  it.prop("never counts an answer too often, and loses none from the total", [Answers], ([answers]) => {
    const tally = makeUnknownTally(mapping, { maxValues: 3 })
    for (const owner of answers) tally.add({ owner })
    const [report] = tally.report()
    let sum = report?.others ?? 0
    for (const { value, count } of report?.values ?? []) {
      assert.isAtMost(count, answers.filter((answer) => answer === value).length)
      sum += count
    }
    assert.strictEqual(report?.total ?? 0, answers.length)
    assert.strictEqual(sum, answers.length)
  })
})

describe("a report of unknown answers", () => {
  it("is sorted by number, then by name", () => {
    const four = Result.getOrThrow(compileMapping({ b: dropdown, c: dropdown, a: dropdown, d: dropdown }))
    const tally = makeUnknownTally(four)
    tally.add({ c: "x", b: "x", a: "x", d: "Ja" })
    tally.add({ c: "y" })
    tally.add({ c: "y" })
    assert.deepStrictEqual(tally.report(), [
      {
        attribute: "c",
        total: 3,
        values: [
          { value: "y", count: 2 },
          { value: "x", count: 1 },
        ],
        others: 0,
      },
      { attribute: "a", total: 1, values: [{ value: "x", count: 1 }], others: 0 },
      { attribute: "b", total: 1, values: [{ value: "x", count: 1 }], others: 0 },
    ])
  })

  it("replaces the rarest answer by a new one", () => {
    const tally = makeUnknownTally(Result.getOrThrow(compileMapping({ a: dropdown })), { maxValues: 2 })
    for (const answer of ["often", "often", "often", "twice", "twice", "new"]) tally.add({ a: answer })
    assert.deepStrictEqual(tally.report(), [
      {
        attribute: "a",
        total: 6,
        values: [
          { value: "often", count: 3 },
          { value: "new", count: 1 },
        ],
        others: 2,
      },
    ])
  })
})
