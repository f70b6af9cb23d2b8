import { assert, describe, it } from "@effect/vitest"
import { makeReport } from "@lead-gateway/document-check"
import { compileRules } from "@lead-gateway/lead-rules"
import { Result } from "effect"
import type { Condition } from "../src/Condition.ts"
import { analyse } from "../src/internal/analysis/analyse.ts"
import type { Rule } from "../src/RuleSet.ts"
import { defaultRuleSet } from "../src/RuleSet.ts"

type ConditionOrFlag = Condition & { readonly severity?: "flag" }

const rulesOf = (conditions: ReadonlyArray<ConditionOrFlag>): ReadonlyArray<Rule> =>
  conditions.map((condition) => ({ ...condition, reason: "R" }))

/** What the analysis finds: mistakes, which refuse the rule set, and warnings. */
const found = (rules: ReadonlyArray<Rule>) => {
  const { diagnostics, report } = makeReport()
  const warnings = analyse({ rules }, report)
  return {
    diagnostics: diagnostics.map(({ path, expected }) => `${path}: ${expected}`),
    warnings: warnings.map(({ message }) => message),
  }
}

const warned = (...warnings: Array<string>) => ({ diagnostics: [], warnings })
const refused = (...diagnostics: Array<string>) => ({ diagnostics, warnings: [] })

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

describe("a rule is redundant", () => {
  it.each<[string, ReadonlyArray<ConditionOrFlag>]>([
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
    ["a flag for what is rejected", [range({ min: 20 }), { ...range({ min: 10 }), severity: "flag" }]],
  ])("%s", (_name, rules) => {
    assert.deepStrictEqual(
      found(rulesOf(rules)),
      warned("rules.1 is redundant: whatever meets rules.0 meets it"),
    )
  })

  it("where two others imply it together, which are named", () => {
    assert.deepStrictEqual(
      found(rulesOf([range({ min: 0 }), range({ max: 9 }), range({ min: -1, max: 10 })])),
      warned("rules.2 is redundant: whatever meets rules.0 and rules.1 meets it"),
    )
  })

  it("where everything meets it", () => {
    const always = warned("rules.0 is redundant: it is always met")
    assert.deepStrictEqual(found(rulesOf([{ any: [present, absent] }])), always)
    assert.deepStrictEqual(found(rulesOf([{ any: [absent, { not: absent }] }])), always)
  })
})

describe("a rule set is refused for a rule that nothing meets which meets the others", () => {
  it.each<[string, ReadonlyArray<ConditionOrFlag>]>([
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
  ])("%s", (_name, rules) => {
    assert.deepStrictEqual(
      found(rulesOf(rules)),
      refused("rules.1: a rule that can be met by what meets rules.0"),
    )
  })
})

describe("a rule set is refused for a rule that nothing meets", () => {
  const text = { field: ".", operator: "type", type: "text" } as const
  const inside = { field: "a", operator: "present" } as const

  it.each<[string, ConditionOrFlag, string]>([
    [
      "an `all` of conditions that exclude each other",
      { all: [equals("A"), equals("B")] },
      "rules.0: conditions that can be met together",
    ],
    [
      "limits of age that exclude each other",
      date({ min_age: "18 years", max_age: "5 years" }),
      "rules.0: a condition that can be met",
    ],
    [
      "a `not` around what everything meets",
      { not: { any: [present, absent] } },
      "rules.0: a condition that can be met",
    ],
    [
      "a condition on items that no item meets",
      some({ all: [text, inside] }),
      "rules.0.item: conditions that can be met together",
    ],
    [
      "one part of an `all`",
      { all: [{ ...present, field: "g" }, { not: { any: [present, absent] } }] },
      "rules.0.all.1: a condition that can be met",
    ],
  ])("%s", (_name, rule, mistake) => {
    assert.deepStrictEqual(found(rulesOf([rule])).diagnostics, [mistake])
  })

  it("at every alternative of an `any`", () => {
    const never = { not: { any: [present, absent] } }
    const rule = { any: [{ all: [equals("A"), equals("B")] }, some(never)] }
    assert.deepStrictEqual(found(rulesOf([rule])).diagnostics, [
      "rules.0.any.0: conditions that can be met together",
      "rules.0.any.1.item: a condition that can be met",
    ])
  })
})

