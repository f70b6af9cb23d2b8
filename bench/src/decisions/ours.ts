/** Lead Gateway's own packages, as a contender. All that this benchmark knows of them is in here. */
import { compileFlow, decide } from "@lead-gateway/lead-pipeline"
import { compileRules, evaluate } from "@lead-gateway/lead-rules"
import { readFileSync } from "node:fs"
import type { Check, Decide, Payload } from "./Check.ts"

const config = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../config/${name}.json`, import.meta.url), "utf8"))

/** What is compiled, or its mistakes. */
const valid = <A>(
  compiled:
    | { readonly _tag: "Success"; readonly success: A }
    | { readonly _tag: "Failure"; readonly failure: Error },
): A => {
  if (compiled._tag === "Failure") throw compiled.failure
  return compiled.success
}

/** The time of every decision; none of the checks looks at it. */
const moment = { nowMs: Date.UTC(2026, 0, 1) }

/** The checks as a rule set. */
const ruleSetOf = (checks: ReadonlyArray<Check>) => ({
  version: "bench",
  rules: checks.map(({ path: field, kind: operator, ...check }) => ({
    field,
    operator,
    ...check,
    ...(operator === "present" ? {} : { reason: "NOT_AS_ASKED" }),
  })),
})

export const leadRules = (checks: ReadonlyArray<Check>): Decide => {
  const rules = valid(compileRules(ruleSetOf(checks)))
  return (payload) => evaluate(rules, payload, moment)._tag === "Accepted"
}

/** The whole decision with these rules and the shipped profile, mapping and template. */
export const flow = (checks: ReadonlyArray<Check>): Decide => {
  const flow = valid(
    compileFlow({
      rules: ruleSetOf(checks),
      profile: config("normalizer_profile"),
      mapping: config("customer_attribute_mapping"),
      template: config("customer_payload_template"),
      constants: { "product.name": "solar_panel_installation" },
      deliveryMetadataNames: ["lead_id"],
      versions: { rules: "bench", profile: "bench", mapping: "bench", template: "bench" },
    }),
  )
  return (payload: Payload) =>
    decide(flow, { payload, deliveryMetadata: { lead_id: 1 }, ...moment })._tag === "Ready"
}

/** The shipped rules as checks. */
export const shippedChecks: ReadonlyArray<Check> = [
  { kind: "pattern", path: "zipcode", pattern: "^66\\d{3}$" },
  { kind: "equals", path: "house.is_owner", value: true },
]
