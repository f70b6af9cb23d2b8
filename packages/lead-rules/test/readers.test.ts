/** What numbers and moments mean: examples of other people's software, each with its source. */
import { assert, describe, it } from "@effect/vitest"
import { compileRulesOrThrow, evaluate, type Rule } from "@lead-gateway/lead-rules"
import { parse } from "@lead-gateway/lossless-json"
import { Result } from "effect"
import { reasonOf } from "./support.ts"

/** Whether a value meets a condition, both as they are written: neither has lost a digit. */
const isMet = (condition: string, value: string): boolean => {
  const rule = Result.getOrThrow(parse(`{"field":"a","reason":"UNMET",${condition}}`)) as object as Rule
  const rules = compileRulesOrThrow({ version: "1", rules: [rule] })
  return (
    reasonOf(evaluate(rules, { a: Result.getOrThrow(parse(value)) }, { nowMs: Date.UTC(2026, 0, 1) })) ===
    "accepted"
  )
}

describe("a number of a rule set has all its digits", () => {
  it.each<[condition: string, met: ReadonlyArray<string>, unmet: ReadonlyArray<string>, source: string]>([
    [
      '"operator":"equals","value":18446744073709551615',
      ["18446744073709551615", "1844674407370955161.5e1"],
      ["18446744073709551616", "18446744073709552000", "18446744073709551614", '"18446744073709551615"'],
      "https://github.com/pocoproject/poco/pull/103",
    ],
    [
      '"operator":"equals","value":23064690611454417',
      ["23064690611454417"],
      ["23064690611454416"],
      "https://github.com/callumlocke/json-formatter/issues/164",
    ],
    [
      '"operator":"one_of","values":[365247355169013770,367559095164600330]',
      ["365247355169013770", "367559095164600330"],
      ["365247355169013760", "367559095164600300"],
      "https://github.com/andyyaldoo/vscode-json/issues/6",
    ],
    [
      '"operator":"none_of","values":[2733382000000000049,1,2,3,4,5,6,7,8,9]',
      ["2733382000000000000", "10"],
      ["2733382000000000049", "9"],
      "https://github.com/grafana/k6/issues/3450",
    ],
    [
      '"operator":"range","max":9223372036854775806',
      ["9223372036854775806", "-9223372036854775808", "1"],
      ["9223372036854775807", "9223372036854776000", "1e400"],
      "https://github.com/networknt/json-schema-validator/issues/132",
    ],
    [
      '"operator":"range","min":-9223372036854775807',
      ["-9223372036854775807", "0"],
      ["-9223372036854775808", "-1e400"],
      "https://github.com/networknt/json-schema-validator/issues/132",
    ],
    [
      '"operator":"range","max":9999999999999999',
      ["9999999999999999", "9999999999999998.5"],
      ["10000000000000000", "10000000000000001", "10000000000000002"],
      "https://github.com/everit-org/json-schema/issues/400",
    ],
    [
      '"operator":"range","max":18446744073709551615',
      ["18446744073709551600"],
      ["18446744073709551616"],
      "https://github.com/python-jsonschema/jsonschema/issues/166",
    ],
    [
      '"operator":"equals","value":99999999999999997',
      ["99999999999999997"],
      ["99999999999999999"],
      "https://github.com/pboettch/json-schema-validator/issues/27",
    ],
    [
      '"operator":"includes","value":136009802164731904',
      ["[136009802164731904]"],
      ["[136009802164731900]", "[]"],
      "https://github.com/protocolbuffers/protobuf/issues/2908",
    ],
    [
      '"operator":"range","max":18446744073709551615,"allow_text":true',
      ['"18446744073709551615"', '" 5 "', "18446744073709551615"],
      ['"18446744073709551616"', '"1e20"'],
      "https://github.com/ClickHouse/ClickHouse/issues/114",
    ],
  ])("%s", (condition, met, unmet) => {
    for (const value of met) assert.isTrue(isMet(condition, value), value)
    for (const value of unmet) assert.isFalse(isMet(condition, value), value)
  })

  it("which JSON.parse does not keep, so that it is refused rather than another number", () => {
    // RFC 8259, section 6: beyond 2^53 - 1 implementations do not agree.
    const document: unknown = JSON.parse(
      '{"version":"1","rules":[{"field":"a","operator":"range","max":18446744073709551615,"reason":"A"}]}',
    )
    assert.throws(
      () => compileRulesOrThrow(document),
      "rules.0.max: found 18446744073709552000, expected a number with all its digits: beyond 9007199254740991 JSON.parse rounds, lossless-json does not",
    )
  })

  it("within what lossless-json parses", () => {
    const rule = { field: "a", operator: "equals", value: JSON.rawJSON("9".repeat(10_001)), reason: "A" }
    assert.throws(() => compileRulesOrThrow({ version: "1", rules: [rule] }), "more than 10000 digits")
  })
})

