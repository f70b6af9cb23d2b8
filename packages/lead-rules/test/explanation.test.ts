import { assert, describe, it } from "@effect/vitest"
import type { Condition, Rule } from "@lead-gateway/lead-rules"
import { explanationOf, verdictOn } from "./support.ts"

const explain = (condition: Condition, payload: unknown, values: "hide" | "show" = "hide") =>
  explanationOf(verdictOn([{ ...condition, reason: "R" }], payload, { values }))

const kind = { field: "kind" } as const

describe("an explanation", () => {
  it.each<[Condition, unknown, string]>([
    [{ not: { ...kind, operator: "present" } }, "x", "kind must not be present, but it is"],
    [{ not: { ...kind, operator: "pattern", pattern: "^a" } }, "abc", "kind must not match ^a, but it does"],
    [{ not: { ...kind, operator: "pattern", pattern: "^a" } }, null, "kind must not match ^a, but is null"],
    [
      { not: { ...kind, operator: "not_equals", value: true } },
      1,
      "kind must be true, but this number is not",
    ],
    [
      { not: { ...kind, operator: "not_equals", value: "x" } },
      true,
      'kind must be "x", but this boolean is not',
    ],
  ])("of the opposite says so: %j for %j", (condition, value, sentence) => {
    assert.strictEqual(explain(condition, { kind: value }), sentence)
  })

  const begins: Condition = { field: "phone", operator: "starts_with", value: "+49" }
  const ends: Condition = { field: "email", operator: "ends_with", value: ".de" }

  it("of all names the first that is unmet, and what is missing only if none is", () => {
    assert.strictEqual(
      explain({ all: [begins, ends] }, { email: "x" }),
      'email must end with ".de", but this text does not',
    )
    assert.strictEqual(
      explain({ all: [begins, ends] }, { email: "x.de" }),
      'phone must begin with "+49", but is absent',
    )
  })

  it("of any names every alternative, three at most; or what is missing, if that could have met it", () => {
    assert.strictEqual(
      explain({ any: [begins, ends] }, { phone: "1", email: "x" }),
      'no alternative is met: phone must begin with "+49", but this text does not; email must end with ".de", but this text does not',
    )
    assert.strictEqual(
      explain({ any: [begins, ends] }, { phone: "1" }),
      'email must end with ".de", but is absent',
    )
    assert.match(
      explain({ any: [begins, begins, begins, ends] }, { phone: "1", email: "x" }),
      /; and 1 more$/,
    )
  })

  it("of not says the contrary of what is inside", () => {
    const both = { phone: "+49 1", email: "x.de" }
    assert.strictEqual(
      explain({ not: { all: [begins, ends] } }, both),
      'no alternative is met: phone must not begin with "+49", but it does; email must not end with ".de", but it does',
    )
    assert.strictEqual(
      explain({ not: { any: [begins, { not: ends }] } }, { phone: "1", email: "x" }),
      'email must end with ".de", but this text does not',
    )
  })

  it("of items names the item that decided, or the list if it was none more than another", () => {
    const isYes: Condition = { field: "a", operator: "equals", value: "ja" }
    const isRoof: Condition = { field: "q", operator: "equals", value: "Dach" }
    const lead = { questions: [{ q: "Dach", a: "ja" }, { q: "Dach", a: "nein" }, {}] }
    assert.strictEqual(
      explain({ field: "questions", operator: "every_item", item: isYes }, lead),
      'questions.1.a must be "ja", but this text is not',
    )
    assert.strictEqual(
      explain({ field: "questions", operator: "some_item", item: { all: [isYes, { not: isRoof }] } }, lead),
      'questions.2.a must be "ja", but is absent',
    )
    assert.strictEqual(
      explain(
        { field: "questions", operator: "some_item", item: { all: [isYes, { not: isRoof }] } },
        { questions: [] },
      ),
      'questions must have an item where a is "ja" and q is not "Dach", but this list does not',
    )
    assert.strictEqual(
      explain(
        {
          not: {
            field: "tags",
            operator: "some_item",
            item: { field: ".", operator: "contains", value: "x" },
          },
        },
        { tags: ["a", "x"] },
      ),
      'tags.1 must not contain "x", but it does',
    )
    assert.strictEqual(
      explain(
        { field: "tags", operator: "every_item", item: { field: ".", operator: "type", type: "text" } },
        { tags: "x" },
      ),
      "tags must have only items where it is a text, but is a text",
    )
    assert.strictEqual(
      explain(
        { field: String.raw`Fragen\.`, operator: "every_item", item: isYes },
        { "Fragen.": [{ a: "x" }] },
      ),
      String.raw`Fragen\..0.a must be "ja", but this text is not`,
    )
  })

  it("of items says what belongs together", () => {
    const is = (field: string, value: number): Condition => ({ field, operator: "equals", value })
    const some = (item: Condition): Condition => ({ field: "list", operator: "some_item", item })
    const sentence = (item: Condition) => explain(some(item), { list: [] }).split(" item ")[1]
    assert.strictEqual(
      sentence({ all: [{ any: [is("a", 1), is("b", 2)] }, is("c", 3)] }),
      "where (a is 1 or b is 2) and c is 3, but this list does not",
    )
    assert.strictEqual(
      sentence({ any: [{ not: { any: [is("a", 1), is("b", 2)] } }, { all: [is("c", 3)] }] }),
      "where (a is not 1 and b is not 2) or c is 3, but this list does not",
    )
    assert.strictEqual(
      explain(some({ all: [some({ all: [is("a", 1), is("b", 2)] }), is("c", 3)] }), { list: [] }),
      "list must have an item where (list has an item where a is 1 and b is 2) and c is 3, but this list does not",
    )
  })

  it("quotes what was seen where it is asked to, shortened", () => {
    const asked: Condition = { ...kind, operator: "equals", value: "a" }
    assert.strictEqual(explain(asked, { kind: "b" }, "show"), 'kind must be "a", but is "b"')
    assert.strictEqual(
      explain(asked, { kind: JSON.rawJSON("12345678901234567890") }, "show"),
      'kind must be "a", but is 12345678901234567890',
    )
    assert.isBelow(explain(asked, { kind: "b".repeat(1e6) }, "show").length, 200)
  })
})

