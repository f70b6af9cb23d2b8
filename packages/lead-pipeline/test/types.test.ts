/** What the compiler says of calls: `tsc` checks this file, so it cannot pass where a type is wrong. */
import { assert, it } from "@effect/vitest"
import {
  compileFlow,
  compileFlowOrThrow,
  decide,
  type Decision,
  explain,
  otherView,
  type Ready,
} from "@lead-gateway/lead-pipeline"
import type { RuleSet } from "@lead-gateway/lead-rules"
import type { ProfileData } from "@lead-gateway/normalizer"
import { expectTypeOf } from "vitest"
import { source, valid } from "./world.ts"

it("a decision is narrowed by its tag, in a function and outside", () => {
  const flow = compileFlowOrThrow(source)
  const outcomeOf = (decision: Decision): string => {
    switch (decision._tag) {
      case "Rejected":
        return decision.rule.path
      case "Parked":
        return decision.missing.join()
      case "Ready":
        expectTypeOf(decision).toEqualTypeOf<Ready>()
        return decision.customerPayload["phone"] as string
    }
  }
  function outcome(payload: typeof valid): string {
    return outcomeOf(decide(flow, { payload, deliveryMetadata: { lead_id: 7 }, nowMs: 0 }))
  }
  assert.deepStrictEqual([{}, valid].map(outcome), ["rules.0", "+491712345678"])
})

it("the documents of a flow may be any JSON, and offer their keys where they are written inline", () => {
  type Source = Parameters<typeof compileFlow>[0]
  expectTypeOf<unknown>().toExtend<Source["rules"]>()
  expectTypeOf<unknown>().toExtend<Source["profile"]>()
  expectTypeOf<
    Extract<Source["rules"], { readonly version: string; readonly rules: unknown }>
  >().toEqualTypeOf<RuleSet>()
  expectTypeOf<
    Extract<Source["profile"], { readonly default_country: string }>
  >().toEqualTypeOf<ProfileData>()
  const json: unknown = JSON.parse("{}")
  assert.strictEqual(compileFlow({ ...source, rules: json })._tag, "Failure")
})

it("a payload may be of an interface, which has no index signature", () => {
  interface Lead {
    readonly phone: string
  }
  const payload: Lead = { phone: "0171 2345678" }
  const lead = { payload, deliveryMetadata: { lead_id: 7 }, nowMs: 0 }
  const flow = compileFlowOrThrow(source)
  assert.strictEqual(decide(flow, lead)._tag, "Rejected")
  assert.strictEqual(explain(flow, lead).decision, "Rejected")
  assert.strictEqual(otherView(flow, lead), undefined)
})
