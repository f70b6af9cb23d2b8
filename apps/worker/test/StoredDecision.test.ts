import { assert, describe, it } from "@effect/vitest"
import { decide } from "@lead-gateway/lead-pipeline"
import { Reason, RejectionReason } from "@lead-gateway/lead"
import type { JsonObject } from "@lead-gateway/lossless-json"
import { compile } from "@lead-gateway/lead-rules"
import { Effect, Result } from "effect"
import { toStored } from "../src/StoredDecision.ts"
import { shippedFlow } from "./support/flow.ts"

const stored = (payload: JsonObject) =>
  Effect.map(shippedFlow, (flow) => ({
    decidedWith: flow.versions,
    decision: toStored(flow, decide(flow, { payload, meta: { lead_id: 1 }, nowMs: 0 })),
  }))

const house = { is_owner: true }

describe("toStored", () => {
  it.effect(
    "keeps of a rejection the reason, the rule and its explanation, and the versions that decided",
    () =>
      Effect.gen(function* () {
        const { decidedWith, decision } = yield* stored({ zipcode: "10115", house })
        const reason = RejectionReason.make("ZIP_NOT_66XXX")
        assert.deepInclude(decision, { status: "REJECTED", reason, decidedWith })
        assert.deepInclude("details" in decision ? decision.details : {}, {
          reason,
          rule: { index: 0, path: "rules.0", field: "zipcode" },
          explanation: "zipcode must match ^66\\d{3}$, but this text does not",
        })
        assert.notInclude(JSON.stringify(decision), "10115")
      }),
  )

  it.effect("keeps of a parked lead what is missing and what it was normalised to", () =>
    Effect.gen(function* () {
      const { decidedWith, decision } = yield* stored({ zipcode: "66123", house, email: " A@B.example " })
      assert.deepStrictEqual(decision, {
        status: "FAILED",
        reason: Reason.missingRequiredField,
        details: { reason: "MISSING_REQUIRED_FIELD", missing: ["phone"] },
        normalized: { zipcode: "66123", house, email: "a@b.example" },
        omitted: [],
        decidedWith,
      })
    }),
  )

  it.effect("keeps of a ready lead both payloads and what was left out", () =>
    Effect.gen(function* () {
      const phone = "+49123456789"
      const { decidedWith, decision } = yield* stored({
        phone,
        zipcode: "66123",
        house,
        solar_usage: "Heizung",
      })
      assert.deepStrictEqual(decision, {
        status: "READY",
        details: {},
        normalized: { phone, zipcode: "66123", house, solar_usage: "Heizung" },
        customerPayload: { phone, product: { name: "solar_panel_installation" }, attributes: [] },
        omitted: [{ name: "solar_usage", reason: "not_an_allowed_value" }],
        decidedWith,
      })
    }),
  )

  it.effect("keeps what the rules flagged, with the rule and its sentence, and no value of the lead", () =>
    Effect.gen(function* () {
      const flow = yield* shippedFlow
      const rules = Result.getOrThrow(
        compile({
          version: "1",
          rules: [
            {
              field: "source",
              operator: "equals",
              value: "web",
              reason: "ODD",
              message: "Why?",
              severity: "flag",
            },
          ],
        }),
      )
      const payload = { phone: "+49123456789", source: "fair" }
      const decision = decide({ ...flow, rules }, { payload, meta: {}, nowMs: 0 })
      assert.deepStrictEqual(toStored(flow, decision).details, {
        flags: [
          {
            reason: "ODD",
            rule: { index: 0, path: "rules.0", field: "source" },
            explanation: 'source must be "web", but this text is not',
            message: "Why?",
          },
        ],
      })
    }),
  )
})
