import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { compile, type Mistake } from "@lead-gateway/lead-rules"
import { anyJson } from "@lead-gateway/any-json"

const AnyJson = anyJson({
  keys: ["version", "rules", "field", "operator", "pattern", "value", "reason"],
  texts: ["pattern", "equals", "present", "house.is_owner", "^66", "(", "NOT_HOMEOWNER"],
})

const mistakesIn = (json: unknown): ReadonlyArray<Mistake> =>
  Result.match(compile(json), { onFailure: ({ mistakes }) => mistakes, onSuccess: () => [] })

const withRule = (rule: unknown) => ({ version: "1", rules: [rule] })

const pattern = { field: "zipcode", operator: "pattern", pattern: "^66", reason: "ZIP" }
const equals = { field: "house.is_owner", operator: "equals", value: true, reason: "OWNER" }
const present = { field: "phone", operator: "present" }

describe("compile", () => {
  it("accepts every operator, and a rule set without rules", () => {
    assert.deepStrictEqual(mistakesIn({ version: "1", rules: [pattern, equals, present] }), [])
    assert.deepStrictEqual(mistakesIn({ version: "1", rules: [] }), [])
  })

  it("keeps the version", () => {
    assert.strictEqual(Result.getOrThrow(compile({ version: "2026-02", rules: [] })).version, "2026-02")
  })

  const code = "a code such as NOT_HOMEOWNER: A-Z, 0-9 and _, a letter first, at most 64 characters"
  const path = "a path such as house.is_owner, without an empty segment"
  const value = "a text that is not blank, a finite number, true or false"
  const operator = '"pattern" or "equals" or "present"'

  it.each<[string, unknown, Mistake]>([
    ["no object", 3, { path: "", found: "3", allowed: "an object with the keys version and rules" }],
    [
      "no version",
      { rules: [] },
      { path: "version", found: "nothing", allowed: "a value: the key is required" },
    ],
    [
      "blank version",
      { version: " ", rules: [] },
      { path: "version", found: '" "', allowed: "a text that is not blank" },
    ],
    ["no list", { version: "1", rules: {} }, { path: "rules", found: "{}", allowed: "a list of rules" }],
    [
      "unknown key",
      { version: "1", rules: [], a: 1 },
      { path: "a", found: "1", allowed: "no key but version, rules" },
    ],
    [
      "unknown operator",
      withRule({ ...pattern, operator: "in" }),
      { path: "rules.0.operator", found: '"in"', allowed: operator },
    ],
    [
      "no operator",
      withRule({ field: "a" }),
      { path: "rules.0.operator", found: "nothing", allowed: operator },
    ],
    [
      "no rule",
      withRule("zip"),
      {
        path: "rules.0",
        found: '"zip"',
        allowed: 'a rule: an object with the operator "pattern", "equals" or "present"',
      },
    ],
    [
      "missing key",
      withRule({ ...pattern, pattern: undefined }),
      { path: "rules.0.pattern", found: "nothing", allowed: "a pattern in RE2 syntax" },
    ],
    [
      "key of another operator",
      withRule({ ...pattern, value: 1 }),
      { path: "rules.0.value", found: "1", allowed: "no key but field, operator, pattern, reason" },
    ],
    [
      "reason where none is used",
      withRule({ ...present, reason: "X" }),
      { path: "rules.0.reason", found: '"X"', allowed: "no key but field, operator" },
    ],
    [
      "bad pattern",
      withRule({ ...pattern, pattern: "(" }),
      { path: "rules.0.pattern", found: '"("', allowed: "a pattern in RE2 syntax (missing closing ): `(`)" },
    ],
    [
      "pattern RE2 has not",
      withRule({ ...pattern, pattern: "(?=a)" }),
      {
        path: "rules.0.pattern",
        found: '"(?=a)"',
        allowed: "a pattern in RE2 syntax (invalid or unsupported Perl syntax: `(?=`)",
      },
    ],
    [
      "empty reason",
      withRule({ ...pattern, reason: "" }),
      { path: "rules.0.reason", found: '""', allowed: code },
    ],
    [
      "reason that is no code",
      withRule({ ...equals, reason: "not ours" }),
      { path: "rules.0.reason", found: '"not ours"', allowed: code },
    ],
    [
      "reason of 65 characters",
      withRule({ ...equals, reason: "A".repeat(65) }),
      { path: "rules.0.reason", found: `"${"A".repeat(65)}"`, allowed: code },
    ],
    [
      "empty field",
      withRule({ ...present, field: "" }),
      { path: "rules.0.field", found: '""', allowed: path },
    ],
    [
      "empty segment",
      withRule({ ...present, field: "a..b" }),
      { path: "rules.0.field", found: '"a..b"', allowed: path },
    ],
    [
      "field of another type",
      withRule({ ...present, field: ["a"] }),
      { path: "rules.0.field", found: '["a"]', allowed: path },
    ],
    [
      "value of another type",
      withRule({ ...equals, value: null }),
      { path: "rules.0.value", found: "null", allowed: value },
    ],
    [
      "blank value",
      withRule({ ...equals, value: " " }),
      { path: "rules.0.value", found: '" "', allowed: "a text that is not blank" },
    ],
  ])("says where, what was found and what is allowed: %s", (_name, json, mistake) => {
    assert.deepStrictEqual(mistakesIn(json), [mistake])
  })

  it("reports every mistake at once, one line each", () => {
    const compiled = compile({
      version: "",
      rules: [{ ...pattern, pattern: "[" }, present, { ...equals, reason: 1 }],
    })
    assert.strictEqual(
      Result.isFailure(compiled) && compiled.failure.message,
      'version: found "", allowed is a text that is not blank\n' +
        'rules.0.pattern: found "[", allowed is a pattern in RE2 syntax (missing closing ]: `[`)\n' +
        `rules.2.reason: found 1, allowed is ${code}`,
    )
  })

  it("takes __proto__ for the unknown key that it is", () => {
    const json: unknown = JSON.parse('{ "version": "1", "rules": [], "__proto__": { "a": 1 } }')
    assert.deepStrictEqual(mistakesIn(json), [
      { path: "__proto__", found: '{"a":1}', allowed: "no key but version, rules" },
    ])
  })

  it("shortens a long value, without cutting a character in two", () => {
    const [mistake] = mistakesIn(withRule({ ...equals, reason: "😀".repeat(10_000) }))
    assert.strictEqual(mistake?.found, `"${"😀".repeat(119)}…`)
  })

  it.prop("returns, whatever JSON it is given", [AnyJson.value], ([json]) => {
    Result.isResult(compile(json))
    Result.isResult(compile({ version: "1", rules: [json] }))
  })

  it("returns for values that are no JSON", () => {
    const cyclic: Record<string, unknown> = { version: "1", rules: [] }
    cyclic["self"] = cyclic
    for (const value of [undefined, () => 1, Symbol("a"), 1n, new Map(), cyclic]) {
      assert.isTrue(Result.isFailure(compile(value)))
    }
  })
})
