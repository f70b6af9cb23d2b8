import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { isRawNumber, type Json, parse, stringify } from "../src/index.ts"

const filled = (number: string, bytes = 1 << 20): string =>
  `{"a":[${Array(Math.floor((bytes - 8) / (number.length + 1)))
    .fill(number)
    .join(",")}]}`

const failureOf = (text: string) => Result.getOrThrow(Result.flip(parse(text)))

describe("the notation of numbers", () => {
  it("stays the sender's where a double would print more", () => {
    for (const text of ["1e20", "1E3", "-7e9", "1e-6", "2e+15", "1.5e7"]) {
      assert.isTrue(isRawNumber(Result.getOrThrow(parse(text))), text)
      assert.strictEqual(stringify(Result.getOrThrow(parse(text))), text)
    }
  })

  it("never makes a printed payload longer than its text, whatever number fills a megabyte", () => {
    const numbers = [
      "1e0",
      "9E9",
      "1e20",
      "-1e20",
      "1e-6",
      "1e-7",
      "1.0e+2",
      "0.0000001",
      "123456789e12",
      "1e-18",
    ]
    for (const number of [...numbers, "100000000000000000000", "1.7976931348623157e+38"]) {
      const text = filled(number, 1 << 16)
      const parsed = parse(text, { maxExpansion: Infinity })
      assert.isAtMost(stringify(Result.getOrThrow(parsed)).length, text.length, number)
    }
  })
})

describe("numbers that expand when their digits are written out", () => {
  it("are refused where they come to more than the length of the text and 65,536", () => {
    for (const number of ["1e-400", "1e400", "-1e-399", "1E+390", "0e-400", "1e20", "1.5e-400"]) {
      const started = performance.now()
      const { message, reason } = failureOf(filled(number))
      assert.strictEqual(reason, "ExpansionTooLarge", number)
      assert.include(message, "would expand by more than")
      assert.isBelow(performance.now() - started, 2_000)
    }
  })

  it("are parsed below that, a few of any kind among them", () => {
    for (const number of ["1e-400", "1e400"]) {
      const text = `{"a":[${Array(150).fill(number).join(",")}]}`
      assert.strictEqual(stringify(Result.getOrThrow(parse(text))), text)
    }
    assert.isTrue(Result.isSuccess(parse(filled("1.234e-5"))))
  })

  it("count also where a later value of their key wins, since the stored text has them", () => {
    const many = `{${Array(1000).fill('"a":1e-400').join(",")},"a":1}`
    assert.strictEqual(failureOf(many).reason, "ExpansionTooLarge")
    assert.strictEqual(failureOf('{"a":1e999999,"a":1}').reason, "ExponentTooLarge")
    assert.strictEqual(failureOf(`{"a":1${"0".repeat(10_000)},"a":1}`).reason, "NumberTooLong")
  })

  it("are refused before the rest of the text is looked at", () => {
    const text = filled("1e-400", 1 << 24)
    const before = process.cpuUsage()
    assert.strictEqual(failureOf(`${text}]`).reason, "ExpansionTooLarge")
    const { system, user } = process.cpuUsage(before)
    assert.isBelow((system + user) / 1000, 500)
    assert.strictEqual(failureOf("[1e999").reason, "ExponentTooLarge")
    assert.strictEqual(failureOf("[1e400").reason, "Syntax")
  })
})

/** What `JSON.parse` itself makes of the text, with the numbers as their source; undefined if it is no JSON. */
const reference = (text: string): unknown => {
  try {
    return JSON.parse(text, (_, value: unknown, { source }) =>
      typeof value === "number" ? { number: source } : value,
    )
  } catch {
    return undefined
  }
}

/** Zero has no sign, as `JSON.stringify` prints it and Postgres stores it. */
const numberOf = (source: string) => ({ number: Number(source) + 0 })

const bySource = (value: Json): unknown => {
  if (typeof value === "number" || isRawNumber(value)) return numberOf(stringify(value))
  if (Array.isArray(value)) return value.map(bySource)
  if (typeof value !== "object" || value === null) return value
  return Object.entries(value).map(([key, item]) => [key, bySource(item)])
}

const byValue = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(byValue)
  if (typeof value !== "object" || value === null) return value
  const { number } = value as { number?: string }
  if (Object.keys(value).length === 1 && typeof number === "string") return numberOf(number)
  return Object.entries(value).map(([key, item]) => [key, byValue(item)])
}

const Piece = Schema.Literals([
  "1e5",
  "-1e5",
  "1e-400",
  "12345678901234567890",
  "1000000100000000",
  "-1000000100000001",
  "0.1e1",
  "1",
  "0",
  "-",
  "+",
  ".",
  "e",
  "E",
  "5",
  "01",
  "true",
  "null",
  "\\",
  '"',
  '"1e5"',
  '"\\"1e9"',
  '"\\\\"',
  "[",
  "]",
  "{",
  "}",
  ",",
  ":",
  '"a":',
  '"__proto__":',
  '"1":',
  " ",
  "[1e5,",
  "]]",
  '{"a":1e5}',
])
const Pieces = Schema.Array(Piece).check(Schema.isMaxLength(12))
const Value = Schema.Literals([
  "1e5",
  "-2E+3",
  "[]",
  '{"1":1e9,"a":[2e20],"1":-3e7}',
  '"1e5"',
  "1000000100000000",
  "[[1e5]]",
  "7",
])
const Values = Schema.Array(Value).check(Schema.isMaxLength(20))

describe("texts with long numbers", () => {
  it("have a negative zero as zero", () => {
    for (const text of ["-0", "[-0,12345678901234567890]"]) {
      assert.strictEqual(stringify(Result.getOrThrow(parse(text))), text.replace("-0", "0"))
      assert.deepStrictEqual(bySource(Result.getOrThrow(parse(text))), byValue(reference(text)))
    }
  })

  it.prop("are JSON if and only if JSON.parse says so", [Pieces], ([pieces]) => {
    const text = pieces.join("")
    const expected = reference(text)
    const parsed = parse(text, { maxExponent: Infinity, maxExpansion: Infinity })
    assert.strictEqual(Result.isSuccess(parsed), expected !== undefined, text)
    if (Result.isSuccess(parsed)) assert.deepStrictEqual(bySource(parsed.success), byValue(expected), text)
  })

  it.prop("have each number at its place", [Values], ([values]) => {
    const text = `{"__proto__":[${values.join(",")}],"2":1e6,"b":{"__proto__":2e20,"2":${values[0] ?? 1}}}`
    assert.deepStrictEqual(bySource(Result.getOrThrow(parse(text))), byValue(reference(text)))
  })
})