describe("a finding", () => {
  const rules: ReadonlyArray<Rule> = [
    {
      id: "age",
      field: "age",
      operator: "range",
      min: 18,
      reason: "TOO_YOUNG",
      severity: "flag",
      message: "Ask for the parents.",
    },
    {
      any: [{ field: "zip", operator: "zip", prefixes: ["66*"] }],
      id: "zip",
      reason: "ZIP",
      message: "We only serve 66xxx.",
    },
    { field: "owner", operator: "equals", value: true, reason: "NOT_HOMEOWNER" },
    { field: "name", operator: "absent", reason: "NAMED", severity: "flag" },
  ]
  const zip = {
    reason: "ZIP",
    rule: { index: 1, id: "zip", path: "rules.1.any.0", field: "zip" },
    message: "We only serve 66xxx.",
    explanation: "zip must be one of the codes 66*, but this text is not",
  }
  const age = {
    reason: "TOO_YOUNG",
    severity: "flag",
    rule: { index: 0, id: "age", path: "rules.0", field: "age" },
    message: "Ask for the parents.",
    actual: "a number",
    expected: "must be at least 18",
    explanation: "age must be at least 18, but this number is not",
  }

  it("tells the rule, its sentence, what was seen and what would have passed; the first rejects", () => {
    assert.deepStrictEqual<unknown>(verdictOn(rules, { age: 7, zip: "12345", name: "x" }), {
      _tag: "Rejected",
      ...zip,
      findings: [{ ...zip, severity: "reject", actual: "a text", expected: "must be one of the codes 66*" }],
      flags: [age],
    })
  })

  it("is there for every rule, if all are asked for", () => {
    const verdict = verdictOn(rules, { age: 7, zip: "12345", name: "x" }, { findings: "all" })
    assert.deepStrictEqual(verdict._tag === "Rejected" && verdict.findings.map(({ reason }) => reason), [
      "ZIP",
      "MISSING_REQUIRED_FIELD",
    ])
    assert.deepStrictEqual(
      verdict.flags.map(({ reason }) => reason),
      ["TOO_YOUNG", "NAMED"],
    )
  })

  it("flags a lead without rejecting it", () => {
    assert.deepStrictEqual<unknown>(verdictOn(rules, { age: 7, zip: "66123", owner: true }), {
      _tag: "Accepted",
      flags: [age],
    })
  })

  it("has the reason of the rule where the rule asks whether a field is there, if it gives one", () => {
    const reasons = (
      [
        { field: "a", operator: "present" },
        { field: "a", operator: "present", reason: "NO_A" },
      ] as const
    ).map((rule) => verdictOn([rule], {}))
    assert.deepStrictEqual(
      reasons.map((verdict) => verdict._tag === "Rejected" && verdict.reason),
      ["MISSING_REQUIRED_FIELD", "NO_A"],
    )
  })
})
