import { assert, describe, it } from "vitest"
import { valueAt } from "../web/valueAt.ts"

describe("the value at a path of a rule", () => {
  const payload = {
    house: { is_owner: true },
    questions: [{ answer: "x" }],
    "Haus.Typ": 1,
    "": 2,
    none: null,
  }

  it.each([
    ["house.is_owner", true],
    ["questions.0.answer", "x"],
    [String.raw`Haus\.Typ`, 1],
    [String.raw`\e`, 2],
    ["none", null],
    [".", payload],
  ])("%s", (path, value) => {
    assert.deepStrictEqual(valueAt(payload, path), value)
  })

  it.each(["absent", "house.is_owner.more", "none.more", "__proto__", "questions.length.x", "constructor"])(
    "%s is none",
    (path) => {
      assert.isUndefined(valueAt(payload, path))
    },
  )
})
