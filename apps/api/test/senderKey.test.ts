import { assert, describe, it } from "@effect/vitest"
import type { SenderSettings } from "@lead-gateway/config"
import { isJsonObject, parse } from "@lead-gateway/lossless-json"
import { Duration, Option, Result } from "effect"
import { hash } from "node:crypto"
import { makeSenderKey } from "../src/senderKey.ts"
import type { AcceptedSender } from "../src/SenderVerification.ts"

const off: SenderSettings = {
  idempotencyTtl: Duration.hours(24),
  idempotencyField: Option.none(),
  dedupeWindow: Option.none(),
  acceptForms: false,
}
const byField: SenderSettings = { ...off, idempotencyField: Option.some(["google", "lead_id"]) }
const byBody: SenderSettings = { ...off, dedupeWindow: Option.some(Duration.minutes(5)) }

/** The key of a request, with headers as Node would have them. */
const keyOf = (
  settings: SenderSettings,
  headers: Readonly<Record<string, string | ReadonlyArray<string>>> = {},
  text = "{}",
  sender?: AcceptedSender,
) => {
  const payload = Result.getOrThrow(parse(text))
  if (!isJsonObject(payload)) throw new Error("no object")
  const joined = Object.entries(headers).map(([name, values]) => [name, [values].flat().join(", ")])
  const distinct = Object.entries(headers).map(([name, values]) => [name, [values].flat()])
  return makeSenderKey(settings)({
    request: {
      headers: Object.fromEntries(joined) as Record<string, string>,
      headersDistinct: Object.fromEntries(distinct) as Record<string, Array<string>>,
    },
    payload,
    bodyHash: "the body's",
    sender,
  })
}

const ofKey = (kind: "header" | "field", key: string, ttlMs = 86_400_000) => ({
  kind,
  hash: hash("sha256", key, "binary"),
  ttlMs,
})

describe("a webhook's key", () => {
  it("is none, unless there is one", () => {
    assert.isUndefined(keyOf(off))
    assert.isUndefined(keyOf(off, {}, '{"google":{"lead_id":"1"}}'))
    assert.isUndefined(keyOf(byField, {}, '{"lead_id":"1"}'))
  })

  it("is that of its header, Idempotency-Key before webhook-id, before a field and the body", () => {
    const text = '{"google":{"lead_id":"c"}}'
    const both = { "idempotency-key": "a", "webhook-id": "b" }
    const all = { ...byField, ...byBody, idempotencyField: byField.idempotencyField }
    assert.deepStrictEqual(keyOf(all, both, text), ofKey("header", "a"))
    assert.deepStrictEqual(keyOf(all, { "webhook-id": "b" }, text), ofKey("header", "b"))
    assert.deepStrictEqual(keyOf(all, {}, text), ofKey("field", "c"))
    assert.deepStrictEqual(keyOf(all), { kind: "payload", hash: "the body's", ttlMs: 300_000 })
  })

  it.each([
    ["one character", "a"],
    ["255", "x".repeat(255)],
    ["punctuation", `!"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~`],
    ["a comma", "a,b"],
    [
      "a quoted one, as the draft of the IETF has it, with its quotes",
      '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
    ],
    ["__proto__", "__proto__"],
    ["sent twice", ["a", "a"]],
  ])("is valid: %s", (_, value) => {
    assert.deepStrictEqual(
      keyOf(off, { "idempotency-key": value }),
      ofKey("header", String([value].flat()[0])),
    )
  })

  it.each([
    ["empty", ""],
    ["256", "x".repeat(256)],
    ["a space", "a b"],
    ["a comma and a space", "a, b"],
    ["a tab", "a\tb"],
    ["beyond ASCII", "schlüssel"],
    ["a control character", "a\u007f"],
    ["a C1 control character", "a\u0085"],
    ["a line break", "a\nb"],
    ["sent twice, with two values", ["a", "b"]],
    ["sent twice, once empty", ["a", ""]],
    ["sent twice, both too long", ["x".repeat(256), "x".repeat(256)]],
    ["sent three times", ["a", "a", "b"]],
  ])("is refused, and the header named: %s", (_, value) => {
    for (const [name, shown] of [
      ["idempotency-key", "Idempotency-Key"],
      ["webhook-id", "webhook-id"],
    ] as const) {
      const answer = keyOf(byBody, { [name]: value })
      assert(answer !== undefined && "status" in answer)
      assert.strictEqual(answer.status, 400)
      assert.deepStrictEqual(answer.body, {
        error: `${shown} must be one key of 1 to 255 visible ASCII characters`,
      })
    }
  })

  it.each([
    ["a text", '"abc"', "abc"],
    ["a text of any letters and length", `"ä ${"x".repeat(1000)}"`, `ä ${"x".repeat(1000)}`],
    ["a number", "7", "7"],
    ["a number of 20 digits", "12345678901234567890", "12345678901234567890"],
    ["another one that is the same double", "12345678901234567891", "12345678901234567891"],
    ["many decimals", "0.12345678901234567890123", "0.12345678901234567890123"],
  ])("is that of a field: %s", (_, json, key) => {
    assert.deepStrictEqual(keyOf(byField, {}, `{"google":{"lead_id":${json}}}`), ofKey("field", key))
  })

  it.each(["null", '""', "true", "[1]", '{"a":1}'])("is none where the field is %s", (json) => {
    assert.isUndefined(keyOf(byField, {}, `{"google":{"lead_id":${json}}}`))
  })

  it("is none where the field is inherited", () => {
    const inherited = { ...off, idempotencyField: Option.some(["constructor", "name"]) }
    assert.isUndefined(keyOf(inherited))
  })
})

