import { assert, describe, it } from "@effect/vitest"
import { httpDate } from "@lead-gateway/retry-policy"

const now = Date.UTC(2026, 0, 21, 10, 35, 0)

describe("httpDate", () => {
  it.each(["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])(
    "reads %s",
    (text) => assert.strictEqual(httpDate(text, now), 784_111_777_000),
  )

  it("takes two digits for the latest such year that is not more than 50 years ahead", () => {
    assert.strictEqual(httpDate("Tuesday, 21-Jan-76 00:00:00 GMT", now), Date.UTC(2076, 0, 21))
    assert.strictEqual(httpDate("Friday, 21-Jan-77 00:00:00 GMT", now), Date.UTC(1977, 0, 21))
  })

  it("knows 50 years to the second, and leap days of the century that it takes", () => {
    assert.strictEqual(httpDate("Tuesday, 21-Jan-76 10:35:00 GMT", now), Date.UTC(2076, 0, 21, 10, 35))
    assert.strictEqual(httpDate("Wednesday, 21-Jan-76 10:35:01 GMT", now), Date.UTC(1976, 0, 21, 10, 35, 1))
    const in2060 = Date.UTC(2060, 0, 1)
    assert.strictEqual(httpDate("Tuesday, 29-Feb-00 00:00:00 GMT", in2060), Date.UTC(2000, 1, 29))
  })

  it("takes the years 0 to 99 for what they are", () => {
    assert.strictEqual(
      new Date(httpDate("Sat, 06 Nov 0094 08:49:37 GMT", now) ?? NaN).toISOString(),
      "0094-11-06T08:49:37.000Z",
    )
  })

  it.each([
    "",
    "soon",
    "120",
    "2026-01-21T10:40:00Z",
    "Wed, 21 Jan 2026 10:40:00 CET",
    "Sun, 31 Feb 2026 10:40:00 GMT",
  ])("has nothing to say of %j", (text) => assert.isUndefined(httpDate(text, now)))
})
