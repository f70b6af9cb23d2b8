import { assert, describe, it } from "vitest"
import { jsonLines } from "../web/jsonLines.ts"

const printed = (value: Parameters<typeof jsonLines>[0]) =>
  jsonLines(value)
    .map(({ depth, name, text }) => " ".repeat(depth) + name + text)
    .join("\n")

describe("a JSON value as lines", () => {
  it("has a line for each value, indented", () => {
    assert.strictEqual(
      printed({ house: { is_owner: true }, tags: ["a", 1], none: {}, list: [] }),
      [
        "{",
        ' "house": {',
        '  "is_owner": true',
        " }",
        ' "tags": [',
        '  "a"',
        "  1",
        " ]",
        ' "none": {}',
        ' "list": []',
        "}",
      ].join("\n"),
    )
  })

  it("keeps every digit of a long number", () => {
    assert.strictEqual(
      printed({ id: JSON.rawJSON("12345678901234567890") }),
      '{\n "id": 12345678901234567890\n}',
    )
  })

  it("names the path of each value, by which it is found in another document", () => {
    const paths = jsonLines({ a: [{ b: 1 }], c: null }).flatMap(({ value }) =>
      value === undefined ? [] : [[value.path, value.json]],
    )
    assert.deepStrictEqual(paths, [
      [".a[0].b", "1"],
      [".c", "null"],
    ])
  })

  it("shows text as text, whatever it holds", () => {
    assert.strictEqual(printed("<script>alert(1)</script>"), '"<script>alert(1)</script>"')
  })
})
