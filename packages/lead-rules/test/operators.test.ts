import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { compileRules, type Condition, type Diagnostic } from "@lead-gateway/lead-rules"
import { Result } from "effect"
import { fieldDefinitions, quantifierDefinitions } from "../src/internal/operators/table.ts"
import { noLimits } from "../src/internal/operators/Operator.ts"
import { Met, Unknown } from "../src/internal/Truth.ts"
import { allExamples } from "./examples/all.ts"
import type { Asked } from "./examples/Examples.ts"
import { explanationOf, truthOf, verdictOn } from "./support.ts"

const on = (field: string, asked: Asked) => ({ field, ...asked }) as Condition

const missing: ReadonlyArray<unknown> = [{}, { a: null }, { a: " \u0085" }, null, "a", []]

/** What is wrong with a condition as the only rule of a set. */
const diagnosticsIn = (asked: Asked): ReadonlyArray<Diagnostic> =>
  Result.match(compileRules({ version: "1", rules: [{ ...on("a", asked), reason: "A" }] }), {
    onFailure: ({ diagnostics }) => diagnostics,
    onSuccess: () => [],
  })

const whenMissing = (name: string): "met" | "unmet" | "unknown" => {
  const truth = Object.hasOwn(fieldDefinitions, name)
    ? fieldDefinitions[name as keyof typeof fieldDefinitions].whenMissing
    : Unknown
  return truth === Unknown ? "unknown" : truth === Met ? "met" : "unmet"
}

describe.each(allExamples.map((examples) => [examples.name, examples] as const))("%s", (name, examples) => {
  it.each(examples.evaluated)("is met by the values that it should be: $asked", ({ asked, met, unmet }) => {
    const condition = on("a", asked)
    for (const value of met) {
      assert.strictEqual(truthOf(condition, { a: value }), "met", JSON.stringify(value))
    }
    for (const value of unmet) {
      assert.strictEqual(truthOf(condition, { a: value }), "unmet", JSON.stringify(value))
    }
    for (const payload of missing) {
      assert.strictEqual(truthOf(condition, payload), whenMissing(name), JSON.stringify(payload))
    }
    if (whenMissing(name) !== "unknown") return
    const optional = { ...condition, optional: true } as Condition
    for (const payload of missing) {
      assert.strictEqual(truthOf(optional, payload), "met", JSON.stringify(payload))
      assert.strictEqual(truthOf({ not: optional }, payload), "unmet", JSON.stringify(payload))
    }
  })

  it.each(examples.explained)("explains why %j is not met by %j", (asked, value, sentence) => {
    const rules = [{ ...on("kind", asked), reason: "R" }]
    assert.strictEqual(explanationOf(verdictOn(rules, { kind: value })), sentence)
  })

  it("accepts limits at their edges and refuses those that no value is within", () => {
    for (const asked of examples.limits)
      assert.deepStrictEqual(diagnosticsIn(asked), [], JSON.stringify(asked))
    for (const [asked, message] of examples.wrongLimits) {
      assert.deepStrictEqual(
        diagnosticsIn(asked).map(({ expected }) => expected),
        [message],
      )
    }
  })

  it("has examples of its limits, if it checks any", () => {
    const checks =
      Object.hasOwn(fieldDefinitions, name) &&
      fieldDefinitions[name as keyof typeof fieldDefinitions].checkLimits !== noLimits
    assert.strictEqual(examples.limits.length > 0, checks)
    assert.strictEqual(examples.wrongLimits.length > 0, checks)
  })

  it.each(examples.redundant)("is analysed: what meets %j meets %j", (first, second) => {
    const rules = [first, second].map((asked) => ({ ...on("a", asked), reason: "A" }))
    assert.deepStrictEqual(analysed(rules), ["rules.1 is redundant: whatever meets rules.0 meets it"])
  })

  it.each(examples.contradictory)("is analysed: nothing meets both %j and %j", (first, second) => {
    const rules = [first, second].map((asked) => ({ ...on("a", asked), reason: "A" }))
    assert.deepStrictEqual(analysed(rules), ["rules.1: a rule that can be met by what meets rules.0"])
  })

  it("has a row in the README that names it and its keys", () => {
    const { description, keys } = Object.hasOwn(fieldDefinitions, name)
      ? fieldDefinitions[name as keyof typeof fieldDefinitions]
      : { ...quantifierDefinitions[name as keyof typeof quantifierDefinitions], keys: { item: 1 } }
    const row = readmeRows.find(([operators]) => operators?.includes(`\`${name}\``))
    assert.isDefined(row)
    const [, documented = "", meaning = ""] = row ?? []
    for (const key of Object.keys(keys)) {
      if (key !== "optional") assert.include(documented, `\`${key}\``)
    }
    assert.isAbove(meaning.length, 10)
    assert.match(description, /^The field must .+\.$/)
  })
})

const analysed = (rules: ReadonlyArray<object>): ReadonlyArray<string> =>
  Result.match(compileRules({ version: "1", rules }), {
    onFailure: ({ diagnostics }) => diagnostics.map(({ path, expected }) => `${path}: ${expected}`),
    onSuccess: ({ warnings }) => warnings.map(({ message }) => message),
  })

/** The cells of the tables in the README. */
const readmeRows: ReadonlyArray<ReadonlyArray<string>> = readFileSync(
  new URL("../README.md", import.meta.url),
  "utf8",
)
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.split("|").slice(1, -1))

describe("all, any and not", () => {
  const yes: Condition = { field: "here", operator: "equals", value: 1 }
  const no: Condition = { field: "here", operator: "equals", value: 2 }
  const unknown: Condition = { field: "there", operator: "equals", value: 1 }
  const on = (condition: Condition) => truthOf(condition, { here: 1 })

  it("follow Kleene's logic, a missing field being unknown", () => {
    assert.strictEqual(on({ all: [yes, yes] }), "met")
    assert.strictEqual(on({ all: [yes, unknown] }), "unknown")
    assert.strictEqual(on({ all: [unknown, no] }), "unmet")
    assert.strictEqual(on({ any: [unknown, yes] }), "met")
    assert.strictEqual(on({ any: [no, unknown] }), "unknown")
    assert.strictEqual(on({ any: [no, no] }), "unmet")
    assert.strictEqual(on({ not: yes }), "unmet")
    assert.strictEqual(on({ not: no }), "met")
    assert.strictEqual(on({ not: unknown }), "unknown")
    assert.strictEqual(on({ not: { all: [yes, { any: [no, unknown] }] } }), "unknown")
  })

  it("some_item and every_item follow it too", () => {
    const isOne: Condition = { field: "q", operator: "equals", value: 1 }
    const some: Condition = { field: "list", operator: "some_item", item: isOne }
    const every: Condition = { field: "list", operator: "every_item", item: isOne }
    assert.strictEqual(truthOf(some, { list: [{}, { q: 1 }] }), "met")
    assert.strictEqual(truthOf(some, { list: [{}, { q: 2 }] }), "unknown")
    assert.strictEqual(truthOf(every, { list: [{}, { q: 1 }] }), "unknown")
    assert.strictEqual(truthOf(every, { list: [{}, { q: 2 }] }), "unmet")
  })
})
