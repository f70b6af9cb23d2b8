import { assert, describe, it } from "@effect/vitest"
import { Reason, RejectionReason } from "@lead-gateway/lead"
import { compileFlowOrThrow, type Flow } from "@lead-gateway/lead-pipeline"
import { compileRules } from "@lead-gateway/lead-rules"
import { type StoredDecision, defaultCustomer } from "@lead-gateway/lead-store"
import type { JsonObject } from "@lead-gateway/lossless-json"
import { Effect, Result } from "effect"
import { type Ids, makeSteps, type NextStep } from "../src/Step.ts"
import { due, undecided } from "./support/claimed.ts"
import { nestedFlow, shippedFlow } from "./support/flow.ts"

const key = "0f0e0d0c-0b0a-4908-8706-050403020100"
const house = { is_owner: true }

const ids: Ids = { key: () => key, traceparent: (sent, of) => `${sent ?? "none"} ${of}` }

const stepFor = (flow: Flow.Flow, payload: JsonObject): NextStep =>
  makeSteps({ flow, ids, now: () => 0 })(undecided(7, payload))

/** What is stored of the decision on a payload, and what is sent. */
const decided = (payload: JsonObject) =>
  Effect.map(shippedFlow, (flow) => {
    const { message, step } = stepFor(flow, payload)
    assert.deepInclude(step, { leadId: undecided(7).leadId, deliveryNo: 0, lease: undecided(7).lease })
    return { decidedWith: JSON.stringify(flow.versions), decision: step.decision, message }
  })

const detailsOf = (decision: StoredDecision | undefined): unknown => JSON.parse(decision?.details ?? "null")

describe("the step of an undecided lead", () => {
  it.effect(
    "keeps of a rejection the reason, the rule and its explanation, and the versions that decided",
    () =>
      Effect.gen(function* () {
        const { decidedWith, decision, message } = yield* decided({ zipcode: "10115", house })
        const reason = RejectionReason.make("ZIP_NOT_66XXX")
        assert.deepInclude(decision, {
          verdict: "REJECTED",
          reason,
          normalized: null,
          omitted: [],
          unread: [],
          delivery: null,
          decidedWith,
        })
        assert.deepInclude(detailsOf(decision), {
          reason,
          rule: { index: 0, path: "rules.0", field: "zipcode" },
          explanation: "zipcode must match ^66\\d{3}$, but this text does not",
        })
        assert.notInclude(JSON.stringify(decision), "10115")
        assert.isUndefined(message)
      }),
  )

  it.effect("keeps of a parked lead what is missing and what it was normalised to", () =>
    Effect.gen(function* () {
      const { decidedWith, decision, message } = yield* decided({
        zipcode: "66123",
        house,
        email: " A@B.example ",
      })
      assert.deepStrictEqual(decision, {
        verdict: "PARKED",
        reason: Reason.missingRequiredField,
        details: '{"reason":"MISSING_REQUIRED_FIELD","missing":["phone"]}',
        normalized: '{"zipcode":"66123","house":{"is_owner":true},"email":"a@b.example"}',
        omitted: [],
        unread: [],
        decidedWith,
        delivery: null,
      })
      assert.isUndefined(message)
    }),
  )

  it.effect("keeps of a ready lead both payloads, the key and what was left out, and sends the same", () =>
    Effect.gen(function* () {
      const { decidedWith, decision, message } = yield* decided({
        phone: "+49123456789",
        zipcode: "66123",
        house,
        solar_usage: "Heizung",
      })
      const body = '{"phone":"+49123456789","product":{"name":"solar_panel_installation"},"attributes":[]}'
      assert.deepStrictEqual(decision, {
        verdict: "READY",
        reason: null,
        details: "{}",
        normalized:
          '{"phone":"+49123456789","zipcode":"66123","house":{"is_owner":true},"solar_usage":"Heizung"}',
        omitted: [{ name: "solar_usage", reason: "not_an_allowed_value" }],
        unread: [],
        decidedWith,
        delivery: { customerId: defaultCustomer, idempotencyKey: key, body },
      })
      assert.deepStrictEqual(message, {
        idempotencyKey: key,
        body,
        correlationId: "c-7",
        traceparent: `none ${key}`,
      })
    }),
  )

  it.effect(
    "keeps which values could not be read, by storable paths of bounded length and without the values",
    () =>
      Effect.gen(function* () {
        const shipped = yield* shippedFlow
        const long = `${"x".repeat(1000)}\0`
        const { profile } = compileFlowOrThrow({
          rules: { version: "1", rules: [] },
          profile: {
            version: "1",
            default_country: "DE",
            fields: { phone: "phone", email: "email", "more.\ud800\0": "boolean", [long]: "number" },
          },
          mapping: {},
          template: { phone: { $field: "phone" } },
          constants: {},
          deliveryMetadataNames: [],
          versions: shipped.versions,
        })
        const payload = {
          phone: "+49123456789",
          zipcode: "66123",
          house,
          email: "call me",
          more: { "\ud800\0": "perhaps" },
          [long]: "some",
        }
        const { decision } = stepFor({ ...shipped, profile }, payload).step
        assert.strictEqual(decision?.verdict, "READY")
        assert.deepStrictEqual(
          [...(decision?.unread ?? [])].sort((a, b) => (a.kind < b.kind ? -1 : 1)),
          [
            { path: "more.\ufffd\ufffd", kind: "boolean" },
            { path: "email", kind: "email" },
            { path: `${"x".repeat(60)}…`, kind: "number" },
          ],
        )
      }),
  )

  it.effect("keeps what the rules flagged, with the rule and its sentence, and no value of the lead", () =>
    Effect.gen(function* () {
      const flow = yield* shippedFlow
      const flagging = {
        field: "source",
        operator: "equals",
        value: "web",
        reason: "ODD",
        message: "Why?",
        severity: "flag",
      }
      const rules = Result.getOrThrow(compileRules({ version: "1", rules: [flagging] }))
      const { step } = stepFor({ ...flow, rules }, { phone: "+49123456789", source: "fair" })
      assert.deepStrictEqual(detailsOf(step.decision), {
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

  it.effect("lets the customer's template name the lead", () =>
    Effect.gen(function* () {
      const { message } = stepFor(yield* nestedFlow, undecided(7).payload)
      assert.deepInclude(JSON.parse(message?.body ?? "{}"), { meta_attributes: { unique_id: 7 } })
    }),
  )

  it.effect("stores and sends texts that Postgres can hold, whatever came", () =>
    Effect.gen(function* () {
      const { decision } = yield* decided({ ...undecided(7).payload, city: "a\0b \ud800" })
      assert.include(decision?.normalized, '"city":"ab \ufffd"')
    }),
  )
})

describe("the step of a delivery that is due", () => {
  it.effect("decides nothing anew: the same bytes go out under the same key", () =>
    Effect.gen(function* () {
      const delivery = due(7, { attemptNo: 2 })
      const next = makeSteps({ flow: yield* shippedFlow, ids, now: () => 0 })(delivery)
      assert.deepStrictEqual(next.step, {
        leadId: delivery.leadId,
        deliveryNo: 0,
        lease: delivery.lease,
        decision: undefined,
      })
      assert.deepInclude(next.message, { idempotencyKey: delivery.idempotencyKey, body: delivery.body })
    }),
  )
})
