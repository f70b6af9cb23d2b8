import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { nowMs, ruleSetOf } from "./support.ts"
import { evaluate } from "@lead-gateway/lead-rules"

const codeOf = (number: number) => String(number).padStart(3, "0")

const zipRule = (ranges: ReadonlyArray<string>) =>
  ruleSetOf({ field: "zip", operator: "zip", ranges, reason: "TOO_FAR" })

/** Short ones, and so many that few of them overlap: what is left is searched. */
const Ranges = Schema.Array(
  Schema.Tuple([
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 990 })),
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 })),
  ]),
).check(Schema.isBetweenLength(10, 40))

describe("many ranges of codes", () => {
  it.prop(
    "take exactly the codes that one of them takes, in whatever order they stand and however they overlap",
    [Ranges],
    ([pairs]) => {
      const ranges = pairs.map(([low, more]) => [low, low + more] as const)
      const rules = zipRule(ranges.map(([low, high]) => `${codeOf(low)}-${codeOf(high)}`))
      for (let number = 0; number < 1000; number++) {
        const isIn = ranges.some(([low, high]) => number >= low && number <= high)
        const verdict = evaluate(rules, { zip: codeOf(number) }, { nowMs })
        assert.strictEqual(verdict._tag === "Accepted", isIn, codeOf(number))
      }
    },
  )

  it("take no code of another length and nothing but digits", () => {
    const rules = zipRule(["100-200", "300-400", "500-600", "0000-9999"])
    for (const [zip, isIn] of [
      ["150", true],
      ["250", false],
      ["600", true],
      ["0150", true],
      ["15", false],
      ["00150", false],
      ["15a", false],
      ["1:0", false],
      ["1/0", false],
      ["+15", false],
      ["15 ", false],
    ] as const) {
      assert.strictEqual(evaluate(rules, { zip }, { nowMs })._tag === "Accepted", isIn, zip)
    }
  })
})
