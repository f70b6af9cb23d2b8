import { daysIn, isBlank, isMissing, kindOf, missingAs, numberOf } from "@lead-gateway/lead-field"
import { notJson } from "@lead-gateway/testkit/not-json"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

describe("missing values", () => {
  it.each<[unknown, ReturnType<typeof missingAs>]>([
    [undefined, "absent"],
    [null, "null"],
    ["", "blank"],
    [" \t\u0085\u2003\ufeff", "blank"],
    ["\u200b", undefined],
    [" x", undefined],
    [0, undefined],
    [false, undefined],
    [[], undefined],
    [{}, undefined],
  ])("%j is missing as %s", (value, as) => {
    assert.strictEqual(missingAs(value), as)
    assert.strictEqual(isMissing(value), as !== undefined)
  })

  it.prop("a text is blank when nothing but white space is in it", [Schema.String], ([text]) => {
    assert.strictEqual(isBlank(text), text.replaceAll("\u0085", " ").trim() === "")
  })
})

describe("kindOf", () => {
  it.each<[unknown, string]>([
    ["1", "text"],
    [1, "number"],
    [JSON.rawJSON("1e400"), "number"],
    [true, "boolean"],
    [[1], "list"],
    [{ rawJSON: "1" }, "object"],
  ])("%j is a %s", (value, kind) => {
    assert.strictEqual(kindOf(value), kind)
  })
})

describe("numberOf", () => {
  it.each<[string, number]>([
    ["5000", 5000],
    [" -2.5\n", -2.5],
    ["+.5", 0.5],
    [".5", 0.5],
    ["007.50E+1", 75],
    ["1e3", 1000],
    ["1e999", Number.POSITIVE_INFINITY],
  ])("reads %j", (text, number) => {
    assert.strictEqual(numberOf(text), number)
  })

  it.each([
    "",
    " ",
    ".",
    "5.",
    "5.e3",
    ".5e3",
    "-.5E-1",
    "0x10",
    "1_000",
    "2,5",
    "5.000",
    "-12.345",
    "Infinity",
    "NaN",
    "1e",
    "١",
  ])("reads no number in %j", (text) => {
    assert.isNaN(numberOf(text))
  })

  it("gives the nearest double of a long number", () => {
    assert.strictEqual(numberOf(JSON.rawJSON("12345678901234567890")), 12345678901234567000)
  })

  it.prop(
    "reads every finite number that it is given as text, unless it may be thousands",
    [Schema.Finite],
    ([number]) => {
      const text = String(number)
      assert.strictEqual(numberOf(text), /^-?[1-9]\d{0,2}\.\d{3}$/.test(text) ? Number.NaN : number)
    },
  )
})

it("daysIn knows every month that the platform's own calendar knows", () => {
  for (let year = 1600; year < 2400; year++) {
    for (let month = 1; month <= 12; month++) {
      assert.strictEqual(
        daysIn(year, month),
        new Date(Date.UTC(year, month, 0)).getUTCDate(),
        `${year}-${month}`,
      )
    }
  }
})

it.each(notJson)("there is an answer about %s", (_name, value) => {
  assert.isBoolean(isMissing(value))
  assert.strictEqual(missingAs(value) !== undefined, isMissing(value))
  assert.isFalse(isBlank(value as string))
  assert.include(["text", "number", "boolean", "list", "object"], kindOf(value))
  assert.isNumber(numberOf(value as string))
  if (typeof value !== "number") {
    assert.isNaN(daysIn(value as number, 2))
    assert.isNaN(daysIn(2028, value as number))
  }
})
