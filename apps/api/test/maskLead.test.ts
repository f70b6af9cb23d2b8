import { anyJson } from "@lead-gateway/testkit/any-json"
import { assert, describe, it } from "@effect/vitest"
import { LeadId } from "@lead-gateway/lead"
import type { LeadHistory } from "@lead-gateway/lead-store"
import { isJsonObject, isRawNumber, type Json, parse, stringify } from "@lead-gateway/lossless-json"
import { Result } from "effect"
import { keysOfDocuments, maskHistory, maskJson } from "../src/maskLead.ts"

const json = (text: string): Json => Result.getOrThrow(parse(text))

const isKnown = keysOfDocuments([
  json('{"fields":[{"name":"house","path":"house.is_owner"},{"path":"plz"}],"one_of":["66123"]}'),
])

/** The shape of a value: its types, lengths and numbers of keys. */
const shapeOf = (value: Json): unknown => {
  if (Array.isArray(value)) return value.map(shapeOf)
  if (isJsonObject(value)) return Object.values(value).map(shapeOf)
  return value === null ? "null" : isRawNumber(value) ? "number" : typeof value
}

describe("a masked value", () => {
  it("keeps structure, types and known keys, and nothing else", () => {
    const value = json(
      '{"plz":"66123","house":{"is_owner":true,"jane@x.example":[1,2.5,12345678901234567890,null,""]},"Jane":{},"Doe":{}}',
    )
    assert.strictEqual(
      stringify(maskJson(value, isKnown)),
      '{"plz":"*","house":{"is_owner":false,"*1":[0,0,0,null,"*"]},"*1":{},"*2":{}}',
    )
  })

  it("keeps no key where nothing is known, and none of the prototype's", () => {
    const value = json('{"__proto__":{"constructor":"x"},"plz":"66123"}')
    assert.strictEqual(stringify(maskJson(value, keysOfDocuments([]))), '{"*1":{"*1":"*"},"*2":"*"}')
  })

  it.prop(
    "has the shape of the value, and is masked already",
    [anyJson({ keys: ["plz", "house"] }).value],
    ([value]) => {
      const masked = maskJson(value, isKnown)
      assert.deepStrictEqual(shapeOf(masked), shapeOf(value))
      assert.deepStrictEqual(
        maskJson(masked, (key) => isKnown(key) || key.startsWith("*")),
        masked,
      )
      return true
    },
  )

  it("is hardly longer than the value", () => {
    for (const text of ['{"a":1,"b":{"c":[]}}', `[${"1,".repeat(1000)}1]`, `[${'"",'.repeat(1000)}true]`]) {
      const masked = stringify(maskJson(json(text), isKnown))
      assert.isAtMost(masked.length, 1.4 * text.length)
    }
  })
})

describe("a masked history", () => {
  const secret = "jane@x.example"
  const history: LeadHistory = {
    id: LeadId.make(3),
    receivedAt: new Date("2026-01-21T10:35:00Z"),
    status: "DELIVERED",
    rejectionReason: null,
    correlationId: "req-1",
    isTest: false,
    rawPayload: json(`{"plz":"${secret}","${secret}":1}`),
    normalizedPayload: json(`{"plz":"${secret}"}`),
    customerPayload: json(`["${secret}"]`),
    omittedAttributes: [{ name: "roof_age", reason: "not a number" }],
    unread: [{ path: `house.${secret}.0`, kind: "phone" }],
    deliveryAttempts: [
      {
        attemptNo: 1,
        attemptedAt: new Date("2026-01-21T10:35:01Z"),
        success: false,
        statusCode: 422,
        errorMessage: `refused ${secret}`,
        durationMs: 84,
        fault: "lead",
        responseBody: secret,
        customerReason: secret,
      },
    ],
    nextAttemptAt: null,
    leftOut: null,
    events: [
      { at: new Date("2026-01-21T10:35:00Z"), type: "received", details: {} },
      { at: new Date("2026-01-21T10:35:00Z"), type: "attempt_failed", details: { status_code: 422 } },
      { at: new Date("2026-01-21T10:35:00Z"), type: "of_a_newer_release", details: { email: secret } },
      { at: new Date("2026-01-21T10:35:00Z"), type: "constructor", details: { email: secret } },
    ],
  }
  const masked = maskHistory(history, isKnown)

  it("says who patched the payload, and not with what", () => {
    const details = { request: "ticket-7", by: "anna", via: "token", patch: { plz: secret } }
    const patched = { at: history.receivedAt, type: "patched", details }
    assert.deepStrictEqual(maskHistory({ ...history, events: [patched] }, isKnown).events, [
      { ...patched, details: { ...details, patch: { plz: "*" } } },
    ])
  })

  it("has no value of the lead", () => {
    const text = JSON.stringify(masked)
    for (const part of [secret, "jane", "x.example"]) assert.notInclude(text, part)
  })

  it("says what happened", () => {
    assert.deepInclude(masked, {
      id: history.id,
      status: "DELIVERED",
      correlationId: "req-1",
      omittedAttributes: history.omittedAttributes,
      rawPayload: { plz: "*", "*1": 0 },
    })
    assert.deepInclude(masked.deliveryAttempts[0], {
      statusCode: 422,
      durationMs: 84,
      fault: "lead",
      errorMessage: "*",
      responseBody: "*",
      customerReason: "*",
    })
    assert.deepStrictEqual(
      masked.events.map(({ details }) => details),
      [{}, { status_code: 422 }, { "*1": "*" }, { "*1": "*" }],
    )
  })

  it("keeps null what there is not", () => {
    const empty = { ...history, normalizedPayload: null, customerPayload: null }
    assert.isNull(maskHistory(empty, isKnown).normalizedPayload)
    assert.isNull(maskHistory(empty, isKnown).customerPayload)
  })
})
