import { makeReport } from "@lead-gateway/document-check"
import { assert, describe, it } from "@effect/vitest"
import type { Condition } from "../src/Condition.ts"
import { findContradictions } from "../src/internal/analysis/findContradictions.ts"
import type { Rule } from "../src/Rule.ts"
import { defaultRuleSet } from "../src/RuleSet.ts"

type Said = Condition & { readonly severity?: "flag" }

const rulesOf = (conditions: ReadonlyArray<Said>): ReadonlyArray<Rule> =>
  conditions.map((condition) => ({ ...condition, reason: "R" }))

const mistakesOf = (rules: ReadonlyArray<Rule>) => {
  const { mistakes, report } = makeReport()
  findContradictions({ rules }, report)
  return mistakes.map(({ path, allowed }) => `${path}: ${allowed}`)
}

const on = <C extends object>(condition: C) => ({ field: "f", ...condition })
const equals = (value: string | number | boolean) => on({ operator: "equals", value } as const)
const range = (limits: { min?: number; max?: number; above?: number; below?: number; integer?: true }) =>
  on({ operator: "range", ...limits } as const)
const present = on({ operator: "present" } as const)
const absent = on({ operator: "absent" } as const)
const zip = (...ranges: ReadonlyArray<string>) => on({ operator: "zip", ranges } as const)
const prefix = (...prefixes: ReadonlyArray<string>) => on({ operator: "zip", prefixes } as const)
const oneOf = (...values: ReadonlyArray<string | number | boolean>) =>
  on({ operator: "one_of", values } as const)
const noneOf = (...values: ReadonlyArray<string | number | boolean>) =>
  on({ operator: "none_of", values } as const)
const pattern = (pattern: string) => on({ operator: "pattern", pattern } as const)
const length = (min?: number, max?: number) =>
  on({ operator: "length", ...(min ? { min } : {}), ...(max ? { max } : {}) } as const)
const items = (limits: { min?: number; max?: number }) => on({ operator: "items", ...limits } as const)
const type = (type: "text" | "number" | "boolean" | "list" | "object") =>
  on({ operator: "type", type } as const)
const date = (limits: {
  from?: string
  to?: string
  min_age?: string
  max_age?: string
  max_ahead?: string
}) => on({ operator: "date", ...limits } as const)
const startsWith = (value: string, ignore_case = false) =>
  on({ operator: "starts_with", value, ignore_case } as const)
const endsWith = (value: string) => on({ operator: "ends_with", value } as const)
const contains = (value: string) => on({ operator: "contains", value } as const)
const optional = <C extends object>(condition: C) => ({ ...condition, optional: true })
const some = (item: Condition) => on({ operator: "some_item", item } as const)

