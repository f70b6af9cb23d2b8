import { assert, describe, it } from "vitest"
import { jsonLines } from "../web/jsonLines.ts"
import { hasMaskedNames, maskedLines } from "../web/masked.ts"

const printed = (value: Parameters<typeof jsonLines>[0]) =>
  maskedLines(jsonLines(value)).map(({ name, text }) => name + text)

describe("a masked payload", () => {
  it("shows no 0, false or * that could be read as a value", () =>
    assert.deepStrictEqual(
      printed({ email: "*", house: { is_owner: false }, tags: [0, "*"], "*1": "*", "*2": { "*1": 0 } }),
      [
        "{",
        '"email": •••',
        '"house": {',
        '"is_owner": •••',
        "}",
        '"tags": [',
        "•••",
        "•••",
        "]",
        "•••1: •••",
        "•••2: {",
        "•••1: •••",
        "}",
        "}",
      ],
    ))

  it("shows what is empty, and what is null", () =>
    assert.deepStrictEqual(printed({ a: null, b: [], c: {} }), ["{", '"a": null', '"b": []', '"c": {}', "}"]))

  it("says whether names are masked too", () => {
    assert.isTrue(hasMaskedNames(maskedLines(jsonLines({ "*1": 0 }))))
    assert.isFalse(hasMaskedNames(maskedLines(jsonLines({ email: "*" }))))
  })
})
