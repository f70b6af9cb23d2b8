import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { compileRules, compileRulesOrThrow, type Diagnostic } from "@lead-gateway/lead-rules"
import { anyJson } from "@lead-gateway/testkit/any-json"
import { fieldDefinitions, quantifierDefinitions } from "../src/internal/operators/table.ts"

const AnyJson = anyJson({
  keys: ["version", "rules", "field", "operator", "pattern", "value", "reason"],
  texts: ["pattern", "equals", "present", "house.is_owner", "^66", "(", "NOT_HOMEOWNER"],
})

const diagnosticsIn = (json: unknown): ReadonlyArray<Diagnostic> =>
  Result.match(compileRules(json), { onFailure: ({ diagnostics }) => diagnostics, onSuccess: () => [] })

const withRule = (rule: unknown) => ({ version: "1", rules: [rule] })

const pattern = { field: "zipcode", operator: "pattern", pattern: "^66", reason: "ZIP" }
const equals = { field: "house.is_owner", operator: "equals", value: true, reason: "OWNER" }
const present = { field: "phone", operator: "present" }

describe("compileRules", () => {
  it("accepts every operator, and a rule set without rules", () => {
    assert.deepStrictEqual(diagnosticsIn({ version: "1", rules: [pattern, equals, present] }), [])
    assert.deepStrictEqual(diagnosticsIn({ version: "1", rules: [] }), [])
  })

  it("keeps which payload the rules look at, the raw one unless it says otherwise", () => {
    const looksAt = (document: object) =>
      compileRulesOrThrow({ version: "1", rules: [], ...document }).looksAt
    assert.strictEqual(looksAt({}), "raw")
    assert.strictEqual(looksAt({ looks_at: "raw" }), "raw")
    assert.strictEqual(looksAt({ looks_at: "normalized" }), "normalized")
  })

  it("keeps the version", () => {
    assert.strictEqual(Result.getOrThrow(compileRules({ version: "2026-02", rules: [] })).version, "2026-02")
  })

  const code = "a code such as NOT_HOMEOWNER: A-Z, 0-9 and _, a letter first, at most 64 characters"
  const path = "a path such as house.is_owner, without an empty segment or a segment *"
  const value = "a text that is not blank, a finite number, true or false"
  const names = Object.keys({ ...fieldDefinitions, ...quantifierDefinitions }).map((name) => `"${name}"`)
  const operators = `${names.join(" or ")}; or all, any or not in its place`
  const keys = "optional, reason, id, message, severity"
  const allDigits =
    "a number with all its digits: beyond 9007199254740991 JSON.parse rounds, lossless-json does not"
  const reason = "X"

  const documents: ReadonlyArray<[document: unknown, path: string, actual: string, expected: string]> = [
    [3, "", "3", "an object with the keys version, rules and, where needed, looks_at"],
    [{ rules: [] }, "version", "nothing", "a text that is not blank; the key is required"],
    [{ version: " ", rules: [] }, "version", '" "', "a text that is not blank"],
    [{ version: "1", rules: {} }, "rules", "{}", "a list of at most 10000 rules"],
    [{ version: "1", looks_at: "read", rules: [] }, "looks_at", '"read"', '"raw" or "normalized"'],
    [{ version: "1", rules: [], a: 1 }, "a", "1", "no key but $schema, version, looks_at, rules"],
    [
      { $schema: 1, version: "1", rules: [] },
      "$schema",
      "1",
      "a text: where the JSON Schema of this document is",
    ],
  ]

  const rules: ReadonlyArray<[rule: unknown, path: string, actual: string, expected: string]> = [
    ["zip", "", '"zip"', "a rule: an object with an operator, or with all, any or not, and a reason"],
    [{ ...pattern, operator: "xyz" }, "operator", '"xyz"', operators],
    [{ ...pattern, operator: "patern" }, "operator", '"patern"', `${operators} (did you mean "pattern"?)`],
    [{ ...pattern, operator: "regex" }, "operator", '"regex"', `${operators} (did you mean "pattern"?)`],
    [
      { ...pattern, operator: "Starts With" },
      "operator",
      '"Starts With"',
      `${operators} (did you mean "starts_with"?)`,
    ],
    [{ ...pattern, operator: "constructor" }, "operator", '"constructor"', operators],
    [{ ...pattern, operator: "all" }, "operator", '"all"', operators],
    [{ field: "a", reason }, "operator", "nothing", operators],
    [{ ...pattern, pattern: undefined }, "pattern", "nothing", "a pattern in RE2 syntax"],
    [{ ...pattern, value: 1 }, "value", "1", `no key but field, operator, pattern, ${keys}`],
    [
      { ...present, optional: true },
      "optional",
      "true",
      "no key but field, operator, reason, id, message, severity",
    ],
    [
      { ...present, all: [present] },
      "all",
      '[{"field":"phone","operator":"present"}]',
      "no key but field, operator, reason, id, message, severity",
    ],
    [{ ...pattern, pattern: "(" }, "pattern", '"("', "a pattern in RE2 syntax (missing closing ): `(`)"],
    [
      { ...pattern, pattern: "(?=a)" },
      "pattern",
      '"(?=a)"',
      "a pattern in RE2 syntax (invalid or unsupported Perl syntax: `(?=`)",
    ],
    [{ ...pattern, reason: "" }, "reason", '""', code],
    [{ ...equals, reason: "not ours" }, "reason", '"not ours"', code],
    [{ ...equals, reason: "A".repeat(65) }, "reason", `"${"A".repeat(65)}"`, code],
    [{ field: "a", operator: "absent" }, "reason", "nothing", `${code}; the key is required`],
    [{ ...present, field: "" }, "field", '""', path],
    [{ ...present, field: "a..b" }, "field", '"a..b"', path],
    [{ ...present, field: ["a"] }, "field", '["a"]', path],
    [{ ...equals, value: null }, "value", "null", value],
    [{ ...equals, value: " " }, "value", '" "', "a text that is not blank"],
    [{ ...equals, value: 12_345_678_901_234_567_890 }, "value", "12345678901234567000", allDigits],
    [{ ...equals, value: [1] }, "value", "[1]", value],
    [{ ...equals, severity: "warn" }, "severity", '"warn"', '"reject" or "flag"'],
    [
      { ...equals, id: "a b" },
      "id",
      '"a b"',
      "a name such as zip-66: letters, digits, _, . and -, at most 64 characters",
    ],
    [{ ...equals, message: " " }, "message", '" "', "a sentence of at most 500 characters"],
    [{ ...equals, optional: "yes" }, "optional", '"yes"', "true or false"],
    [
      { field: "a", operator: "one_of", values: [], reason },
      "values",
      "[]",
      "a list of texts, numbers, true and false, with at least one item",
    ],
    [{ field: "a", operator: "one_of", values: ["b", {}], reason }, "values.1", "{}", value],
    [
      { field: "a", operator: "length", reason },
      "",
      '{"field":"a","operator":"length","reason":"X"}',
      "a condition with at least one of the keys min, max",
    ],
    [{ field: "a", operator: "length", min: 0, reason }, "min", "0", "a whole number from 1 on"],
    [{ field: "a", operator: "items", min: 3, max: 2, reason }, "max", "2", "at least min, which is 3"],
    [{ field: "a", operator: "items", max: 1.5, reason }, "max", "1.5", "a whole number from 0 on"],
    [{ field: "a", operator: "range", min: 3, max: 2, reason }, "max", "2", "at least min, which is 3"],
    [
      { field: "a", operator: "range", above: 2, below: 2, reason },
      "below",
      "2",
      "more than above, which is 2",
    ],
    [{ field: "a", operator: "range", min: "5", reason }, "min", '"5"', "a finite number"],
    [
      { field: "a", operator: "date", from: "2026-02-30", reason },
      "from",
      '"2026-02-30"',
      "a date such as 2026-03-31, or a date and time such as 2026-03-31T14:30:00+02:00",
    ],
    [
      { field: "a", operator: "date", from: "01.02.2026", reason },
      "from",
      '"01.02.2026"',
      "a date such as 2026-03-31, or a date and time such as 2026-03-31T14:30:00+02:00",
    ],
    [
      { field: "a", operator: "date", from: "2026-02-02", to: "2026-02-01", reason },
      "to",
      '"2026-02-01"',
      "not before from, which is 2026-02-02",
    ],
    [
      { field: "a", operator: "date", min_age: "18", reason },
      "min_age",
      '"18"',
      "a whole number and a unit: minutes, hours, days, weeks, months or years, such as 18 years",
    ],
    [
      { field: "a", operator: "zip", reason },
      "",
      '{"field":"a","operator":"zip","reason":"X"}',
      "a condition with at least one of the keys codes, ranges, prefixes",
    ],
    [
      { field: "a", operator: "zip", ranges: ["66999-66000"], reason },
      "ranges.0",
      '"66999-66000"',
      'a range such as "66000-66999": as many digits on both sides, at most 10, the lower first',
    ],
    [
      { field: "a", operator: "zip", ranges: ["66000 - 66999"], reason },
      "ranges.0",
      '"66000 - 66999"',
      'a range such as "66000-66999": as many digits on both sides, at most 10, the lower first',
    ],
    [
      { field: "a", operator: "zip", codes: [66123], reason },
      "codes.0",
      "66123",
      'a code such as "66123", in quotation marks: letters, digits, spaces and hyphens',
    ],
    [{ any: [], reason }, "any", "[]", "a list of conditions with at least one item"],
    [
      { any: [present, { not: { ...present, operator: "in" } }], reason },
      "any.1.not.operator",
      '"in"',
      `${operators} (did you mean "one_of"?)`,
    ],
    [
      { all: [{ ...equals }], reason },
      "all.0.reason",
      '"OWNER"',
      "no key but field, operator, value, ignore_case, optional",
    ],
    [
      { field: "a", operator: "some_item", item: "x", reason },
      "item",
      '"x"',
      "a condition: an object with an operator, or with all, any or not",
    ],
    [
      { not: present, any: [present], reason },
      "not",
      '{"field":"phone","operator":"present"}',
      "no key but any, reason, id, message, severity",
    ],
  ]

  it.each([
    ...documents,
    ...rules.map(
      ([rule, path, actual, expected]) =>
        [withRule(rule), `rules.0${path && "."}${path}`, actual, expected] as const,
    ),
  ])("of %j says that at %j there is %s, and what is expected", (document, path, actual, expected) => {
    assert.deepStrictEqual(diagnosticsIn(document), [{ path, actual, expected }])
  })

  it("takes 32 conditions inside each other, and no more", () => {
    const nested = (depth: number): unknown =>
      depth === 1 ? present : { all: [nested(depth - 1), equalTo(depth)] }
    const equalTo = (depth: number) => ({ field: `f${depth}`, operator: "equals", value: depth })
    const rule = (depth: number) => ({ ...(nested(depth) as object), reason })
    assert.deepStrictEqual(diagnosticsIn(withRule(rule(32))), [])
    const [mistake] = diagnosticsIn(withRule(rule(33)))
    assert.strictEqual(mistake?.path, `rules.0${".all.0".repeat(32)}`)
    assert.strictEqual(mistake?.expected, "at most 32 conditions inside each other")
  })

  it("takes a document that is 100,000 levels deep for a mistake", () => {
    let deep: unknown = present
    for (let i = 0; i < 100_000; i++) deep = { not: deep }
    assert.lengthOf(diagnosticsIn(withRule({ ...(deep as object), reason })), 1)
  })

  it("takes a path of 512 keys, and no more", () => {
    const rule = (keys: number) =>
      withRule({ ...present, field: Array.from({ length: keys }, () => "a").join(".") })
    assert.deepStrictEqual(diagnosticsIn(rule(512)), [])
    for (const keys of [513, 100_000]) {
      const [mistake, ...others] = diagnosticsIn(rule(keys))
      assert.strictEqual(mistake?.path, "rules.0.field")
      assert.strictEqual(mistake?.expected, "a path of at most 512 keys")
      assert.deepStrictEqual(others, [])
    }
  })

  it("takes no id twice", () => {
    const document = {
      version: "1",
      rules: [
        { ...pattern, id: "a" },
        { ...equals, id: "a" },
      ],
    }
    assert.deepStrictEqual(diagnosticsIn(document), [
      { path: "rules.1.id", actual: '"a"', expected: "an id of its own: rules.0 has this one" },
    ])
  })

  it("keeps a copy, which nobody else can change", () => {
    const document = { version: "1", rules: [{ ...present }] }
    const compiled = Result.getOrThrow(compileRules(document))
    document.rules[0] = { ...present, field: "other" }
    assert.deepStrictEqual(compiled.rules, [present] as never)
  })

  it("takes a document that is watched, as a form in a browser may hold it", () => {
    const watched = (json: unknown): unknown =>
      typeof json === "object" && json !== null
        ? new Proxy(json, { get: (target, key) => watched(Reflect.get(target, key)) })
        : json
    const rules = [{ any: [present, { field: "a", operator: "equals", value: "\ud800" }], reason }]
    const compiled = compileRules(watched({ version: "1", rules }))
    assert.deepStrictEqual(Result.getOrThrow(compiled).rules, rules as never)
  })

  it("reports every mistake at once, one line each", () => {
    const compiled = compileRules({
      version: "",
      rules: [{ ...pattern, pattern: "[" }, present, { ...equals, reason: 1 }],
    })
    assert.strictEqual(
      Result.isFailure(compiled) && compiled.failure.message,
      'version: found "", expected a text that is not blank\n' +
        'rules.0.pattern: found "[", expected a pattern in RE2 syntax (missing closing ]: `[`)\n' +
        `rules.2.reason: found 1, expected ${code}`,
    )
  })

  it("takes __proto__ for the unknown key that it is", () => {
    const json: unknown = JSON.parse('{ "version": "1", "rules": [], "__proto__": { "a": 1 } }')
    assert.deepStrictEqual(diagnosticsIn(json), [
      { path: "__proto__", actual: '{"a":1}', expected: "no key but $schema, version, looks_at, rules" },
    ])
  })

  it("shortens a long value, without cutting a character in two", () => {
    const [mistake] = diagnosticsIn(withRule({ ...equals, reason: "😀".repeat(10_000) }))
    assert.strictEqual(mistake?.actual, `"${"😀".repeat(119)}…`)
  })

  it.prop("returns, whatever JSON it is given", [AnyJson.value], ([json]) => {
    Result.isResult(compileRules(json))
    Result.isResult(compileRules({ version: "1", rules: [json] }))
  })

  it("returns for values that are no JSON", () => {
    const cyclic: Record<string, unknown> = { version: "1", rules: [] }
    cyclic["self"] = cyclic
    for (const value of [undefined, () => 1, Symbol("a"), 1n, new Map(), cyclic]) {
      assert.isTrue(Result.isFailure(compileRules(value)))
    }
  })
})
