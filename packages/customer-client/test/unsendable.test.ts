import { assert, describe, it } from "@effect/vitest"
import type { DeliveryRequest } from "@lead-gateway/customer-client"
import { Effect, Option, Redacted, Result } from "effect"
import { makeHttp2World } from "./http2Support.ts"
import { makeWorld, request } from "./support.ts"
import { anything } from "./anything.ts"

/** A request that no type allows, as a caller from JavaScript may give it. */
const wrongly = (given: unknown) => given as DeliveryRequest

const mustBeAscii = (name: string) =>
  `the request's ${name} must be visible ASCII, with spaces only between, because it becomes a header; nothing was sent`

const noKey = "the request has no idempotency key; nothing was sent"

const values: ReadonlyArray<readonly [name: string, value: string, isSendable: boolean, source: string]> = [
  ["visible ASCII", "lead-1!~", true, "RFC 9110 §5.5"],
  ["a space between", "a key", true, "RFC 9110 §5.5"],
  ["a tab between", "a\tkey", true, "RFC 9110 §5.5"],
  ["an umlaut", "lead-Müller", false, "https://github.com/jetty/jetty.project/issues/14485"],
  ["an accent", "São Paulo", false, "https://github.com/jetty/jetty.project/issues/14485"],
  ["a letter beyond latin-1", "ĀāĂ", false, "https://github.com/netty/netty/issues/13048"],
  ["Chinese", "测试", false, "https://github.com/axios/axios/issues/1570"],
  ["a snowman", "☃", false, "https://github.com/nodejs/node/issues/39684"],
  ["an emoji", "💩", false, "https://github.com/CodeGenieApp/serverless-express/issues/60"],
  [
    "U+010A, whose low byte is LF",
    "aĊb",
    false,
    "https://github.com/micronaut-projects/micronaut-core/pull/13002",
  ],
  ["U+4E0D, whose low byte is CR", "不", false, "https://github.com/oven-sh/bun/pull/41245"],
  ["a line feed at the end", "lead-1\n", false, "https://github.com/nodejs/node/issues/28797"],
  ["another header", "a\r\nX-Forged: 1", false, "RFC 9110 §5.5; CWE-113"],
  ["NUL", "a\0b", false, "RFC 9110 §5.5"],
  ["DEL", "a\x7fb", false, "RFC 9110 §5.5"],
  ["a C1 control", "a\x85b", false, "RFC 9110 §5.5: obs-text"],
  ["a space in front", " lead-1", false, "RFC 9110 §5.5: no part of a value"],
  ["a no-break space at the end", "lead-1\u00a0", false, "RFC 9110 §5.5: obs-text"],
  ["U+200B", "lead\u200b-1", false, "RFC 9110 §5.5"],
]

const fields = ["idempotencyKey", "correlationId", "traceparent", "tracestate"] as const

/** The header of each field, as customers receive it. */
const headers = {
  idempotencyKey: "idempotency-key",
  correlationId: "x-correlation-id",
  traceparent: "traceparent",
  tracestate: "tracestate",
}

describe("a value that becomes a header", () => {
  it.effect.each(values)(
    "%s is checked the same in every field and by both protocols: %j (sendable: %s; %s)",
    Effect.fnUntraced(function* ([, value, isSendable]) {
      const one = yield* makeWorld()
      const two = yield* makeHttp2World()
      for (const field of fields) {
        const traced = { ...request, traceparent: "00-1-1-01", [field]: value }
        const outcomes = [yield* one.client.send(traced), yield* two.client.send(traced)]
        const expected = isSendable
          ? { _tag: "Answered", status: 200 }
          : { _tag: "Unreachable", kind: "unsendable", message: mustBeAscii(field) }
        for (const outcome of outcomes) assert.deepInclude<object>(outcome, expected)
        if (!isSendable) continue
        assert.propertyVal(one.customer.requests().at(-1)?.headers, headers[field], value)
        assert.propertyVal(two.customer.seen.requests.at(-1)?.headers, headers[field], value)
      }
      if (!isSendable) assert.strictEqual(one.customer.connections().made, 0)
    }),
  )
})