describe("a text that spells a number", () => {
  const asNumber = '"operator":"range","min":-1000000,"allow_text":true'

  it.each<[text: string, isNumber: boolean, source: string]>([
    // A group of three after a point is a thousand in German, a thousandth in English.
    ["5.000", false, "https://github.com/odoo/odoo/issues/255107"],
    ["1.234", false, "https://github.com/dm4t2/vue-currency-input/issues/102"],
    ["2.804", false, "https://github.com/sbcgua/text2tab/issues/12"],
    ["-12.345", false, "the same with a sign"],
    [" 5.000 ", false, "the same with white space"],
    ["5.0000", true, "no group has four digits"],
    ["0.500", true, "no group begins with a zero"],
    ["1234.567", true, "the digits before are no group"],
    ["5.00", true, "no group has two digits"],
    ["5.000e0", true, "groups have no exponent"],
    ["1,234", false, "https://github.com/cgeo/cgeo/issues/1107"],
    [".5", true, "https://github.com/oat-sa/tao-core/issues/1830"],
    ["٥٠٠٠", false, "https://github.com/khaled-alshamaa/ar-php/issues/31"],
    ["0x10", false, "a literal of a programming language"],
    ["Infinity", false, "a literal of a programming language"],
  ])("%j is a number: %s", (text, isNumber) => {
    assert.strictEqual(isMet(asNumber, JSON.stringify(text)), isNumber)
  })
})

describe("a moment", () => {
  const inDay = (day: string) => `"operator":"date","from":"${day}","to":"${day}"`
  const suite = "JSON-Schema-Test-Suite, optional/format/date-time.json"

  it.each<[text: string, day: string | undefined, source: string]>([
    ["1990-12-31T23:59:60Z", "1990-12-31", "RFC 3339, section 5.8"],
    ["1990-12-31T15:59:60-08:00", "1990-12-31", "RFC 3339, section 5.8"],
    ["1998-12-31T23:59:60Z", "1998-12-31", suite],
    ["1998-12-31T15:59:60.123-08:00", "1998-12-31", suite],
    ["1972-06-30T23:59:60Z", "1972-06-30", "RFC 3339, appendix D: the first leap second"],
    ["1999-01-01T00:59:60+01:00", "1998-12-31", "RFC 3339, section 5.7: simultaneous in all zones"],
    ["1999-01-01T05:44:60+05:45", "1998-12-31", "RFC 3339, section 5.7: simultaneous in all zones"],
    ["1998-12-31T23:58:60Z", undefined, suite],
    ["1998-12-31T22:59:60Z", undefined, suite],
    ["1998-12-31T23:59:61Z", undefined, suite],
    ["2016-12-31T24:59:60+01:00", undefined, suite],
    ["2016-12-31T23:59:60+01:00", undefined, "RFC 3339, section 5.7: not 23:59 in UTC"],
    ["2023-12-11T11:31:60.000Z", undefined, "https://github.com/time-rs/time/issues/674"],
    ["2012-02-01T23:22:60.956Z", undefined, "https://github.com/NASA-PDS/pds4-information-model/issues/623"],
    ["2026-03-31T23:59:60Z", undefined, "RFC 3339, section 5.7: at the end of June or December"],
    ["1971-12-31T23:59:60Z", undefined, "RFC 3339, appendix D: the first leap second was in 1972"],
    ["2018-04-02T24:00:00Z", undefined, "RFC 3339, section 5.6: time-hour is 00-23"],
    ["2026-06-30T23:59Z", "2026-06-30", "ISO 8601: a time without seconds"],
  ])("%s is on %s", (text, day) => {
    const value = JSON.stringify(text)
    if (day !== undefined) assert.isTrue(isMet(inDay(day), value))
    assert.strictEqual(isMet('"operator":"date","from":"0001-01-01"', value), day !== undefined)
  })

  it("of a leap second is after every other of its day, and before the next day", () => {
    const from = (moment: string) => `"operator":"date","from":"${moment}"`
    assert.isTrue(isMet(from("2016-12-31T23:59:59.999Z"), '"2016-12-31T23:59:60Z"'))
    assert.isFalse(isMet(from("2017-01-01T00:00:00Z"), '"2016-12-31T23:59:60.9Z"'))
    assert.isTrue(isMet(from("2016-12-31T23:59:60Z"), '"2017-01-01"'))
  })
})