describe("a condition inside a rule is warned about", () => {
  const never: Condition = { all: [equals("a"), absent] }
  const other = { ...present, field: "g" }

  it.each<[string, ConditionOrFlag, ReadonlyArray<string>]>([
    [
      "a branch of `all` that another implies",
      { all: [range({ min: 5 }), range({ min: 10 })] },
      ["rules.0.all.0 is redundant: rules.0.all means the same without it"],
    ],
    [
      "a branch of `any` that implies another",
      { any: [range({ min: 5 }), range({ min: 10 })] },
      ["rules.0.any.1 is redundant: rules.0.any means the same without it"],
    ],
    [
      "the second of two equal branches",
      { any: [equals("a"), other, equals("a")] },
      ["rules.0.any.2 is redundant: rules.0.any means the same without it"],
    ],
    ["an alternative that nothing meets", { any: [other, never] }, ["rules.0.any.1 is never met"]],
    [
      "an alternative that nothing meets, inside a `not`",
      { any: [other, { not: never }] },
      ["rules.0.any.1.not is never met"],
    ],
    [
      "a part that everything meets",
      { all: [other, { any: [present, absent] }] },
      ["rules.0.all.1 is redundant: it is always met"],
    ],
    [
      "an optional one that only a missing field meets",
      optional(date({ min_age: "18 years", max_age: "5 years" })),
      ["rules.0 is never met by a value, only by a missing field"],
    ],
    [
      "an optional alternative that only a missing field meets",
      { any: [other, optional(date({ min_age: "18 years", max_age: "5 years" }))] },
      ["rules.0.any.1 is never met by a value, only by a missing field"],
    ],
    [
      "one on items that only the empty list meets",
      on({ operator: "every_item", item: never } as const),
      ["rules.0.item is never met"],
    ],
    [
      "one on items that every item meets",
      some({ any: [present, absent] }),
      ["rules.0.item is redundant: it is always met"],
    ],
  ])("%s", (_name, rule, warnings) => {
    assert.deepStrictEqual(found(rulesOf([rule])), warned(...warnings))
  })

  it("that no value of an item meets, and the item may be missing", () => {
    const item = optional(some(never))
    assert.deepStrictEqual(found(rulesOf([some(item)])), warned("rules.0.item.item is never met"))
  })

  it("and the rule still counts for the rules after it", () => {
    assert.deepStrictEqual(
      found(rulesOf([{ any: [equals("A"), { all: [equals("B"), absent] }] }, equals("B")])),
      {
        diagnostics: ["rules.1: a rule that can be met by what meets rules.0"],
        warnings: ["rules.0.any.1 is never met"],
      },
    )
    const items = on({ operator: "every_item", item: never } as const)
    assert.deepStrictEqual(found(rulesOf([items, { ...equals("a"), field: "f.0" }])).diagnostics, [])
    assert.deepStrictEqual(found(rulesOf([items, on({ operator: "items", min: 1 } as const)])).diagnostics, [
      "rules.1: a rule that can be met by what meets rules.0",
    ])
  })
})

describe("a flag is warned about, and refuses nothing,", () => {
  it("that is set on every lead", () => {
    const flag = { ...equals("B"), severity: "flag" as const }
    assert.deepStrictEqual(
      found(rulesOf([equals("A"), flag])),
      warned("rules.1 flags every lead that meets rules.0"),
    )
    const impossible = { all: [equals("A"), equals("B")], severity: "flag" as const }
    assert.deepStrictEqual(found(rulesOf([impossible])), warned("rules.0 flags every lead: it is never met"))
  })
})

describe("nothing is found in a rule set that is fine", () => {
  it.each<[string, ReadonlyArray<ConditionOrFlag>]>([
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
    assert.deepStrictEqual(found(rulesOf(rules)), warned())
  })

  it("as the one that is shipped", () => {
    assert.deepStrictEqual(found(defaultRuleSet.rules), warned())
  })
})

describe("mistakes and warnings", () => {
  it("are all found at once, and a rule that is refused contradicts no other", () => {
    const rules = [equals("A"), equals("B"), equals("A"), { any: [present, absent] }, absent]
    assert.deepStrictEqual(found(rulesOf(rules)), {
      diagnostics: [
        "rules.1: a rule that can be met by what meets rules.0",
        "rules.4: a rule that can be met by what meets rules.0",
      ],
      warnings: [
        "rules.2 is redundant: whatever meets rules.0 meets it",
        "rules.3 is redundant: it is always met",
      ],
    })
  })

  it("say where and of what kind they are", () => {
    const { warnings } = Result.getOrThrow(
      compileRules({ version: "1", rules: rulesOf([equals("A"), equals("A")]) }),
    )
    assert.deepStrictEqual(warnings, [
      {
        path: "rules.1",
        kind: "redundant",
        message: "rules.1 is redundant: whatever meets rules.0 meets it",
      },
    ])
  })

  it("are found on fields of hundreds of keys, each with a name of its own", () => {
    const deep = (keys: number, ...last: ReadonlyArray<string>) =>
      [...Array.from({ length: keys }, () => "a"), ...last].join(".")
    const rules = Array.from({ length: 1000 }, (_, index) => ({
      ...equals(index),
      field: deep(510, `x${index}`),
    }))
    const contradictory = [
      { ...startsWith("a"), field: "t" },
      { ...present, field: `t.${deep(200)}` },
      { ...equals(0), field: deep(510, "x999") },
    ]
    assert.deepStrictEqual(
      found(rulesOf([...rules, ...contradictory])),
      refused(
        "rules.1001: a rule that can be met by what meets the rules before it",
        "rules.1002: a rule that can be met by what meets rules.999",
      ),
    )
  })

  it("are found among ten thousand rules", () => {
    const rules = Array.from({ length: 10_000 }, (_, index) =>
      index % 2 === 0
        ? { ...equals(index), field: `f${index}` }
        : on({ operator: "not_equals", value: index } as const),
    )
    const { diagnostics } = found(rulesOf([...rules.slice(0, -1), { ...equals("B"), field: "f4000" }]))
    assert.lengthOf(diagnostics, 1)
  })
})