describe("of a signed webhook", () => {
  const header = { "idempotency-key": "another" }

  it("the signed id is the key, whatever else a copy of it carries", () => {
    const sender: AcceptedSender = { _tag: "Accepted", id: "msg_1", replayKey: "msg_1" }
    const key = keyOf(byField, {}, '{"google":{"lead_id":7}}', sender)
    assert.propertyVal(key, "kind", "signature")
    assert.deepStrictEqual(keyOf(byField, header, '{"google":{"lead_id":8}}', sender), key)
  })

  it("without an id the field is, which is signed with the body, else the time with the body", () => {
    const sender: AcceptedSender = { _tag: "Accepted", timestampMs: 1, replayKey: "1.body" }
    assert.deepStrictEqual(
      keyOf(byField, header, '{"google":{"lead_id":7}}', sender),
      keyOf(byField, {}, '{"google":{"lead_id":7}}'),
    )
    assert.propertyVal(keyOf(byField, header, "{}", sender), "kind", "signature")
    assert.deepStrictEqual(
      keyOf(off, header, "{}", sender),
      keyOf(off, {}, '{"google":{"lead_id":7}}', sender),
    )
  })

  it("the key stands for as long as a copy would be let in, though others expire earlier", () => {
    const brief = { ...byField, idempotencyTtl: Duration.seconds(1) }
    const sender = { _tag: "Accepted", replayKey: "a", replayableUntilMs: Date.now() + 600_000 } as const
    for (const text of ["{}", '{"google":{"lead_id":7}}']) {
      const key = keyOf(brief, {}, text, sender)
      assert(key !== undefined && "ttlMs" in key)
      assert.isAtLeast(key.ttlMs, 600_000)
      assert.isBelow(key.ttlMs, 700_000)
      assert.propertyVal(keyOf(byField, {}, text, sender), "ttlMs", 86_400_000)
    }
    assert.propertyVal(keyOf(brief, { "idempotency-key": "a" }), "ttlMs", 1_000)
    assert.propertyVal(keyOf(brief, {}, "{}", { _tag: "Accepted", replayKey: "a" }), "ttlMs", 1_000)
  })

  it("a token says nothing of the webhook: its key is found as ever", () => {
    const sender: AcceptedSender = { _tag: "Accepted" }
    assert.deepStrictEqual(keyOf(off, header, "{}", sender), keyOf(off, header))
  })
})
