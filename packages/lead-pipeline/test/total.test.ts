import { notJson } from "@lead-gateway/testkit/not-json"
import { assert, describe, it } from "@effect/vitest"
import { compileFlow, decide, explain, otherView, printExplanation } from "@lead-gateway/lead-pipeline"
import type { JsonObject } from "@lead-gateway/lossless-json"
import { compiled, source, valid } from "./world.ts"

const rulesOf = (looksAt: string) => ({ version: "1", looks_at: looksAt, rules: [] })

/** Rules that reject and rules that accept everything, by both payloads. */
const flows = [
  compiled(source),
  compiled({ ...source, rules: { ...(source.rules as object), looks_at: "normalized" } }),
  compiled({ ...source, rules: rulesOf("raw") }),
  compiled({ ...source, rules: rulesOf("normalized") }),
]

describe("for whatever JavaScript holds", () => {
  it.each(notJson)("there is a decision on %s, explained and printed", (_name, value) => {
    const payloads = [
      value,
      { phone: value, zipcode: value, solar_area: value, other: { inner: value } },
      { ...valid, solar_area: value, list: [value, { value }], source: value },
    ]
    for (const payload of payloads as ReadonlyArray<JsonObject>) {
      for (const flow of flows) {
        const lead = { payload, deliveryMetadata: { lead_id: 7 }, nowMs: 0 }
        for (const values of ["hide", "show"] as const) {
          const decision = decide(flow, lead, { values })
          assert.include(["Rejected", "Parked", "Ready"], decision._tag)
          const explanation = explain(flow, lead, { values })
          assert.strictEqual(explanation.decision, decision._tag)
          assert.isString(printExplanation(explanation))
          assert.isTrue(otherView(flow, lead) === undefined || decision._tag === "Rejected")
        }
      }
    }
  })
})

describe("a wrong call", () => {
  const lead = { payload: valid, deliveryMetadata: {}, nowMs: 0 }
  const [flow] = flows
  const decideOn = (flow: unknown, lead: unknown) => () =>
    decide(flow as (typeof flows)[number], lead as never)
  const compile = (source: unknown) => () => compileFlow(source as Parameters<typeof compileFlow>[0])
  const expectedFlow = "expected what compileFlow succeeds with"
  const expectedLead = "expected an object with payload, deliveryMetadata and nowMs"
  const expectedTime = "expected milliseconds since 1970, such as Date.now()"
  const expectedSource =
    "expected an object with rules, profile, mapping, template, constants, deliveryMetadataNames and versions"

  it.each<[name: string, call: () => unknown, sentence: string]>([
    [
      "a Result",
      decideOn(compileFlow(source), lead),
      `decide: flow is a Result: its value is in \`success\`, ${expectedFlow}`,
    ],
    ["no flow", decideOn(undefined, lead), `decide: flow is missing, ${expectedFlow}`],
    [
      "documents that are not compiled",
      decideOn(source, lead),
      "evaluate: ruleSet is a document that was not compiled, expected what compileRules succeeds with",
    ],
    ["no lead", decideOn(flow, undefined), `decide: lead is missing, ${expectedLead}`],
    ["a text for a lead", decideOn(flow, "lead"), `decide: lead is a text, ${expectedLead}`],
    ["a payload for a lead", decideOn(flow, valid), `decide: nowMs of the lead is missing, ${expectedTime}`],
    [
      "a text for milliseconds",
      decideOn(flow, { ...lead, nowMs: "30s" }),
      `decide: nowMs of the lead is a text, ${expectedTime}`,
    ],
    [
      "a Result for explain",
      () => explain(compileFlow(source) as never, lead),
      `explain: flow is a Result: its value is in \`success\`, ${expectedFlow}`,
    ],
    [
      "a Result for otherView",
      () => otherView(compileFlow(source) as never, lead),
      `otherView: flow is a Result: its value is in \`success\`, ${expectedFlow}`,
    ],
    [
      "no time for explain",
      () => explain(flow as (typeof flows)[number], { ...lead, nowMs: undefined as never }),
      `explain: nowMs of the lead is missing, ${expectedTime}`,
    ],
    ["no documents", compile(undefined), `compileFlow: source is missing, ${expectedSource}`],
    [
      "documents alone",
      compile({ rules: source.rules, profile: source.profile }),
      "compileFlow: constants is missing, expected an object of names and values",
    ],
    [
      "no explanation",
      () => printExplanation(undefined as never),
      "printExplanation: explanation is missing, expected what explain returns",
    ],
  ])("with %s is a TypeError that says what was given and what is expected", (_name, call, sentence) => {
    assert.throws(call, TypeError, sentence)
  })
})
