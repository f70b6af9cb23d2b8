import { getter, notJson } from "@lead-gateway/testkit/not-json"
import { assert, describe, it } from "@effect/vitest"
import {
  compileRules,
  compileRulesOrThrow,
  defaultRuleSet,
  evaluate,
  type EvaluateOptions,
  type Rule,
} from "@lead-gateway/lead-rules"
import { allExamples } from "./examples/all.ts"
import { nowMs, reasonOf, ruleSetOf } from "./support.ts"

/** A rule of every example, on the payload and on what is inside it. */
const rules = allExamples
  .flatMap(({ evaluated, overlapping }) => [...evaluated.map(({ asked }) => asked), ...overlapping])
  .flatMap((asked) => ["a", "a.b", "list", "."].map((field): Rule => ({ field, ...asked, reason: "R" })))

const everyRule = ruleSetOf(...rules)

describe("evaluate, for whatever JavaScript holds", () => {
  it.each(notJson)("has a verdict on %s", (_name, value) => {
    for (const payload of [value, { a: value }, { a: { b: value } }, { list: [value, { a: value }] }]) {
      for (const findings of ["first", "all"] as const) {
        for (const values of ["hide", "show"] as const) {
          const verdict = evaluate(everyRule, payload, { nowMs, findings, values })
          assert.strictEqual(verdict._tag, "Rejected")
          assert.deepStrictEqual(evaluate(everyRule, payload, { nowMs, findings, values }), verdict)
        }
      }
    }
  })

  it("takes what throws for absent, and reads the rest", () => {
    const rules = ruleSetOf(
      { field: "ok", operator: "equals", value: 1, reason: "OK" },
      { field: "a", operator: "absent", reason: "A" },
    )
    const payload = Object.assign(Object.create(null), { ok: 1 }) as object
    Object.defineProperties(payload, Object.getOwnPropertyDescriptors(getter))
    assert.strictEqual(reasonOf(evaluate(rules, payload, { nowMs })), "accepted")
  })
})

describe("compileRules, for whatever JavaScript holds", () => {
  it.each(notJson)("has an answer to %s", (_name, value) => {
    const wrong = [
      value,
      { version: "1", rules: value },
      { version: value, rules: [] },
      { version: "1", rules: [value] },
      { version: "1", rules: [{ field: "a", operator: "equals", value, reason: "R" }] },
      { version: "1", rules: [{ field: "a", operator: "range", min: value, reason: "R" }] },
      { version: "1", rules: [{ all: [value], reason: "R" }] },
    ]
    for (const document of wrong) assert.include(["Success", "Failure"], compileRules(document)._tag)
  })
})

describe("a wrong call", () => {
  const rules = compileRulesOrThrow(defaultRuleSet)
  const call = (ruleSet: unknown, options: unknown) => () =>
    evaluate(ruleSet as typeof rules, {}, options as EvaluateOptions)

  it.each<[name: string, call: () => unknown, sentence: string]>([
    [
      "a Result",
      call(compileRules(defaultRuleSet), { nowMs }),
      "evaluate: ruleSet is a Result: its value is in `success`, expected what compileRules succeeds with",
    ],
    [
      "a document",
      call(defaultRuleSet, { nowMs }),
      "evaluate: ruleSet is a document that was not compiled, expected what compileRules succeeds with",
    ],
    [
      "no rule set",
      call(undefined, { nowMs }),
      "evaluate: ruleSet is missing, expected what compileRules succeeds with",
    ],
    [
      "no options",
      call(rules, undefined),
      "evaluate: nowMs of the options is missing, expected milliseconds since 1970 as a number, such as Date.now()",
    ],
    [
      "null for options",
      call(rules, null),
      "evaluate: nowMs of the options is missing, expected milliseconds since 1970 as a number, such as Date.now()",
    ],
    [
      "a date for milliseconds",
      call(rules, { nowMs: new Date() }),
      "evaluate: nowMs of the options is a Date, expected milliseconds since 1970 as a number, such as Date.now()",
    ],
    [
      "a text for milliseconds",
      call(rules, { nowMs: "30s" }),
      "evaluate: nowMs of the options is a text, expected milliseconds since 1970 as a number, such as Date.now()",
    ],
  ])("with %s is a TypeError that says what was given and what is expected", (_name, wrong, sentence) => {
    assert.throws(wrong, TypeError, sentence)
  })
})