describe("a dead rule is found", () => {
  it.each<[string, ReadonlyArray<Said>]>([
    ["the same again", [equals("A"), equals("A")]],
    ["the same pattern again", [pattern("^6"), pattern("^6")]],
    ["a lower minimum", [range({ min: 20 }), range({ min: 10 })]],
    ["a minimum that a larger one leaves out", [range({ above: 10 }), range({ min: 10 })]],
    ["any number after one of a range", [range({ min: 20 }), type("number")]],
    [
      "a range around whole numbers",
      [range({ min: 1, max: 9, integer: true }), range({ above: 0, below: 10 })],
    ],
    ["presence after anything asked", [zip("66000-66999"), present]],
    ["presence twice", [present, present]],
    ["a larger list of values", [oneOf("a", "b"), oneOf("a", "b", "c")]],
    ["a value in another case", [equals("Ja"), on({ operator: "equals", value: "JA", ignore_case: true })]],
    ["not one value after another", [equals("a"), on({ operator: "not_equals", value: "b" })]],
    ["fewer forbidden values", [noneOf("a", 1, true), noneOf("a", 1)]],
    ["a larger range of codes", [zip("66100-66199"), zip("66000-66999")]],
    ["a range of codes that two make up", [zip("66150-66170"), zip("66000-66160", "66161-66999")]],
    ["the beginning of a range of codes", [zip("66000-66999"), prefix("66*")]],
    ["a shorter prefix", [prefix("661*", "663*"), prefix("66*")]],
    ["a shorter beginning", [startsWith("Dr. med."), startsWith("Dr.")]],
    ["a shorter ending", [endsWith("strasse"), endsWith("e")]],
    ["the length of codes", [zip("66000-66999"), length(5, 5)]],
    ["a length that a beginning has", [startsWith("abc"), length(2)]],
    ["a pattern that every value has", [oneOf("66111", "66112"), pattern("^66")]],
    ["a part that every value has", [oneOf("66111", "66112"), contains("611")]],
    ["a wider length", [length(3, 5), length(2, 6)]],
    ["fewer items", [items({ min: 3 }), items({ min: 2 })]],
    ["an item after one that is asked for", [some(equals("a")), items({ min: 1 })]],
    ["a longer time", [date({ from: "2026-02-01", to: "2026-02-28" }), date({ from: "2026-01-01" })]],
    ["a day after its moment", [date({ to: "2026-02-28T10:00:00Z" }), date({ to: "2026-02-28" })]],
    ["absence after absence", [absent, absent]],
    ["what is optional after absence", [absent, optional(equals("a"))]],
    ["both of what `any` leaves", [{ any: [equals("a"), equals("b")] }, oneOf("a", "b", "c")]],
    ["what `not` says already", [{ not: { any: [equals("a"), absent] } }, noneOf("a")]],
    [
      "a path written in another way",
      [
        { ...present, field: "a.b" },
        { ...present, field: "a.b" },
      ],
    ],
    ["a flag for what is rejected", [range({ min: 20 }), { ...range({ min: 10 }), severity: "flag" }]],
  ])("%s", (_name, rules) => {
    assert.deepStrictEqual(mistakesOf(rulesOf(rules)), [
      "rules.1: a rule that rules.0 does not decide already",
    ])
  })

  it("that two others decide together, which are named", () => {
    assert.deepStrictEqual(
      mistakesOf(rulesOf([range({ min: 0 }), range({ max: 9 }), range({ min: -1, max: 10 })])),
      ["rules.2: a rule that rules.0 and rules.1 do not decide already"],
    )
  })
})

