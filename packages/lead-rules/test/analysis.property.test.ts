import { makeReport } from "@lead-gateway/document-check"
import { propertyRuns } from "@lead-gateway/testkit/property-runs"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import type { Condition } from "../src/Condition.ts"
import { analyse } from "../src/internal/analysis/analyse.ts"
import { compileCondition } from "../src/internal/program/Node.ts"
import { Scope } from "../src/internal/program/Scope.ts"
import { Met, type Truth } from "../src/internal/Truth.ts"
import type { Rule } from "../src/RuleSet.ts"
import { allExamples } from "./examples/all.ts"

const now = Date.UTC(2026, 5, 15, 12)

/** Conditions of every operator, few enough to be related often; those on items are made of trees. */
const askedOfFields = allExamples
  .flatMap(({ overlapping }) => overlapping)
  .filter((asked) => !("item" in asked))

type Tree =
  | { readonly asked: number; readonly field: string; readonly optional: boolean }
  | { readonly quantifier: "some_item" | "every_item"; readonly item: Tree; readonly optional: boolean }
  | { readonly junction: "all" | "any"; readonly first: Tree; readonly others: ReadonlyArray<Tree> }
  | { readonly not: Tree }

const suspended = Schema.suspend((): Schema.Codec<Tree> => tree)
const leaf = Schema.Struct({
  asked: Schema.Literals(askedOfFields.map((_, index) => index)),
  field: Schema.Literals(["f", "f", "f", "f", "f.g", "g", "."]),
  optional: Schema.Literals([false, false, true]),
})
const junction = Schema.Struct({
  junction: Schema.Literals(["all", "any"]),
  first: suspended,
  others: Schema.Array(suspended),
})
const tree: Schema.Codec<Tree> = Schema.Union([
  leaf,
  leaf,
  leaf,
  junction,
  junction,
  Schema.Struct({ not: suspended }),
  Schema.Struct({
    quantifier: Schema.Literals(["some_item", "every_item"]),
    item: suspended,
    optional: Schema.Boolean,
  }),
])

const conditionOf = (part: Tree): Condition => {
  if ("not" in part) return { not: conditionOf(part.not) }
  if ("junction" in part) {
    const parts = [part.first, ...part.others].map(conditionOf)
    return part.junction === "all" ? { all: parts } : { any: parts }
  }
  const { optional } = part
  if ("item" in part) return { field: "f", operator: part.quantifier, item: conditionOf(part.item), optional }
  const asked = askedOfFields[part.asked] ?? { operator: "present" }
  const isPresence = asked.operator === "present" || asked.operator === "absent"
  return { field: part.field, ...asked, ...(isPresence ? {} : { optional }) }
}

const RuleTrees = Schema.Array(Schema.Struct({ tree, isFlag: Schema.Literals([false, false, true]) }))

const rulesOf = (trees: typeof RuleTrees.Type): ReadonlyArray<Rule> =>
  trees.map(({ tree, isFlag }) => ({
    ...conditionOf(tree),
    reason: "R",
    ...(isFlag ? { severity: "flag" as const } : {}),
  }))

// prettier-ignore
const plain: ReadonlyArray<unknown> = [
  undefined, null, " ", true, false, 0, 1, 2, 2.5, 3, JSON.rawJSON("2.00000000000000000001"), JSON.rawJSON("1e400"),
  "a", "b", "A", "ab", "AB", "aB", "bab", "c", "ba", "2", " 2 ", "1.5", "3", "xx", "€", "😀",
  "66123", "66150", "66300", "66999", "67000", "661", "66", "66123x", "661234", "00000",
  "2026-06-15", "2026-06-15T12:00:00Z", "2026-06-14", "2026-06-16", "2026-04-16", "2026-04-15", "2026-06-15T11:59:30Z",
  "2008-06-15", "2008-06-16", "2009-06-15", "2009-06-14", "1990-01-01", "2026-13-01",
]
const values: ReadonlyArray<unknown> = [
  ...plain,
  [],
  [2],
  ["a"],
  [null],
  ["a", "b"],
  [["a"], { f: "a" }],
  [{ f: 2, g: "a" }, { f: "66123" }],
  {},
  ...plain.slice(1).map((g) => ({ g })),
]
/** Leads, and whatever may be an item of a list. */
const payloads: ReadonlyArray<unknown> = [
  ...values,
  ...values.map((f) => ({ f })),
  ...values.map((f) => ({ f, g: "a" })),
  ...values.map((f) => ({ f, g: 2 })),
  ...plain.map((g) => ({ f: "a", g })),
  ...plain.map((g) => ({ f: { g: "66123" }, g })),
]

