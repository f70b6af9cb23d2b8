/** What the compiler says of calls: `tsc` checks this file, so it cannot pass where a type is wrong. */
import { assert, it } from "@effect/vitest"
import {
  type CompiledRuleSet,
  compileRules,
  compileRulesOrThrow,
  evaluate,
  type Rejected,
  type RuleSet,
  type Verdict,
} from "@lead-gateway/lead-rules"
import { expectTypeOf } from "vitest"

const zip = { field: "zipcode", operator: "zip", prefixes: ["66*"], reason: "ZIP" } as const

it("a rule set in a program is checked by the compiler and keeps its own type", () => {
  const rules = { version: "1", looks_at: "normalized", rules: [zip] } satisfies RuleSet
  expectTypeOf(rules.looks_at).toEqualTypeOf<"normalized">()
  assert.strictEqual(compileRulesOrThrow(rules).looksAt, "normalized")
  // @ts-expect-error -- no operator has this name
  const wrong = { version: "1", rules: [{ ...zip, operator: "matches" }] } satisfies RuleSet
  assert.strictEqual(compileRules(wrong)._tag, "Failure")
})

it("compileRules takes any JSON, and offers the keys of a rule set where it is written inline", () => {
  type Parameter = Parameters<typeof compileRules>[0]
  const json: unknown = JSON.parse('{"version":"1","rules":[]}')
  assert.strictEqual(compileRules(json)._tag, "Success")
  expectTypeOf<unknown>().toExtend<Parameter>()
  // The contextual type of an inline literal, which is what editors complete.
  expectTypeOf<Extract<Parameter, { readonly version: string }>>().toEqualTypeOf<RuleSet>()
  expectTypeOf<Parameters<typeof compileRulesOrThrow>[0]>().toEqualTypeOf<Parameter>()
})

it("a verdict is narrowed by its tag, in a function and outside", () => {
  const compiled = compileRules({ version: "1", rules: [zip] })
  if (compiled._tag === "Failure") throw compiled.failure
  const rules = compiled.success
  expectTypeOf(rules).toEqualTypeOf<CompiledRuleSet>()
  const reasonOf = (verdict: Verdict): string => {
    if (verdict._tag === "Accepted") return "accepted"
    expectTypeOf(verdict).toEqualTypeOf<Rejected>()
    return verdict.reason
  }
  function reason(payload: unknown): string {
    return reasonOf(evaluate(rules, payload, { nowMs: 0 }))
  }
  assert.strictEqual(reason({ zipcode: "66123" }), "accepted")
  assert.strictEqual(reason({ zipcode: "10115" }), "ZIP")
})
