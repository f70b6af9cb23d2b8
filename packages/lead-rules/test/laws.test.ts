import { anyJson } from "@lead-gateway/testkit/any-json"
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import type { Condition, Finding, Rule, Verdict } from "@lead-gateway/lead-rules"
import { evaluate } from "@lead-gateway/lead-rules"
import { allExamples } from "./examples/all.ts"
import { nowMs, ruleSetOf, truthOf, verdictOn } from "./support.ts"

const fields = ["a", "b", "c.d", "list.0", "list", "."]

/** Conditions of every operator on few fields, so that payloads of the same few fields meet some of them. */
const leaves: ReadonlyArray<Condition> = allExamples
  .flatMap(({ evaluated, overlapping }) => [...evaluated.map(({ asked }) => asked), ...overlapping])
  .flatMap((asked, index): ReadonlyArray<Condition> => {
    const field = fields[index % fields.length] ?? "a"
    const condition = { field, ...asked } as Condition
    const isOptional = index % 3 === 0 && asked.operator !== "present" && asked.operator !== "absent"
    return [condition, { ...condition, field: "a", ...(isOptional ? { optional: true } : {}) }]
  })

/** The values that the examples are met by, and those that they are not. */
const exampleValues = allExamples.flatMap(({ evaluated }) =>
  evaluated.flatMap(({ met, unmet }) => [...met, ...unmet]),
)

type Tree =
  | number
  | { readonly all: ReadonlyArray<Tree> }
  | { readonly any: ReadonlyArray<Tree> }
  | { readonly not: Tree }

const inner: Schema.Codec<Tree> = Schema.suspend(() => TreeSchema)
const TreeSchema: Schema.Codec<Tree> = Schema.Union([
  Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: leaves.length - 1 })),
  Schema.Struct({ all: Schema.NonEmptyArray(inner) }),
  Schema.Struct({ any: Schema.NonEmptyArray(inner) }),
  Schema.Struct({ not: inner }),
])

const conditionOf = (tree: Tree): Condition => {
  if (typeof tree === "number") return leaves[tree] ?? { field: "a", operator: "present" }
  if ("all" in tree) return { all: tree.all.map(conditionOf) }
  return "any" in tree ? { any: tree.any.map(conditionOf) } : { not: conditionOf(tree.not) }
}

const AnyCondition = Arbitrary.map(Arbitrary.schema(TreeSchema), conditionOf)

const AnyRules = Arbitrary.map(
  Arbitrary.schema(Schema.Array(Schema.Struct({ tree: TreeSchema, flag: Schema.Boolean }))),
  (rules): ReadonlyArray<Rule> =>
    rules.map(({ tree, flag }, index) => ({
      ...conditionOf(tree),
      reason: `R${index}`,
      severity: flag ? "flag" : "reject",
    })),
)

const { value } = anyJson({
  keys: ["a", "b", "c", "d", "list"],
  texts: ["x", "X", "66123", "5000", "2000-02-29"],
})

/** One of the examples' values, or any. */
const AnyValue = Arbitrary.map(
  Arbitrary.all({
    value,
    index: Arbitrary.schema(
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 * exampleValues.length })),
    ),
  }),
  ({ value, index }) => (index < exampleValues.length ? exampleValues[index] : value),
)

/** Fields that conditions are on, absent or with any value; and values that are not objects. */
const AnyPayload = Arbitrary.map(
  Arbitrary.all({
    a: AnyValue,
    b: AnyValue,
    d: AnyValue,
    item: AnyValue,
    any: AnyValue,
    shape: Arbitrary.schema(Schema.Int),
  }),
  ({ a, b, d, item, any, shape }) => {
    if (shape % 7 === 0) return any
    return { ...(shape % 2 === 0 ? { a } : {}), b, c: { d }, list: [item, a, { a: b }] }
  },
)

const findingsOf = (verdict: Verdict): ReadonlyArray<Finding> =>
  verdict._tag === "Rejected" ? verdict.findings : []

const runs = { arbitrary: { runs: 300 } }