const truthsOf = (condition: Condition): ReadonlyArray<Truth> => {
  const scope = new Scope()
  const { check } = compileCondition(condition, "", scope)
  return payloads.map((payload) => {
    const frame = scope.take(payload, now)
    const truth = check(frame)
    scope.release(frame)
    return truth
  })
}

const at = (document: unknown, path: ReadonlyArray<string>): unknown =>
  path.reduce((value, key) => (value as Readonly<Record<string, unknown>>)[key], document)

/** Whether a condition is met by each payload, missing fields aside: the limits of an optional condition may be wrong. */
const isNeverMetByValues = (condition: Condition): boolean =>
  !truthsOf("optional" in condition ? { ...condition, optional: false } : condition).includes(Met)

describe("the analysis of a rule set", () => {
  it.prop(
    "only finds what is true for every payload",
    [RuleTrees],
    ([trees]) => {
      const rules = rulesOf(trees)
      const { diagnostics, report } = makeReport()
      const warnings = analyse({ rules }, report)
      const refused = new Set(diagnostics.map(({ path }) => path.split(".")[1]))
      /** The truths for the leads that meet the rejecting rules before a rule. */
      const passing = (index: number, truths: ReadonlyArray<Truth>): ReadonlyArray<Truth> => {
        const earlier = rules
          .filter((rule, other) => other < index && rule.severity !== "flag" && !refused.has(String(other)))
          .map(truthsOf)
        return truths.filter((_, payload) => earlier.every((one) => one[payload] === Met))
      }
      for (const { path, expected } of diagnostics) {
        const keys = path.split(".")
        const message = JSON.stringify({ path, expected, rules })
        const rule = rules[Number(keys[1])] as Rule
        assert.notStrictEqual(rule.severity, "flag", message)
        assert.isFalse(passing(Number(keys[1]), truthsOf(rule)).includes(Met), message)
        if (keys.length > 2) assert.isTrue(isNeverMetByValues(at({ rules }, keys) as Condition), message)
      }
      for (const { path, kind, message } of warnings) {
        const explained = JSON.stringify({ message, rules })
        const keys = path.split(".")
        const condition = at({ rules }, keys) as Condition
        const truths = truthsOf(condition)
        if (kind === "never_met") assert.isTrue(isNeverMetByValues(condition), explained)
        else if (kind === "flags_all") {
          assert.isFalse(passing(Number(keys[1]), truths).includes(Met), explained)
        } else if (message.endsWith("means the same without it")) {
          const siblings = warnings
            .filter((other) => other.message.endsWith("without it") && isSibling(other.path, path))
            .map((other) => other.path)
          const rest = Array.from(at({ rules }, keys.slice(0, -1)) as ReadonlyArray<Condition>).filter(
            (_, index) => !siblings.includes([...keys.slice(0, -1), index].join(".")),
          )
          const parent = at({ rules }, keys.slice(0, -2)) as Condition
          const without: Condition = keys.at(-2) === "all" ? { all: rest } : { any: rest }
          assert.deepStrictEqual(truthsOf(without), truthsOf(junctionOf(parent)), explained)
        } else {
          const relevant = message.endsWith("it is always met") ? truths : passing(Number(keys[1]), truths)
          assert.isTrue(
            relevant.every((truth) => truth === Met),
            explained,
          )
        }
      }
    },
    propertyRuns(1000),
  )

  it.prop(
    "refuses no rule set that some lead passes",
    [RuleTrees],
    ([trees]) => {
      const rules = rulesOf(trees)
      const { diagnostics, report } = makeReport()
      analyse({ rules }, report)
      const rejecting = rules.filter(({ severity }) => severity !== "flag").map(truthsOf)
      const isPassed = payloads.some((_, payload) => rejecting.every((truths) => truths[payload] === Met))
      if (isPassed) assert.deepStrictEqual(diagnostics, [])
    },
    propertyRuns(400),
  )
})

/** The junction alone, without the rule around it. */
const junctionOf = (parent: Condition): Condition =>
  "all" in parent ? { all: parent.all } : "any" in parent ? { any: parent.any } : parent

const isSibling = (a: string, b: string): boolean => parentOf(a) === parentOf(b)
const parentOf = (path: string): string => path.slice(0, path.lastIndexOf("."))
