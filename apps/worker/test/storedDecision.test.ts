/** What is stored of a decision, and sent, is bounded in proportion to the payload. */
import { assert, describe, it } from "@effect/vitest"
import { Reason } from "@lead-gateway/lead"
import { compileFlowOrThrow, decide } from "@lead-gateway/lead-pipeline"
import { type JsonObject, parse } from "@lead-gateway/lossless-json"
import { Result } from "effect"
import { alwaysPermittedBytes } from "../src/documentSize.ts"
import { storedDecision } from "../src/storedDecision.ts"

const megabyte = 1 << 20
const bytes = Buffer.byteLength

const flowOf = (documents: {
  readonly template?: {}
  readonly mapping?: {}
  readonly fields?: {}
  readonly rules?: {}
}) =>
  compileFlowOrThrow({
    rules: documents.rules ?? { version: "1", rules: [] },
    profile: { version: "1", default_country: "DE", fields: documents.fields ?? {} },
    mapping: documents.mapping ?? {},
    template: documents.template ?? { all: { $field: "x" } },
    constants: {},
    deliveryMetadataNames: [],
    versions: { rules: "1", profile: "1", mapping: "1", template: "1" },
  })

const stored = (flow: ReturnType<typeof flowOf>, payload: JsonObject) => {
  const before = process.cpuUsage()
  const peak = process.memoryUsage().rss
  const decision = storedDecision(decide(flow, { payload, deliveryMetadata: {}, nowMs: 0 }), {
    payload,
    decidedWith: "{}",
    idempotencyKey: "key",
  })
  const { system, user } = process.cpuUsage(before)
  assert.isBelow((system + user) / 1000, 2_500)
  assert.isBelow(process.memoryUsage().rss - peak, 200 * megabyte)
  const lists = JSON.stringify([decision.omitted, decision.unread])
  assert.isBelow(bytes(lists) + bytes(decision.details), megabyte / 8)
  assert.isAtMost(bytes(decision.normalized ?? ""), alwaysPermittedBytes)
  assert.isAtMost(bytes(decision.delivery?.body ?? ""), alwaysPermittedBytes)
  return { ...decision, details: JSON.parse(decision.details) as unknown }
}

const text = "x".repeat(50_000)
const parkedAsTooLong = { verdict: "PARKED", reason: Reason.customerPayloadTooLarge, delivery: null } as const

describe("a customer payload that is much longer than the payload", () => {
  it("parks the lead: an attribute for each of a thousand items", () => {
    const item = { $attribute: "a" }
    const flow = flowOf({
      template: { items: { $each: "l", max_items: 1000, item } },
      mapping: { a: { attribute_type: "text", is_numeric: false, values: null } },
    })
    const decision = stored(flow, { a: text, l: Array(1000).fill(1) })
    assert.deepInclude(decision, parkedAsTooLong)
    assert.deepStrictEqual(decision.details, { reason: "CUSTOMER_PAYLOAD_TOO_LARGE" })
    assert.isNotNull(decision.normalized)
  })

  it("parks the lead: a field in twenty texts", () => {
    const texts = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`k${i}`, { $text: "{x} {x} {x}" }]),
    )
    assert.deepInclude(stored(flowOf({ template: texts }), { x: text }), parkedAsTooLong)
  })

  it("parks the lead: capital letters that take three times the bytes", () => {
    const template = { a: { $field: "x", format: { as: "upper" } } }
    assert.deepInclude(stored(flowOf({ template }), { x: "ΐ".repeat(megabyte / 2 - 50) }), parkedAsTooLong)
  })

  it("parks the lead: a list in fifty places", () => {
    const template = { all: Array.from({ length: 50 }, () => ({ $field: "x" })) }
    assert.deepInclude(stored(flowOf({ template }), { x: Array(50_000).fill(1) }), parkedAsTooLong)
  })

  it("is sent while it is short, whatever its proportion", () => {
    const template = { all: Array.from({ length: 50 }, () => ({ $field: "x" })) }
    assert.strictEqual(stored(flowOf({ template }), { x: "x".repeat(1000) }).verdict, "READY")
  })

  it("is sent when it is as long as a payload of several megabytes", () => {
    const payload = { x: "x".repeat(3 * megabyte) }
    const decision = storedDecision(decide(flowOf({}), { payload, deliveryMetadata: {}, nowMs: 0 }), {
      payload,
      decidedWith: "{}",
      idempotencyKey: "key",
    })
    assert.strictEqual(decision.verdict, "READY")
  })
})

describe("a normalised payload that is much longer than the payload", () => {
  for (const character of ["\u{1D160}", "\u0958", "\uFB2C"]) {
    it(`is left out: a megabyte of U+${character.codePointAt(0)?.toString(16)}, which NFC makes longer`, () => {
      const payload = { y: character.repeat((megabyte - 50) / bytes(character)) }
      const decision = stored(flowOf({ template: { a: 1 } }), payload)
      assert.deepInclude(decision, { verdict: "READY", normalized: null })
      assert.deepStrictEqual(decision.details, { left_out: { normalized_payload: 1 } })
    })
  }

  it("is left out of a rejected lead, too", () => {
    const rules = {
      version: "1",
      looks_at: "normalized",
      rules: [{ field: "z", operator: "present", reason: "Z" }],
    }
    const decision = stored(flowOf({ rules }), { y: "\u{1D160}".repeat(200_000) })
    assert.deepInclude(decision, { verdict: "REJECTED", normalized: null })
    assert.deepInclude(decision.details, { left_out: { normalized_payload: 1 } })
  })
})

describe("lists of a decision", () => {
  it("keep the first values that could not be read, and count the others", () => {
    const decision = stored(flowOf({ fields: { "x.*": "email" } }), { x: Array(250_000).fill("a") })
    assert.lengthOf(decision.unread, 100)
    assert.deepStrictEqual(decision.details, { left_out: { unread: 4901 } })
  })

  it("keep the first omitted items of attributes, and count the others", () => {
    const definition = {
      attribute_type: "dropdown",
      is_numeric: false,
      values: ["x"],
      field: "x",
      multiple: true,
      max_items: 1000,
    }
    const mapping = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`a${i}`, definition]))
    const decision = stored(flowOf({ mapping }), { x: Array(1000).fill("a") })
    assert.lengthOf(decision.omitted, 200)
    assert.deepNestedInclude(decision.details, { left_out: { omitted_attributes: 30 * 1000 - 200 } })
  })

  it("keep the first missing values, and count the others", () => {
    const item = { $each: "p", max_items: 1000, item: { $item: "value", unread: "park" } }
    const template = { items: { $each: "n", max_items: 1000, item } }
    const decision = stored(flowOf({ template, fields: { "n.*.p.*": "email" } }), {
      n: Array.from({ length: 500 }, () => ({ p: Array<string>(500).fill("a") })),
    })
    assert.strictEqual(decision.reason, "MISSING_REQUIRED_FIELD")
    assert.lengthOf((decision.details as { missing: ReadonlyArray<string> }).missing, 100)
    assert.property(decision.details, "left_out")
  })

  it("are short where paths are long", () => {
    const deep = Array.from({ length: 400 }, () => "k".repeat(200)).join(".")
    const payload = Result.getOrThrow(
      parse(`{"x":${`{"${"k".repeat(200)}":`.repeat(400)}"a"${"}".repeat(400)}}`),
    )
    const { unread } = stored(flowOf({ fields: { [`x.${deep}`]: "email" } }), payload as JsonObject)
    assert.isBelow(JSON.stringify(unread).length, megabyte / 16)
  })
})