describe("laws", () => {
  it.prop(
    "there is a verdict on any payload, always the same, and the payload stays as it was",
    [AnyRules, AnyPayload],
    ([rules, payload]) => {
      const before = JSON.stringify(payload)
      const ruleSet = ruleSetOf(...rules)
      for (const findings of ["first", "all"] as const) {
        for (const values of ["hide", "show"] as const) {
          const verdict = evaluate(ruleSet, payload, { nowMs, findings, values })
          assert.deepStrictEqual(evaluate(ruleSet, payload, { nowMs, findings, values }), verdict)
          assert.deepStrictEqual(verdictOn(rules, payload, { findings, values }), verdict)
        }
      }
      assert.strictEqual(JSON.stringify(payload), before)
    },
    runs,
  )

  it.prop(
    "no payload decides what is said of another one, though a rule set keeps what it said",
    [AnyRules, Arbitrary.all({ one: AnyPayload, two: AnyPayload, three: AnyPayload })],
    ([rules, { one, two, three }]) => {
      const ruleSet = ruleSetOf(...rules)
      const asked = [one, two, three, two, one]
      const told = asked.map((payload) => evaluate(ruleSet, payload, { nowMs }))
      assert.deepStrictEqual(
        told,
        asked.map((payload) => verdictOn(rules, payload)),
      )
    },
    runs,
  )

  it.prop(
    "the first finding is the first of all findings, and flags reject nothing",
    [AnyRules, AnyPayload],
    ([rules, payload]) => {
      const first = verdictOn(rules, payload)
      const all = verdictOn(rules, payload, { findings: "all" })
      assert.strictEqual(first._tag, all._tag)
      assert.deepStrictEqual(findingsOf(first), findingsOf(all).slice(0, 1))
      assert.deepStrictEqual(first.flags, all.flags.slice(0, first.flags.length))
      for (const [severity, findings] of [
        ["reject", findingsOf(all)],
        ["flag", all.flags],
      ] as const) {
        const indices = findings.map(({ rule }) => rule.index)
        assert.deepStrictEqual(
          indices,
          indices.toSorted((a, b) => a - b),
        )
        for (const finding of findings) {
          assert.strictEqual(finding.severity, severity)
          assert.include([`R${finding.rule.index}`, "MISSING_REQUIRED_FIELD"], finding.reason)
        }
      }
    },
    runs,
  )

  it.prop(
    "a rule set says of each rule what the rule says alone",
    [AnyRules, AnyPayload],
    ([rules, payload]) => {
      const verdict = verdictOn(rules, payload, { findings: "all" })
      const unmet = new Set([...findingsOf(verdict), ...verdict.flags].map(({ rule }) => rule.index))
      for (const [index, { reason: _, severity: __, ...condition }] of rules.entries()) {
        assert.strictEqual(truthOf(condition as Condition, payload) !== "met", unmet.has(index))
      }
    },
    runs,
  )

  it.prop(
    "the order inside all and any does not matter",
    [AnyCondition, AnyCondition, AnyCondition, AnyPayload],
    ([a, b, c, payload]) => {
      for (const join of [
        (...all: ReadonlyArray<Condition>): Condition => ({ all }),
        (...any: ReadonlyArray<Condition>): Condition => ({ any }),
      ]) {
        const truth = truthOf(join(a, b, c), payload)
        assert.strictEqual(truthOf(join(c, b, a), payload), truth)
        assert.strictEqual(truthOf(join(b, join(c, a)), payload), truth)
      }
    },
    runs,
  )

  it.prop(
    "not all of these is any of their contraries; twice not is nothing",
    [AnyCondition, AnyCondition, AnyPayload],
    ([a, b, payload]) => {
      assert.strictEqual(
        truthOf({ not: { all: [a, b] } }, payload),
        truthOf({ any: [{ not: a }, { not: b }] }, payload),
      )
      assert.strictEqual(
        truthOf({ not: { any: [a, b] } }, payload),
        truthOf({ all: [{ not: a }, { not: b }] }, payload),
      )
      assert.strictEqual(truthOf({ not: { not: a } }, payload), truthOf(a, payload))
      const [some, every]: ReadonlyArray<Condition> = [
        { not: { field: "list", operator: "some_item", item: a } },
        { field: "list", operator: "every_item", item: { not: a } },
      ]
      if (
        some !== undefined &&
        every !== undefined &&
        truthOf({ field: "list", operator: "type", type: "list" }, payload) === "met"
      ) {
        assert.strictEqual(truthOf(some, payload), truthOf(every, payload))
      }
    },
    runs,
  )

  it.prop(
    "what decided is named by a path that leads to it in the rule set",
    [AnyRules, AnyPayload],
    ([rules, payload]) => {
      const verdict = verdictOn(rules, payload, { findings: "all" })
      for (const { rule, explanation } of [...findingsOf(verdict), ...verdict.flags]) {
        const decided = rule.path.split(".").reduce<unknown>((json, key) => (json as never)[key], { rules })
        assert.property(decided, "operator")
        assert.match(explanation, / must .*, but (is|it|this) /)
      }
    },
    runs,
  )

  it.prop(
    "an explanation quotes nothing of the payload, unless it is asked to",
    [AnyRules, Schema.String.check(Schema.isMinLength(1))],
    ([rules, secret]) => {
      const marked = `§${secret}§`
      const payload = {
        a: marked,
        b: [marked, { a: marked }],
        c: { d: marked },
        list: [marked, { [marked]: marked }],
      }
      assert.notInclude(JSON.stringify(verdictOn(rules, payload, { findings: "all" })), "§")
    },
    runs,
  )
})