describe("a rule that nothing meets after the others is found", () => {
  it.each<[string, ReadonlyArray<Said>]>([
    ["two values", [equals("A"), equals("B")]],
    ["a value of another kind", [equals(1), equals("1")]],
    ["values that have none in common", [oneOf("a", 1, true), oneOf("b", 2, false)]],
    ["a value and its contrary", [equals(true), on({ operator: "not_equals", value: true })]],
    ["all that is left, forbidden", [oneOf("a", "b"), noneOf("a", "b", "c")]],
    ["ranges apart", [range({ min: 20 }), range({ max: 10 })]],
    ["a limit that both leave out", [range({ min: 10 }), range({ below: 10 })]],
    ["no whole number between", [range({ integer: true }), range({ above: 1, below: 2 })]],
    ["ranges of codes apart", [zip("66000-66999"), zip("10000-19999")]],
    ["codes of other lengths", [zip("66000-66999"), zip("660-669")]],
    ["a prefix of none of the codes", [zip("66000-66999"), prefix("67*", "A*")]],
    ["beginnings apart", [startsWith("AB"), startsWith("C")]],
    ["endings apart", [endsWith("ab"), endsWith("c")]],
    ["lengths apart", [length(undefined, 4), length(5)]],
    ["a length that no code has", [zip("66000-66999"), length(6)]],
    ["a pattern that no value has", [oneOf("66111", "66112"), pattern("^8")]],
    ["a pattern and its contrary", [pattern("^66"), { not: pattern("^66") }]],
    ["a pattern of a number", [type("number"), pattern("^66")]],
    ["kinds apart", [type("list"), type("object")]],
    ["something of what is absent", [absent, equals("a")]],
    ["absence of what is asked for", [equals("a"), absent]],
    ["absence of what is present", [present, absent]],
    ["no presence", [present, { not: present }]],
    ["lengths of lists apart", [items({ max: 2 }), items({ min: 3 })]],
    ["an item of no items", [items({ max: 0 }), some(equals("a"))]],
    ["times apart", [date({ from: "2026-01-01" }), date({ to: "2025-12-31" })]],
    ["ages apart", [date({ min_age: "18 years" }), date({ max_age: "5 years" })]],
    ["a field inside a text", [type("text"), { ...present, field: "f.inside" }]],
    ["a text around a field", [{ ...present, field: "f.inside" }, startsWith("a")]],
    ["whole numbers apart, large ones", [range({ max: 2 ** 53, integer: true }), range({ above: 2 ** 53 })]],
    [
      "a field inside a text, with dots and backslashes in its keys",
      [
        { ...startsWith("a"), field: String.raw`a\.b\\` },
        { ...present, field: String.raw`a\.b\\.c\.d` },
      ],
    ],
    ["branches none of which is left", [range({ min: 20 }), { any: [range({ max: 10 }), type("text")] }]],
    ["one of several conditions", [equals("A"), { all: [{ ...present, field: "g" }, equals("B")] }]],
    ["a flag on every lead", [equals("A"), { ...equals("B"), severity: "flag" }]],
  ])("%s", (_name, rules) => {
    assert.deepStrictEqual(mistakesOf(rulesOf(rules)), [
      "rules.1: a rule that can be met by what meets rules.0",
    ])
  })
})

describe("a condition that is wrong in itself is found", () => {
  it.each<[string, Said, string]>([
    [
      "an `all` that nothing meets",
      { all: [equals("A"), equals("B")] },
      "rules.0: conditions that can be met together",
    ],
    [
      "limits of age that exclude each other",
      date({ min_age: "18 years", max_age: "5 years" }),
      "rules.0: a condition that can be met",
    ],
    [
      "an `any` that holds always",
      { any: [present, absent] },
      "rules.0: a condition that not everything meets",
    ],
    [
      "ranges that leave nothing",
      { any: [absent, { not: absent }] },
      "rules.0: a condition that not everything meets",
    ],
    [
      "an idle branch of `all`",
      { all: [range({ min: 5 }), range({ min: 10 })] },
      "rules.0.all.0: a condition without which rules.0.all would say something else",
    ],
    [
      "an idle branch of `any`",
      { any: [range({ min: 5 }), range({ min: 10 })] },
      "rules.0.any.1: a condition without which rules.0.any would say something else",
    ],
    [
      "the second of two branches alike",
      { any: [equals("a"), { ...present, field: "g" }, equals("a")] },
      "rules.0.any.2: a condition without which rules.0.any would say something else",
    ],
    [
      "something of that inside an item",
      some({
        all: [
          { field: ".", operator: "type", type: "text" },
          { field: "a", operator: "present" },
        ],
      }),
      "rules.0.item: conditions that can be met together",
    ],
    [
      "something of that deep inside",
      { any: [{ ...present, field: "g" }, { not: { all: [equals("a"), absent] } }] },
      "rules.0.any.1.not: conditions that can be met together",
    ],
  ])("%s", (_name, rule, mistake) => {
    assert.deepStrictEqual(mistakesOf(rulesOf([rule])), [mistake])
  })
})