describe("the key of a signed request", () => {
  const signingSecrets = [Redacted.make("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]

  it.effect.each([["1.2"], ["lead."], [".lead"], ["msg_1.1674087231.{}"], ["customer.example-1"]])(
    "has no dot: %s (Standard Webhooks 1.0.0, Signature scheme: no dot in the message id)",
    Effect.fnUntraced(function* ([idempotencyKey = ""]) {
      const dot =
        "the idempotency key of a signed request must not have a dot, because id.timestamp.body is signed; nothing was sent"
      const one = yield* makeWorld(undefined, { signingSecrets })
      const two = yield* makeHttp2World(undefined, { signingSecrets })
      for (const { client } of [one, two]) {
        const outcome = yield* client.send({ ...request, idempotencyKey })
        assert.deepInclude(outcome, { _tag: "Unreachable", kind: "unsendable", message: dot })
      }
      const unsigned = yield* makeWorld()
      assert.propertyVal(yield* unsigned.client.send({ ...request, idempotencyKey }), "status", 200)
    }),
  )
})

const noRequest = (what: string) =>
  `the request must be an object with body and idempotencyKey, but is ${what}; nothing was sent`
const noText = (what: string) =>
  `the request's body must be a JSON text, such as JSON.stringify(lead), but is ${what}; nothing was sent`

/** Calls that plain JavaScript allows, and the sentence that they get. */
const wrong: ReadonlyArray<readonly [name: string, given: unknown, message: string]> = [
  ["nothing", undefined, noRequest("undefined")],
  ["null", null, noRequest("null")],
  ["a text", "{}", noRequest("a string")],
  ["a list", [], noText("undefined")],
  ["a Result", Result.succeed(request), noText("undefined")],
  ["an object as body", { ...request, body: { phone: "+49123456789" } }, noText("an object")],
  ["a list as body", { ...request, body: [] }, noText("a list")],
  ["bytes as body", { ...request, body: Buffer.from("{}") }, noText("a list of bytes")],
  ["a Result as body", { ...request, body: Result.succeed("{}") }, noText("a Result: pass its value")],
  ["an Option as body", { ...request, body: Option.some("{}") }, noText("an Option: pass its value")],
  ["a promise as body", { ...request, body: Promise.resolve("{}") }, noText("a promise: await it")],
  ["a date as body", { ...request, body: new Date(0) }, noText("an object")],
  ["no body", { idempotencyKey: "1" }, noText("undefined")],
  ["no key", { body: "{}" }, noKey],
  ["an empty key", { ...request, idempotencyKey: "" }, noKey],
  [
    "a number as key",
    { ...request, idempotencyKey: 123 },
    "the request's idempotencyKey must be a text, but is a number; nothing was sent",
  ],
  [
    "null as correlation id",
    { ...request, correlationId: null },
    "the request's correlationId must be a text, but is null; nothing was sent",
  ],
  [
    "a symbol as traceparent",
    { ...request, traceparent: Symbol("a") },
    "the request's traceparent must be a text, but is a symbol; nothing was sent",
  ],
  [
    "a getter that throws",
    Object.defineProperty({ ...request }, "body", {
      get: () => {
        throw new Error("no")
      },
    }),
    "the request cannot be read; nothing was sent",
  ],
]

describe("a request of another type", () => {
  it.effect.each(wrong)(
    "gets a sentence: $0",
    Effect.fnUntraced(function* ([, given, message]) {
      const { customer, client } = yield* makeWorld()
      const outcome = yield* client.send(wrongly(given))
      assert.deepInclude(outcome, { _tag: "Unreachable", kind: "unsendable", message })
      assert.strictEqual(customer.connections().made, 0)
    }),
  )

  it.effect.each(anything)(
    "never throws: $0",
    Effect.fnUntraced(function* ([, given]) {
      const { client } = yield* makeWorld()
      for (const request_ of [
        given,
        { ...request, body: given },
        { ...request, idempotencyKey: given },
        { ...request, tracestate: given, traceparent: given, correlationId: given },
      ]) {
        const outcome = yield* client.send(wrongly(request_))
        assert.include(["Answered", "Unreachable"], outcome._tag)
        if (outcome._tag === "Unreachable") assert.strictEqual(outcome.kind, "unsendable")
      }
    }),
  )
})
