import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { fieldOf } from "./support.ts"

const unset = fieldOf("date")
const german = fieldOf("date", { notation: "de" })
const american = fieldOf({ kind: "date", order: "month_first" }, { notation: "de" })
const born = fieldOf({ kind: "date", two_digit_years_from: 1930 }, { notation: "de" })

describe("a date", () => {
  it.each<[string, string]>([
    ["2026-02-01", "2026-02-01"],
    [" 2026/2/1 ", "2026-02-01"],
    ["2026.02.01", "2026-02-01"],
    ["1.2.2026", "2026-02-01"],
    ["01.02.2026", "2026-02-01"],
    ["1. 2. 2026", "2026-02-01"],
    ["31/12/2026", "2026-12-31"],
    ["12/31/2026", "2026-12-31"],
    ["2-2-2026", "2026-02-02"],
    ["1. Februar 2026", "2026-02-01"],
    ["1. Feb. 2026", "2026-02-01"],
    ["1 März 2026", "2026-03-01"],
    ["1. Jänner 2026", "2026-01-01"],
    ["01-Feb-2026", "2026-02-01"],
    ["1st of February 2026", "2026-02-01"],
    ["2nd May 2026", "2026-05-02"],
    ["FEBRUARY 1, 2026", "2026-02-01"],
    ["Oct. 3rd 2026", "2026-10-03"],
    ["Sonntag, 1. Februar 2026", "2026-02-01"],
    ["So. 1.2.2026 14:30 Uhr", "2026-02-01T14:30"],
    ["Sun, 01 Feb 2026 14:30:05 +0100", "2026-02-01T14:30:05+01:00"],
    ["Monday February 2nd, 2026", "2026-02-02"],
    ["29.2.2024", "2024-02-29"],
    ["29.2.2000", "2000-02-29"],
    ["2026-02-01T14:30:05.123Z", "2026-02-01T14:30:05.123Z"],
    ["2026-02-01t14:30z", "2026-02-01T14:30Z"],
    ["2026-02-01 14:30:05+0100", "2026-02-01T14:30:05+01:00"],
    ["2026-02-01T00:00:00-05", "2026-02-01T00:00:00-05:00"],
    ["1.2.2026, 9:05 Uhr", "2026-02-01T09:05"],
    ["1.2.2026 um 14:30", "2026-02-01T14:30"],
    ["Feb 1, 2026 at 2:30 PM", "2026-02-01T14:30"],
    ["Feb 1, 2026 12:05 am", "2026-02-01T00:05"],
  ])("is read from %j whatever the order", (text, date) => {
    if (!/^\d+\/\d+\/\d{4}$/.test(text)) assert.deepStrictEqual(german(text), [date, true])
    assert.deepStrictEqual(unset(text), [date, true])
  })

  it("that could be two is read in the order of the field or the profile, or not at all", () => {
    assert.deepStrictEqual(unset("02/01/2026"), ["02/01/2026", false])
    assert.deepStrictEqual(fieldOf("date", { notation: "en" })("02/01/2026"), ["02/01/2026", false])
    assert.deepStrictEqual(german("02/01/2026"), ["2026-01-02", true])
    assert.deepStrictEqual(american("02/01/2026"), ["2026-02-01", true])
    assert.deepStrictEqual(american("2-1-2026 8:00"), ["2026-02-01T08:00", true])
    assert.deepStrictEqual(german("12/31/2026"), ["12/31/2026", false])
    assert.deepStrictEqual(american("02.01.2026"), ["2026-01-02", true])
  })

  it("has a zone behind its time, which a second time is not", () => {
    for (const text of ["1.2.2026 10:00-12:00", "1.2.2026 9:00 -11", "2026-02-01 10:00-12:00"]) {
      assert.deepStrictEqual(german(text), [text, false])
    }
    assert.deepStrictEqual(german("2026-02-01T10:00-05:00"), ["2026-02-01T10:00-05:00", true])
    assert.deepStrictEqual(german("2026-02-01 10:00:00-05"), ["2026-02-01T10:00:00-05:00", true])
    assert.deepStrictEqual(german("1.2.2026 10:00 +0100"), ["2026-02-01T10:00+01:00", true])
  })

  it.each<[written: string, value: string, isRead: boolean, source: string]>([
    ["1990-12-31T23:59:60Z", "1990-12-31T23:59:60Z", true, "RFC 3339, section 5.8"],
    ["1990-12-31T15:59:60-08:00", "1990-12-31T15:59:60-08:00", true, "RFC 3339, section 5.8"],
    ["2017-01-01 00:59:60.5+0100", "2017-01-01T00:59:60.5+01:00", true, "RFC 3339, section 5.7"],
    ["30.6.2015 23:59:60", "2015-06-30T23:59:60", true, "IERS Bulletin C 49; without an offset in UTC"],
    ["2023-12-11T11:31:60.000Z", "2023-12-11T11:31:60.000Z", false, "time-rs/time#674"],
    ["2012-02-01T23:22:60.956Z", "2012-02-01T23:22:60.956Z", false, "NASA-PDS/pds4-information-model#623"],
    [
      "2016-12-31T23:59:60+01:00",
      "2016-12-31T23:59:60+01:00",
      false,
      "RFC 3339, section 5.7: 22:59:60 in UTC",
    ],
    ["2016-12-31T23:58:60Z", "2016-12-31T23:58:60Z", false, "RFC 3339, section 5.7"],
    ["1960-12-31T23:59:60Z", "1960-12-31T23:59:60Z", false, "the first leap second was in 1972"],
    ["2016-12-31T23:59:61Z", "2016-12-31T23:59:61Z", false, "RFC 3339, section 5.6"],
    ["2018-04-02T24:00:00Z", "2018-04-02T24:00:00Z", false, "RFC 3339, section 5.6: hours up to 23"],
    ["2026-02-01T12:00+23:59", "2026-02-01T12:00+23:59", true, "RFC 3339, section 5.6"],
  ])("at %j becomes %s, read: %s (%s)", (text, value, isRead) => {
    assert.deepStrictEqual(german(text), [value, isRead])
  })

  it("between hyphens may begin with a year of two digits, so it is not read", () => {
    for (const text of ["26-02-01", "1-2-26"]) assert.deepStrictEqual(born(text), [text, false])
    assert.deepStrictEqual(born("1/2/26"), ["2026-02-01", true])
  })

  it("with two digits of a year is read where the field says in which hundred years", () => {
    assert.deepStrictEqual(german("1.2.26"), ["1.2.26", false])
    assert.deepStrictEqual(born("1.2.26"), ["2026-02-01", true])
    assert.deepStrictEqual(born("1.2.29"), ["2029-02-01", true])
    assert.deepStrictEqual(born("1.2.30"), ["1930-02-01", true])
    assert.deepStrictEqual(born("1. Mai 99"), ["1999-05-01", true])
  })

  it.each([
    "morgen",
    "2026",
    "20260201",
    "2026-02",
    "Montag, 1. Februar 2026",
    "Sonntag",
    "30.2.2026",
    "29.2.2100",
    "31.4.2026",
    "0.1.2026",
    "1.13.2026",
    "1.1.0000",
    "1/2-2026",
    "1. Foo 2026",
    "1. Februar",
    "2026-02-01T24:00",
    "2026-02-01T12:60",
    "2026-02-01T12:00:60",
    "2026-02-01T12:00+24:00",
    "2026-02-01 13:00 pm",
    "14:30",
    "1.2.2026 14",
    `1.2.2026${" 1".repeat(40)}`,
  ])("is not read from %j, which stays", (text) => {
    assert.deepStrictEqual(german(text), [text, false])
  })

  it("is no number, and nothing stays nothing", () => {
    assert.deepStrictEqual(german(20_260_201), [20_260_201, false])
    assert.deepStrictEqual(german(null), [null, true])
    assert.deepStrictEqual(german(""), ["", true])
  })

  it.prop(
    "of any day is what the calendar says, in every notation",
    [Schema.Int.check(Schema.isBetween({ minimum: -354_285, maximum: 2_932_896 }))],
    ([days]) => {
      const iso = new Date(days * 86_400_000).toISOString().slice(0, 10)
      const [year = "", month = "", day = ""] = iso.split("-")
      assert.deepStrictEqual(german(iso), [iso, true])
      assert.deepStrictEqual(german(`${Number(day)}.${Number(month)}.${year}`), [iso, true])
      assert.deepStrictEqual(american(`${month}/${day}/${year}`), [iso, true])
    },
  )
})