describe("a rule set that is fine has no mistake", () => {
  it.each<[string, ReadonlyArray<Said>]>([
    ["a larger minimum", [range({ min: 10 }), range({ min: 20 })]],
    ["presence after what is optional", [optional(range({ min: 20 })), present]],
    ["a value after a flag for another", [{ ...equals("A"), severity: "flag" }, equals("B")]],
    ["a stricter rejection after a flag", [{ ...range({ min: 10 }), severity: "flag" }, range({ min: 5 })]],
    ["the same of other fields", [equals("A"), { ...equals("A"), field: "g" }]],
    ["a field and one that is in it", [type("object"), { ...present, field: "f.g" }]],
    ["an item and its list", [type("list"), { ...present, field: "f.0" }]],
    ["patterns", [pattern("^6"), pattern("6$"), { not: pattern("7") }]],
    ["presence beside a condition, for its reason", [{ all: [present, equals("a")] }]],
    ["either or", [{ any: [equals("a"), { ...equals("a"), field: "g" }] }, present]],
    ["a date, and a day in it", [date({ max_age: "1 years" }), date({ max_age: "6 months" })]],
    ["a number of digits in a text", [on({ operator: "range", min: 1, allow_text: true }), type("text")]],
    ["codes that overlap", [zip("66000-66500"), zip("66400-66999")]],
    ["a value of the other case", [startsWith("ab", true), startsWith("AB")]],
    ["whole numbers after others", [range({ min: 0, max: 5 }), range({ integer: true })]],
    [
      "the first number that is followed by no double",
      [range({ min: 2 ** 53, max: 2 ** 53, integer: true }), equals(2 ** 53)].slice(0, 1),
    ],
    [
      "a number as large as whole numbers only are",
      [range({ min: 1, integer: true }), oneOf(1e21, -(2 ** 53), 2 ** 53)],
    ],
    [
      "a larger minimum among such numbers",
      [range({ min: 2 ** 53, integer: true }), range({ above: 2 ** 53 })],
    ],
    ["beginnings alike in any case", [startsWith("ΑΣ", true), startsWith("ΑΣΑ", true)]],
    ["absence, or a value", [{ any: [absent, equals("a")] }, optional(equals("a"))].slice(0, 1)],
  ])("%s", (_name, rules) => {
    assert.deepStrictEqual(mistakesOf(rulesOf(rules)), [])
  })

  it("as the one that is shipped", () => {
    assert.deepStrictEqual(mistakesOf(defaultRuleSet.rules), [])
  })
})

describe("mistakes", () => {
  it("are all found at once, and a rule that is wrong clashes with no other", () => {
    const rules = [equals("A"), equals("B"), equals("A"), { any: [present, absent] }, absent]
    assert.deepStrictEqual(mistakesOf(rulesOf(rules)), [
      "rules.1: a rule that can be met by what meets rules.0",
      "rules.2: a rule that rules.0 does not decide already",
      "rules.3: a condition that not everything meets",
      "rules.4: a rule that can be met by what meets rules.0",
    ])
  })

  it("are found of fields of hundreds of keys, each with a name of its own", () => {
    const deep = (keys: number, ...last: ReadonlyArray<string>) =>
      [...Array.from({ length: keys }, () => "a"), ...last].join(".")
    const rules = Array.from({ length: 1000 }, (_, index) => ({
      ...equals(index),
      field: deep(510, `x${index}`),
    }))
    const clash = [
      { ...startsWith("a"), field: "t" },
      { ...present, field: `t.${deep(200)}` },
      { ...equals(0), field: deep(510, "x999") },
    ]
    assert.deepStrictEqual(mistakesOf(rulesOf([...rules, ...clash])), [
      "rules.1001: a rule that can be met by what meets the rules before it",
      "rules.1002: a rule that can be met by what meets rules.999",
    ])
  })

  it("are found among ten thousand rules", () => {
    const rules = Array.from({ length: 10_000 }, (_, index) =>
      index % 2 === 0
        ? { ...equals(index), field: `f${index}` }
        : on({ operator: "not_equals", value: index } as const),
    )
    assert.lengthOf(mistakesOf(rulesOf([...rules.slice(0, -1), { ...equals("B"), field: "f4000" }])), 1)
  })
})
