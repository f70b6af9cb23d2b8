import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import { troubleDelay } from "../src/setAside.ts"

describe("troubleDelay", () => {
  it("doubles from 30 s up to an hour, and stays there", () => {
    assert.deepStrictEqual(
      [0, 1, 2, 3, 6, 7, 8, 1000].map((troubles) => Duration.toSeconds(troubleDelay(troubles))),
      [30, 60, 120, 240, 1920, 3600, 3600, 3600],
    )
  })
})
