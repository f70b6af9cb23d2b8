import { createHmac } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { TestCustomer } from "@lead-gateway/testkit"
import type { CustomerClientOptions, DeliveryRequest } from "@lead-gateway/customer-client"
import { Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { makeHttp2World } from "./http2Support.ts"
import { makeClient, request } from "./support.ts"

const secret = (text: string) => Redacted.make(text)

/** The headers that a customer gets from a client with these options. */
const headersOf = Effect.fnUntraced(function* (
  options: Partial<CustomerClientOptions>,
  sent: DeliveryRequest = request,
) {
  const customer = yield* TestCustomer.make()
  const client = yield* makeClient({ auth: undefined, ...options, url: customer.url })
  assert.propertyVal(yield* client.send(sent), "status", 200)
  return customer.requests()[0]?.headers ?? {}
})

describe("a customer knows us", () => {
  it.effect("by nothing", () =>
    Effect.gen(function* () {
      assert.notProperty(yield* headersOf({ auth: { _tag: "None" } }), "authorization")
    }),
  )

  it.effect("by a bearer token", () =>
    Effect.gen(function* () {
      const auth = { _tag: "Bearer", token: secret("mF_9.B5f-4.1JqM") } as const
      assert.propertyVal(yield* headersOf({ auth }), "authorization", "Bearer mF_9.B5f-4.1JqM")
    }),
  )

  it.effect.each<[string, string, string]>([
    ["Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="], // RFC 7617, section 2
    ["test", "123\u00a3", "Basic dGVzdDoxMjPCow=="], // RFC 7617, section 2.1
    ["test", "", "Basic dGVzdDo="],
    ["u\u0308", "a:b", `Basic ${Buffer.from("\u00fc:a:b").toString("base64")}`], // composed, RFC 8265
  ])(
    "by user and password: %s, %s",
    Effect.fnUntraced(function* ([user, password, expected]) {
      const auth = { _tag: "Basic", user, password: secret(password) } as const
      assert.propertyVal(yield* headersOf({ auth }), "authorization", expected)
    }),
  )

  it.effect.each<[string, string]>([
    ["X-API-Key", "k-123"],
    ["Authorization", "Token k-123"],
  ])(
    "by a key in a header of its choice: %s: %s",
    Effect.fnUntraced(function* ([header, key]) {
      const auth = { _tag: "ApiKey", header, key: secret(key) } as const
      assert.propertyVal(yield* headersOf({ auth }), header.toLowerCase(), key)
    }),
  )

  it.effect("by a key that HTTP/2 keeps out of its compression", () =>
    Effect.gen(function* () {
      const auth = { _tag: "ApiKey", header: "X-API-Key", key: secret("k-123") } as const
      const { customer, client } = yield* makeHttp2World(undefined, { auth })
      assert.propertyVal(yield* client.send(request), "status", 200)
      const headers = customer.seen.requests[0]?.headers ?? {}
      assert.propertyVal(headers, "x-api-key", "k-123")
      const [sensitive] = Object.getOwnPropertySymbols(headers)
      assert.deepStrictEqual(Reflect.get(headers, sensitive ?? ""), ["x-api-key"])
    }),
  )
})

/** The example of the reference libraries of Standard Webhooks (standard-webhooks/standard-webhooks, `libraries/`). */
const example = {
  secret: secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
  timeMs: 1_614_265_330_000,
  request: { body: '{"test": 2432232314}', idempotencyKey: "msg_p5jXN8AQM9LWM0D4loKWxJek" },
  headers: {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  },
}

describe("a signature", () => {
  it.effect("is that of Standard Webhooks", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(example.timeMs + 999)
      const headers = yield* headersOf({ signingSecrets: [example.secret] }, example.request)
      assert.deepInclude(headers, example.headers)
    }),
  )

  it.effect("stands beside a bearer token, and there is one for each secret", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(example.timeMs)
      const key = Buffer.alloc(64, 7)
      const headers = yield* headersOf(
        {
          auth: { _tag: "Bearer", token: secret("token") },
          signingSecrets: [secret(`whsec_${key.toString("base64")}`), example.secret],
        },
        example.request,
      )
      const signed = `${example.request.idempotencyKey}.1614265330.${example.request.body}`
      const first = createHmac("sha256", key).update(signed).digest("base64")
      assert.deepInclude(headers, {
        authorization: "Bearer token",
        "webhook-signature": `v1,${first} ${example.headers["webhook-signature"]}`,
      })
    }),
  )

  it.effect("is of the bytes that are sent, at the time of this attempt", () =>
    Effect.gen(function* () {
      const customer = yield* TestCustomer.make()
      const client = yield* makeClient({ url: customer.url, signingSecrets: [example.secret] })
      const body = '{"name":"Jürgen 🙂","half":"\ud83d"}'
      for (let i = 0; i < 2; i++) {
        yield* TestClock.adjust("1 minute")
        yield* client.send({ ...request, body })
      }
      const key = Buffer.from(Redacted.value(example.secret).slice("whsec_".length), "base64")
      for (const [index, received] of customer.requests().entries()) {
        const timestamp = String(60 * (index + 1))
        const signed = `${request.idempotencyKey}.${timestamp}.${received.body}`
        assert.strictEqual(received.headers["webhook-timestamp"], timestamp)
        const signature = createHmac("sha256", key).update(signed).digest("base64")
        assert.strictEqual(received.headers["webhook-signature"], `v1,${signature}`)
      }
    }),
  )
})

describe("headers", () => {
  it.effect("are chosen by options", () =>
    Effect.gen(function* () {
      const headers = yield* headersOf({
        idempotencyHeader: "X-Request-ID",
        headers: { "X-Tenant": "solar", "Content-Type": "application/vnd.lead+json", "User-Agent": "us/1" },
      })
      assert.deepInclude(headers, {
        "x-request-id": "lead-1",
        "x-tenant": "solar",
        "content-type": "application/vnd.lead+json",
        "user-agent": "us/1",
      })
      assert.notProperty(headers, "idempotency-key")
    }),
  )

  it.effect("of the trace go on with the request", () =>
    Effect.gen(function* () {
      const trace = {
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        tracestate: "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7",
      }
      assert.deepInclude(yield* headersOf({}, { ...request, ...trace }), trace)
      const { tracestate } = trace
      assert.notProperty(yield* headersOf({}, { ...request, tracestate }), "tracestate")
    }),
  )

  it.effect("of a request that has no correlation id have none", () =>
    Effect.gen(function* () {
      const headers = yield* headersOf({}, { body: "{}", idempotencyKey: "lead-1" })
      assert.notProperty(headers, "x-correlation-id")
    }),
  )
})
