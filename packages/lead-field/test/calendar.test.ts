import { daysIn } from "@lead-gateway/lead-field"
import { assert, it } from "@effect/vitest"

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
