import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { compile, defaultProfile } from "@lead-gateway/normalizer"

const mistakesIn = (json: unknown) =>
  Result.match(compile(json), {
    onSuccess: () => [],
    onFailure: ({ mistakes }) => mistakes.map(({ path, found }) => `${path}: ${found}`),
  })

describe("defaultProfile", () => {
  it("is the same as config/normalizer_profile.json", () => {
    const file = new URL("../../../config/normalizer_profile.json", import.meta.url)
    assert.deepStrictEqual(JSON.parse(readFileSync(file, "utf8")), defaultProfile)
  })

  it("compiles", () => {
    assert.strictEqual(Result.getOrThrow(compile(defaultProfile)).version, "default-1")
  })
})

describe("compile", () => {
  it("takes a profile that declares no field", () => {
    assert.isTrue(Result.isSuccess(compile({ version: "1", default_country: "AT" })))
  })

  it("reports every mistake at once, with its path and the value found", () => {
    const profile = {
      version: " ",
      default_country: "de",
      email: ["email", "a..b", 7, ""],
      phone: "phone",
      boolean: ["email", "email.work", "house", "house.is_owner", "house"],
      colour: ["x"],
    }
    assert.deepStrictEqual(mistakesIn(profile), [
      'colour: ["x"]',
      'version: " "',
      'default_country: "de"',
      'email.1: "a..b"',
      "email.2: 7",
      'email.3: ""',
      'phone: "phone"',
      'boolean.0: "email"',
      'boolean.1: "email.work"',
      'boolean.3: "house.is_owner"',
      'boolean.4: "house"',
    ])
  })

  it("reports a field around one that is declared", () => {
    const profile = { ...defaultProfile, email: [], phone: ["house.is_owner"], boolean: ["house"] }
    assert.deepStrictEqual(mistakesIn(profile), ['boolean.0: "house"'])
  })

  it("says what is allowed, one line for each mistake", () => {
    const result = compile({ version: 1, default_country: "XX" })
    assert.isTrue(Result.isFailure(result))
    assert.strictEqual(
      Result.isFailure(result) && result.failure.message,
      "version: found 1, allowed is a text that is not blank\n" +
        'default_country: found "XX", allowed is the two capital letters of a country, such as DE',
    )
  })

  it("names the keys that are missing", () => {
    assert.deepStrictEqual(mistakesIn({}), ["version: nothing", "default_country: nothing"])
  })

  it("is not misled by names that every object has", () => {
    const inherited = { __proto__: defaultProfile }
    assert.deepStrictEqual(mistakesIn(inherited), ["version: nothing", "default_country: nothing"])
    assert.deepStrictEqual(mistakesIn({ ...defaultProfile, default_country: "constructor" }), [
      'default_country: "constructor"',
    ])
    assert.isTrue(Result.isSuccess(compile({ ...defaultProfile, phone: ["__proto__.constructor"] })))
  })

  it.prop("has an answer to any JSON", [Schema.Json], ([json]) => {
    assert.isTrue(Result.isFailure(compile(json)))
    assert.isNotEmpty(mistakesIn(json))
  })
})
