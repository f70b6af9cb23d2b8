import { assert, describe, it } from "@effect/vitest"
import { printValue, shorten } from "@lead-gateway/document-check"
import { stringify } from "@lead-gateway/lossless-json"
import { anyJson } from "@lead-gateway/testkit/any-json"
import { Schema } from "effect"

const lengthOf = (text: string) => Array.from(text).length

describe("printValue", () => {
  it("prints JSON as JSON", () => {
    const json = { a: ["x", 1.5, true, null, {}, []], "b c": { d: '"' } }
    assert.strictEqual(printValue(json), JSON.stringify(json))
  })

  it("calls what is not there nothing", () => {
    assert.strictEqual(printValue(undefined), "nothing")
  })

  it("keeps every digit of a long number, nested ones too", () => {
    const long = JSON.rawJSON("12345678901234567890")
    assert.strictEqual(printValue(long), "12345678901234567890")
    assert.strictEqual(printValue({ a: [long] }), '{"a":[12345678901234567890]}')
  })

  it("shows __proto__ as the key that it is", () => {
    assert.strictEqual(printValue(JSON.parse('{"__proto__":{"a":1}}')), '{"__proto__":{"a":1}}')
  })

  it("cuts what is long, a number too, but no character in two", () => {
    assert.strictEqual(printValue("😀".repeat(10_000)), `"${"😀".repeat(119)}…`)
    assert.strictEqual(printValue(JSON.rawJSON("1".repeat(10_000))), `${"1".repeat(120)}…`)
  })

  it("escapes what could pass for a line or turn one around", () => {
    const text = "a\nb\u0085c\u2028d\u202ee\ud800\u0000f"
    assert.strictEqual(printValue(text), '"a\\nb\\u0085c\\u2028d\\u202ee\\ud800\\u0000f"')
  })

  it("is not stopped by depth, width or a cycle", () => {
    const cycle: Array<unknown> = []
    cycle.push(cycle)
    const deep: unknown = JSON.parse("[".repeat(100_000) + "]".repeat(100_000))
    for (const value of [cycle, deep]) assert.strictEqual(printValue(value), `${"[".repeat(120)}…`)
    const wide = Array.from({ length: 1_000_000 }, () => 7)
    assert.strictEqual(printValue(wide), `[${"7,".repeat(59)}7…`)
  })

  it("prints what is no JSON in some way", () => {
    for (const value of [() => 1, Symbol("a"), 1n, new Map([[1, 2]]), new Date(Number.NaN)]) {
      assert.isNotEmpty(printValue(value))
    }
    assert.strictEqual(printValue([undefined, Number.NaN, -0]), "[undefined,NaN,0]")
  })

  it.prop("prints any JSON as its beginning", [anyJson().value], ([json]) => {
    const printed = printValue(json)
    assert.isAtMost(lengthOf(printed), 121)
    // Apart from characters that JSON leaves as they are and a reader would not see.
    const whole = stringify(json)
    if (/^[ -~]*$/.test(whole)) assert.strictEqual(printed, shorten(whole))
  })
})

describe("shorten", () => {
  it.prop("keeps 120 characters and marks the cut", [Schema.String, Schema.String], ([start, filling]) => {
    const text = start + `${filling}x`.repeat(60)
    const short = shorten(text)
    if (lengthOf(text) <= 120) assert.strictEqual(short, text)
    else {
      assert.strictEqual(lengthOf(short), 121)
      assert.isTrue(text.startsWith(short.slice(0, -1)))
      assert.isTrue(short.endsWith("…"))
    }
  })
})
