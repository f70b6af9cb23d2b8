import { assert, describe, it } from "@effect/vitest"
import { LeadId } from "@lead-gateway/lead"
import * as Answer from "../src/Answer.ts"

describe("an answer", () => {
  it("is a receipt", () => {
    assert.strictEqual(
      Answer.receipt(LeadId.make(7), "abc-1"),
      '{"lead_id":7,"status":"RECEIVED","correlation_id":"abc-1"}',
    )
    const id = '"}\\'
    assert.propertyVal(JSON.parse(Answer.receipt(LeadId.make(7), id)), "correlation_id", id)
  })

  it("is the first receipt again, and says so", () => {
    assert.strictEqual(
      Answer.duplicateReceipt(LeadId.make(7), "abc-1"),
      '{"lead_id":7,"status":"RECEIVED","correlation_id":"abc-1","duplicate":true}',
    )
  })

  it("is an error's status and text, and when to come again or what else to do", () => {
    const answers = [
      Answer.malformed(),
      Answer.malformed("JSON is nested deeper than 512"),
      Answer.unauthorized,
      Answer.methodNotAllowed("POST"),
      Answer.payloadTooLarge,
      Answer.unsupportedMediaType("application/json"),
      Answer.keyConflict,
      Answer.internalError,
      Answer.databaseError,
    ]
    assert.deepStrictEqual(
      answers.map(({ body, headers, status }) => [status, body, headers]),
      [
        [400, { error: "malformed JSON payload" }, {}],
        [400, { error: "JSON is nested deeper than 512" }, {}],
        [401, { error: "unauthorized" }, {}],
        [405, { error: "method not allowed" }, { Allow: "POST" }],
        [413, { error: "payload too large" }, {}],
        [415, { error: "unsupported media type; send application/json" }, {}],
        [422, { error: "idempotency key was used with another payload" }, {}],
        [500, { error: "internal server error" }, {}],
        [503, { error: "database error" }, { "Retry-After": "5" }],
      ],
    )
  })
})
