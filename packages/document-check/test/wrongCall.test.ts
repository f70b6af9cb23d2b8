import { assert, describe, it } from "@effect/vitest"
import { documentProblem, isRecord, notCompiled, wrongCall } from "@lead-gateway/document-check"
import * as Result from "effect/Result"

const throwing = new Proxy(
  {},
  {
    get: () => {
      throw new Error("unreadable")
    },
    getPrototypeOf: () => {
      throw new Error("unreadable")
    },
  },
)

class Lead {
  readonly phone = "0681 12345"
}

describe("wrongCall", () => {
  it.each<readonly [value: unknown, kind: string]>([
    [undefined, "missing"],
    [null, "null"],
    ["0681 12345", "a text"],
    [30, "a number"],
    [Number.NaN, "NaN"],
    [30n, "a bigint"],
    [true, "a boolean"],
    [Symbol("lead"), "a symbol"],
    [() => 30, "a function"],
    [[30], "a list"],
    [{ phone: "0681 12345" }, "an object"],
    [Object.create(null), "an object"],
    [new Lead(), "an object"],
    [new Map([["phone", "0681 12345"]]), "a Map"],
    [new Date(0), "a Date"],
    [Promise.resolve(30), "a Promise"],
    [Result.succeed(30), "a Result: its value is in `success`"],
    [Result.fail("no"), "a Result that failed: why is in `failure`"],
    [throwing, "an object that cannot be read"],
  ])("names what an argument is and quotes nothing of it (%#)", (value, kind) => {
    const error = wrongCall("decide", "ageMs", value, "milliseconds")
    assert.instanceOf(error, TypeError)
    assert.strictEqual(error.message, `decide: ageMs is ${kind}, expected milliseconds`)
  })
})

describe("notCompiled", () => {
  it.each<readonly [value: unknown, kind: string]>([
    [{ version: "1" }, "a document that was not compiled"],
    [Result.succeed({}), "a Result: its value is in `success`"],
    [undefined, "missing"],
  ])("says that a document was not compiled, and where the value of a Result is (%#)", (value, kind) => {
    assert.strictEqual(
      notCompiled("evaluate", "ruleSet", value, "compileRules").message,
      `evaluate: ruleSet is ${kind}, expected what compileRules succeeds with`,
    )
  })
})

describe("documentProblem", () => {
  it.each<readonly [value: unknown, problem: string | undefined]>([
    ["{}", "parsed JSON, not its text"],
    [Result.succeed({}), "parsed JSON, not a Result: its value is in `success`"],
    [Promise.resolve({}), "parsed JSON, not a Promise"],
    [new Map(), "parsed JSON, not a Map"],
    [throwing, "parsed JSON, not an object that cannot be read"],
    [{}, undefined],
    [new Lead(), undefined],
    [Object.defineProperty({}, Symbol.toStringTag, { value: "Module" }), undefined],
    [[], undefined],
    [null, undefined],
    [7, undefined],
  ])("names what holds a document instead of being one (%#)", (value, problem) => {
    assert.strictEqual(documentProblem(value), problem)
  })
})

describe("isRecord", () => {
  it("is true for objects of keys and values alone", () => {
    for (const value of [{}, new Lead(), Object.create(null)]) assert.isTrue(isRecord(value))
    for (const value of [[], null, undefined, "a", new Map(), new Date(), Result.succeed({}), throwing]) {
      assert.isFalse(isRecord(value))
    }
  })
})
