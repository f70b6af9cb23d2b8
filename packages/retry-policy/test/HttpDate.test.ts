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

  it.each([
    "",
    "soon",
    "120",
    "2026-01-21T10:40:00Z",
    "Wed, 21 Jan 2026 10:40:00 CET",
    "Sun, 31 Feb 2026 10:40:00 GMT",
  ])("has nothing to say of %j", (text) => assert.isUndefined(httpDate(text, now)))
})
