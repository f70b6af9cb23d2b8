import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { stringify } from "@lead-gateway/lossless-json"
import { fieldOf } from "./support.ts"

const unset = fieldOf("number")
const german = fieldOf("number", { notation: "de" })
const english = fieldOf({ kind: "number", notation: "en" }, { notation: "de" })

describe("a number", () => {
  it.each<[string, number]>([
    ["5000", 5000],
    [" 1.234,5 ", 1234.5],
    ["1,234.5", 1234.5],
    ["1.234.567", 1_234_567],
    ["1,234,567.89", 1_234_567.89],
    ["12,5", 12.5],
    ["12.5", 12.5],
    ["1234,567", 1234.567],
    ["0,500", 0.5],
    [".5", 0.5],
    [",25", 0.25],
    ["1 234 567,5", 1_234_567.5],
    ["1\u00a0234.5", 1234.5],
    ["12\u202f345", 12_345],
    ["1'234'567.5", 1_234_567.5],
    ["1’234,5", 1234.5],
    ["007", 7],
    ["+5", 5],
    ["-3,5", -3.5],
    ["\u22123", -3],
    ["-0", 0],
    ["1.5e3", 1500],
    ["2E-2", 0.02],
  ])("is read from %j whatever the notation", (text, number) => {
    for (const field of [unset, german, english]) assert.deepStrictEqual(field(text), [number, true])
  })

  it.each<[written: string, number: number, source: string]>([
    ["120,- €", 120, "German price tags; DIN 5008 has a dash for no cents"],
    ["1.234,-", 1234, "the same; the comma is the decimal sign, so the point is not"],
    ["25,– €", 25, "Duden: the dash may be long"],
    ["€ 120,--", 120, "two hyphens for a long dash"],
    ["120,- EUR", 120, "ISO 4217"],
    ["-5,-", -5, "a negative price"],
    ["Fr. 1'234.–", 1234, "Swiss price tags"],
    ["CHF 120.-", 120, "Swiss price tags"],
    ["1,234.-", 1234, "English groups"],
    ["5\u200b000,-", 5000, "an invisible character"],
  ])("with a dash for no cents is read from %j as %d whatever the notation (%s)", (text, number) => {
    for (const field of [unset, german, english]) assert.deepStrictEqual(field(text), [number, true])
  })

  it("that could be two is read in the notation of the field or the profile, or not at all", () => {
    assert.deepStrictEqual(unset("1.234"), ["1.234", false])
    assert.deepStrictEqual(unset("123,456"), ["123,456", false])
    assert.deepStrictEqual(german("1.234"), [1234, true])
    assert.deepStrictEqual(german("1,234"), [1.234, true])
    assert.deepStrictEqual(english("1.234"), [1.234, true])
    assert.deepStrictEqual(english("1,234"), [1234, true])
  })

  it.each([
    "viel",
    "12,50 €",
    "5000 kWh",
    "1.23.456",
    "1.23,45",
    "1,234.567,8",
    "1.2.3",
    "12 34",
    "030 123 456",
    "0.123,45",
    "00.123.456",
    "0 123",
    "1 234'567",
    "1..5",
    "5.",
    "5,- m",
    "5,5,-",
    "1.234.-",
    "--5",
    "- 5",
    "5-",
    "1e",
    "1e401",
    "1,5e3",
    "0x10",
    "Infinity",
    "NaN",
    "10-20",
    "١٢",
    "1'",
    "'123",
    ".",
    ",",
    "9".repeat(401),
  ])("is not read from %j, which stays", (text) => {
    assert.deepStrictEqual(german(text), [text, false])
  })

  it("keeps all its digits", () => {
    const [long] = german("12.345.678.901.234.567.890,5")
    assert.strictEqual(stringify(long ?? null), "12345678901234567890.5")
    assert.isTrue(JSON.isRawJSON(long))
    const raw = JSON.rawJSON("12345678901234567890")
    assert.deepStrictEqual(german(raw), [raw, true])
  })

  it("is left alone when it is one, or nothing", () => {
    for (const value of [5000, -0.5, null, ""]) assert.deepStrictEqual(german(value), [value, true])
    for (const value of [true, [], {}]) assert.deepStrictEqual(german(value), [value, false])
    // A list of one is its item.
    assert.deepStrictEqual(german(["1,5"]), [1.5, true])
    assert.deepStrictEqual(german(["1,5", "2"]), [["1,5", "2"], false])
  })

  it("may have a unit that its field names", () => {
    const field = fieldOf({
      kind: "number",
      units: ["h", "kWh", "€", "EUR", "m²", "m2", "ca.", "kWh / Jahr"],
    })
    for (const [text, number] of [
      ["5000 kWh", 5000],
      ["5000KWH", 5000],
      ["5.000,5 kWh / Jahr", 5000.5],
      ["12,50 €", 12.5],
      ["€12.50", 12.5],
      ["EUR 12,50", 12.5],
      ["120 M²", 120],
      ["8h", 8],
      ["120m2", 120],
      ["m2 120", 120],
      ["ca.120", 120],
    ] as const) {
      assert.deepStrictEqual(field(text), [number, true], text)
    }
    for (const text of ["5 km", "5 kWh kWh", "kWh", "€", "5 €/h", "m2120", "ca. 5 h"]) {
      assert.deepStrictEqual(field(text), [text, false], text)
    }
  })

  it.prop("of any size is read back in both notations", [Schema.Finite], ([any]) => {
    const number = any === 0 ? 0 : any
    const plain = stringify(number)
    if (plain.includes("e")) return
    const [, sign = "", integer = "", fraction] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(plain) ?? []
    const written = (group: string, decimal: string) =>
      sign +
      integer.replaceAll(/\B(?=(?:\d{3})+$)/g, group) +
      (fraction === undefined ? "" : decimal + fraction)
    // As text, since a whole number that a double may have rounded is kept digit by digit.
    const read = ([value, isRead]: ReturnType<typeof german>) => [stringify(value ?? null), isRead]
    assert.deepStrictEqual(read(german(written(".", ","))), [plain, true])
    assert.deepStrictEqual(read(english(written(",", "."))), [plain, true])
  })
})
