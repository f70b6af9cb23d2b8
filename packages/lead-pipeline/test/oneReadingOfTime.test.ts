/** One reading of dates and times: what the normaliser reads as a date in ISO 8601 is the same moment for the rules. */
import { assert, describe, it } from "@effect/vitest"
import { compileRulesOrThrow, evaluate } from "@lead-gateway/lead-rules"
import { compileProfileOrThrow, defaultProfile, normalize } from "@lead-gateway/normalizer"
import { propertyRuns } from "@lead-gateway/testkit/property-runs"
import { Arbitrary, Schema } from "effect"

const profile = compileProfileOrThrow({ ...defaultProfile, fields: { x: "date" } })

/** How the normaliser reads a text; `undefined` if it does not. */
const readingOf = (text: string): string | undefined => {
  const { payload, unread } = normalize(profile, { x: text })
  return unread.length === 0 && typeof payload["x"] === "string" ? payload["x"] : undefined
}

/** Whether the rules read a text as a moment from `from` to `to`. */
const isWithin = (text: string, from: string, to: string): boolean => {
  const rules = compileRulesOrThrow({
    version: "1",
    rules: [{ field: "x", operator: "date", from, to, reason: "UNMET" }],
  })
  return evaluate(rules, { x: text }, { nowMs: 0 })._tag === "Accepted"
}

const isMoment = (text: string): boolean => isWithin(text, "0001-01-01", "9999-12-31T23:59:59Z")

/** The moment of a reading in UTC, by the platform, which knows no leap second: that is the last millisecond of its day. */
const momentOf = (reading: string): string => {
  const known = reading.replace(/:60(?:\.\d+)?/, ":59.999")
  return new Date(/(?:Z|[+-]\d\d:\d\d)$/.test(known) ? known : `${known}Z`).toISOString()
}

/** ISO 8601 as both read it: two digits each, `T` or a space, and the ends of every range. */
const DateTime = Arbitrary.map(
  Arbitrary.all({
    day: Arbitrary.schema(
      Schema.Literals([
        "2026-06-30",
        "2025-12-31",
        "2026-01-01",
        "1971-12-31",
        "1972-06-30",
        "2026-02-29",
        "2028-02-29",
      ]),
    ),
    separator: Arbitrary.schema(Schema.Literals(["T", "t", " "])),
    clock: Arbitrary.schema(
      Schema.Literals([
        "00:00",
        "23:59",
        "23:59:59",
        "23:59:60",
        "23:59:61",
        "23:60",
        "24:00",
        "24:00:00",
        "18:59:60",
        "00:59:60",
        "23:29:60",
        "10:00:00.5",
        "23:59:60.123456789",
        "10:00:00.1234567890",
        "10:00:00.",
        "10",
      ]),
    ),
    offset: Arbitrary.schema(
      Schema.Literals([
        "",
        "Z",
        "z",
        "-05",
        "+01",
        "-0500",
        "-05:00",
        "+01:00",
        "+00:30",
        "-00:00",
        "+23:59",
        "-23",
        "+24:00",
        "-24",
        "+01:60",
        "+0160",
        "+1",
        "-5:00",
        "+01:0",
      ]),
    ),
  }),
  ({ clock, day, offset, separator }) => `${day}${separator}${clock}${offset}`,
)

describe("the rules and the normaliser", () => {
  it.prop(
    "read the same date-times of ISO 8601, as the same moments",
    [DateTime],
    ([text]) => {
      const reading = readingOf(text)
      assert.strictEqual(isMoment(text), reading !== undefined, text)
      if (reading === undefined) return
      const moment = momentOf(reading)
      assert.isTrue(isWithin(text, moment, moment), `${text} is ${moment}`)
      assert.isTrue(isWithin(reading, moment, moment), `${reading} is ${moment}`)
    },
    propertyRuns(1000),
  )

  it.each<[text: string, reading: string | undefined]>([
    ["2026-01-21T10:35-05", "2026-01-21T10:35-05:00"],
    ["2026-01-21T10:35:00+01", "2026-01-21T10:35:00+01:00"],
    ["2026-01-21T10:35:00-0530", "2026-01-21T10:35:00-05:30"],
    ["2026-01-21 10:35:00-05", "2026-01-21T10:35:00-05:00"],
    ["2026-06-30T18:59:60-05", "2026-06-30T18:59:60-05:00"],
    ["2026-06-30T23:59:60Z", "2026-06-30T23:59:60Z"],
    ["2026-06-29T23:59:60Z", undefined],
    ["2026-01-21T24:00", undefined],
    ["2026-01-21T10:35-24", undefined],
    ["2026-01-21 10:00-12:00", undefined],
    ["2026-01-21 10:00-12", undefined],
  ])("read %j as %j", (text, reading) => {
    assert.strictEqual(readingOf(text), reading)
    assert.strictEqual(isMoment(text), reading !== undefined)
  })
})
