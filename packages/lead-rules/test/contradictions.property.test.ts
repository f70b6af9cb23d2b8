import { makeReport } from "@lead-gateway/document-check"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import type { Condition } from "../src/Condition.ts"
import { findContradictions } from "../src/internal/analysis/findContradictions.ts"
import { compileCondition } from "../src/internal/program/compileCondition.ts"
import { Scope } from "../src/internal/program/Scope.ts"
import { Met, type Truth } from "../src/internal/Truth.ts"
import type { Rule } from "../src/Rule.ts"
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

describe("what is found of a rule set", () => {
  it.prop(
    "is so for every payload",
    [RuleTrees],
    ([trees]) => {
      const rules = rulesOf(trees)
      const { mistakes, report } = makeReport()
      findContradictions({ rules }, report)
      const isIdle = (allowed: string) => allowed.startsWith("a condition without which")
      const wrong = new Set(
        mistakes.filter(({ allowed }) => !isIdle(allowed)).map(({ path }) => path.split(".")[1]),
      )
      for (const { path, allowed } of mistakes) {
        const said = JSON.stringify({ path, allowed, rules })
        const keys = path.split(".")
        const condition = at({ rules }, keys) as Condition
        const truths = truthsOf(condition)
        if (isIdle(allowed)) {
          const idle = mistakes.filter((other) => isIdle(other.allowed) && isSibling(other.path, path))
          const rest = Array.from(at({ rules }, keys.slice(0, -1)) as ReadonlyArray<Condition>).filter(
            (_, index) => !idle.some((other) => other.path === [...keys.slice(0, -1), index].join(".")),
          )
          const parent = at({ rules }, keys.slice(0, -2)) as Condition
          const without: Condition = keys.at(-2) === "all" ? { all: rest } : { any: rest }
          assert.deepStrictEqual(truthsOf(without), truthsOf(junctionOf(parent)), said)
        } else if (allowed === "a condition that not everything meets") {
          assert.isTrue(
            truths.every((truth) => truth === Met),
            said,
          )
        } else if (
          allowed === "conditions that can be met together" ||
          allowed === "a condition that can be met"
        ) {
          const strict = "optional" in condition ? truthsOf({ ...condition, optional: false }) : truths
          assert.isFalse(strict.includes(Met), said)
        } else {
          const earlier = rules
            .filter(
              (rule, index) =>
                index < Number(keys[1]) && rule.severity !== "flag" && !wrong.has(String(index)),
            )
            .map(truthsOf)
          const passing = truths.filter((_, payload) => earlier.every((one) => one[payload] === Met))
          if (allowed.endsWith("already"))
            assert.isTrue(
              passing.every((truth) => truth === Met),
              said,
            )
          else assert.isFalse(passing.includes(Met), said)
        }
      }
    },
    { arbitrary: { runs: 5_000 } },
  )
})

/** Without what a rule says beside its condition. */
const junctionOf = (parent: Condition): Condition =>
  "all" in parent ? { all: parent.all } : "any" in parent ? { any: parent.any } : parent

const isSibling = (a: string, b: string): boolean => parentOf(a) === parentOf(b)
const parentOf = (path: string): string => path.slice(0, path.lastIndexOf("."))
