import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { get, isJsonObject, isRawNumber, type JsonObject, parse, stringify } from "../src/index.ts"

const reprint = (text: string) => stringify(Result.getOrThrow(parse(text)))

describe("parse", () => {
  it("keeps every digit of a number that a double cannot hold", () => {
    for (const text of [
      "12345678901234567890",
      "-9007199254740993",
      "0.1234567890123456789",
      "123456789012345678901234567890.5",
      "1e400",
      "-1e-400",
    ]) {
      assert.strictEqual(reprint(`{"n":[${text}]}`), `{"n":[${text}]}`)
    }
  })

  it("gives plain numbers where a double is exact, whatever the notation", () => {
    for (const [text, value] of [
      ["1.50", 1.5],
      ["15e-1", 1.5],
      ["1E2", 100],
      ["0.1e1", 1],
      ["1000000000000000000000", 1e21],
      ["0.0000000", 0],
    ] as const) {
      assert.strictEqual(Result.getOrThrow(parse(text)), value)
    }
  })

  it("keeps every whole number beyond 2^53 - 1 as text if it is asked to, and no other number", () => {
    const options = { keepUnsafeIntegers: true }
    for (const text of [
      "9007199254740992",
      "-9007199254740992",
      "1e18",
      "1.5E17",
      "1000000000000000000000",
    ]) {
      assert.isTrue(isRawNumber(Result.getOrThrow(parse(text, options))), text)
      assert.strictEqual(stringify(Result.getOrThrow(parse(`[${text}]`, options))), `[${text}]`)
      assert.strictEqual(Number(stringify(Result.getOrThrow(parse(text)))), Number(text))
    }
    for (const text of [
      "9007199254740991",
      "-9007199254740991",
      "1e15",
      "1.50",
      "2251799813685248.5",
      "-0",
    ]) {
      assert.strictEqual(Result.getOrThrow(parse(text, options)), Number(text))
    }
    assert.isTrue(isRawNumber(Result.getOrThrow(parse("0.1234567890123456789", options))))
    assert.isTrue(Result.isFailure(parse("1e401", options)))
  })

  it("is not misled by digits inside strings", () => {
    assert.deepStrictEqual(Result.getOrThrow(parse('{"a":"12345678901234567890"}')), {
      a: "12345678901234567890",
    })
  })

  it("keeps __proto__ an ordinary key", () => {
    for (const text of ['{"__proto__":{"x":1}}', '{"__proto__":{"x":12345678901234567890}}']) {
      const value = Result.getOrThrow(parse(text)) as JsonObject
      assert.strictEqual(Object.getPrototypeOf(value), Object.prototype)
      assert.isTrue(isJsonObject(get(value, "__proto__")))
      assert.isUndefined(get(value, "x"))
      assert.strictEqual(stringify(value), text)
    }
  })

  it("refuses what is nested deeper than the limit and takes what is not", () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth)
    assert.isTrue(Result.isSuccess(parse(nested(512))))
    for (const depth of [513, 100_000]) {
      const result = parse(nested(depth))
      assert.isTrue(Result.isFailure(result) && result.failure.reason === "TooDeep")
    }
    assert.isTrue(Result.isSuccess(parse(`{"a":"${"[".repeat(5000)}","b\\"":"${"{".repeat(5000)}"}`)))
  })

  it("refuses exponents beyond 400 and numbers of more than 10,000 digits, saying which", () => {
    const reason = (text: string) =>
      Result.match(parse(text), { onSuccess: () => "ok", onFailure: (e) => e.reason })
    assert.strictEqual(reason("[1e400,1e-400]"), "ok")
    assert.strictEqual(reason("[1e401]"), "ExponentTooLarge")
    assert.strictEqual(reason("[0e-99999999999999999999]"), "ExponentTooLarge")
    assert.strictEqual(reason("9".repeat(10_000)), "ok")
    assert.strictEqual(reason("9".repeat(10_001)), "NumberTooLong")
    assert.strictEqual(reason(`0.${"1".repeat(20_000)}`), "NumberTooLong")
  })

  it("calls everything else that JSON.parse refuses a syntax error, without quoting it", () => {
    for (const text of ["", "{", "nul", "[1,]", "{'a':1}", "01", "\uFEFF{}", '{"secret', "[1e400"]) {
      const result = parse(text)
      assert.isTrue(Result.isFailure(result) && result.failure.reason === "Syntax")
      assert.isTrue(Result.isFailure(result) && result.failure.message === "not valid JSON")
    }
  })

  it.prop("agrees with JSON.parse on every value JSON.stringify can print", [Schema.Json], ([value]) => {
    const text = JSON.stringify(value)
    assert.strictEqual(reprint(text), JSON.stringify(JSON.parse(text)))
  })

  it.prop("prints any integer as it came", [Schema.BigInt], ([n]) => {
    assert.strictEqual(reprint(`[${n}]`), `[${n}]`)
  })
})

describe("isRawNumber", () => {
  it("distinguishes a raw number from an object that looks like one", () => {
    assert.isTrue(isRawNumber(Result.getOrThrow(parse("12345678901234567890"))))
    assert.isFalse(isRawNumber({ rawJSON: "1" }))
    assert.isFalse(isJsonObject(Result.getOrThrow(parse("12345678901234567890"))))
  })
})

describe("values that JSON does not have", () => {
  it.each([undefined, null, 10n, 10, true, {}, ["1"], Symbol("x"), () => "1"])(
    "are no JSON text: %s",
    (value) => {
      const failure = Result.getOrThrow(Result.flip(parse(value as string)))
      assert.strictEqual(failure.reason, "Syntax")
      assert.strictEqual(failure.message, "not JSON: what is parsed must be a text")
    },
  )

  it("are refused by stringify as by JSON.stringify", () => {
    const cycle: Record<string, unknown> = {}
    cycle["a"] = cycle
    assert.throws(() => stringify(10n as never), TypeError)
    assert.throws(() => stringify(cycle as never), TypeError)
  })
})
