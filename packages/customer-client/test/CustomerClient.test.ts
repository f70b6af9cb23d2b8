import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour, TestCustomer } from "@lead-gateway/testkit"
import { CustomerClient, type DeliveryOutcome, type UnreachableKind } from "@lead-gateway/customer-client"
import { Effect, Fiber, Redacted } from "effect"
import { heldTimers, makeClient, makeWorld, request, secretToken } from "./support.ts"

const { hang, hugeBody, raw, reply, resetBeforeAnswer, resetMidAnswer, slowBody } = CustomerBehaviour

/** An outcome without its duration and the customer's time, which no test can foretell. */
const what = (outcome: DeliveryOutcome) => ({
  ...outcome,
  durationMs: undefined,
  ...(outcome._tag === "Answered" ? { date: undefined } : {}),
})

const answered = (status: number, body: string, rest: { retryAfter?: string; truncated?: boolean } = {}) => ({
  _tag: "Answered" as const,
  status,
  body,
  retryAfter: rest.retryAfter,
  date: undefined,
  contentType: undefined,
  truncated: rest.truncated ?? false,
  unreadable: undefined,
  durationMs: undefined,
})

const unreachable = (kind: UnreachableKind, message: string) => ({
  _tag: "Unreachable" as const,
  kind,
  message,
  durationMs: undefined,
})

describe("an answer", () => {
  it.effect.each([200, 201, 204, 302, 307, 400, 401, 404, 409, 422, 500, 503])(
    "of status %s is Answered, as it came",
    Effect.fnUntraced(function* (status) {
      const body = status === 204 ? "" : `{"status":${status}}`
      const elsewhere = yield* TestCustomer.make()
      const { customer, client } = yield* makeWorld(
        reply({ status, body, headers: { Location: elsewhere.url } }),
      )
      assert.deepStrictEqual(what(yield* client.send(request)), answered(status, body))
      assert.lengthOf(customer.requests(), 1)
      assert.lengthOf(elsewhere.requests(), 0)
    }),
  )

  it.effect.each(["120", "Wed, 21 Jan 2026 10:35:00 GMT"])(
    "brings its Retry-After along: %s",
    Effect.fnUntraced(function* (retryAfter) {
      const { client } = yield* makeWorld(reply({ status: 429, headers: { "Retry-After": retryAfter } }))
      assert.deepStrictEqual(what(yield* client.send(request)), answered(429, "", { retryAfter }))
    }),
  )

  it.effect.each(["Wed, 21 Jan 2026 10:30:00 GMT", "Wed Jan 21 10:30:00 2026", "half past ten"])(
    "brings its Date along, as it came: %s",
    Effect.fnUntraced(function* (date) {
      const { client } = yield* makeWorld(reply({ status: 429, headers: { Date: date } }))
      const outcome = yield* client.send(request)
      assert.deepStrictEqual([answerOf(outcome).status, answerOf(outcome).date], [429, date])
    }),
  )

  it.effect("without a Date has none", () =>
    Effect.gen(function* () {
      const { client } = yield* makeWorld(raw({ text: "HTTP/1.1 429 No\r\nContent-Length: 0\r\n\r\n" }))
      const { date, status } = yield* client.send(request).pipe(Effect.map(answerOf))
      assert.deepStrictEqual([status, date], [429, undefined])
    }),
  )

  it.effect("has a body that Postgres can store", () =>
    Effect.gen(function* () {
      const bytes = Buffer.from([0x61, 0x00, 0xff, 0xc3, 0xbc, 0xed, 0xa0, 0x80, 0xc3])
      const { client } = yield* makeWorld({ answer: (response) => void response.end(bytes) })
      const { body } = yield* client.send(request).pipe(Effect.map(answerOf))
      assert.strictEqual(body, "a\ufffd\ufffdü\ufffd\ufffd\ufffd\ufffd")
      assert.isTrue(body.isWellFormed())
    }),
  )

  it.effect("whose body is exactly as long as the cap is whole", () =>
    Effect.gen(function* () {
      const { client } = yield* makeWorld(reply({ body: "12345678" }), { maxResponseBytes: 8 })
      assert.deepStrictEqual(what(yield* client.send(request)), answered(200, "12345678"))
    }),
  )

  it.effect("longer than the cap is cut there, between characters, and its connection closed", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeWorld(reply({ body: "1234567ü9" }), { maxResponseBytes: 8 })
      assert.deepStrictEqual(what(yield* client.send(request)), answered(200, "1234567", { truncated: true }))
      yield* customer.until(() => customer.connections().open === 0)
    }),
  )

  it.effect("of a terabyte is not waited for beyond the cap", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeWorld(hugeBody({ bytes: 1e12 }))
      const outcome = yield* client.send(request)
      assert.deepStrictEqual(what(outcome), answered(200, "x".repeat(65_536), { truncated: true }))
      yield* customer.until(() => customer.connections().open === 0)
    }),
  )

  it.effect("that is reset in mid-body is still that answer", () =>
    Effect.gen(function* () {
      const { client } = yield* makeWorld(resetMidAnswer({ status: 201, body: "half of" }))
      assert.deepStrictEqual(what(yield* client.send(request)), answered(201, "half of", { truncated: true }))
    }),
  )

  it.effect("whose body stops being HTTP is still that answer", () =>
    Effect.gen(function* () {
      const text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nno chunk\r\n"
      const { client } = yield* makeWorld(raw({ text }))
      assert.deepStrictEqual(what(yield* client.send(request)), answered(200, "half", { truncated: true }))
    }),
  )

  it.live("whose body comes too slowly is still that answer, with what was read in time", () =>
    Effect.gen(function* () {
      const text = "a".repeat(10_000)
      const { customer, client } = yield* makeWorld(slowBody({ status: 202, body: text, everyMs: 5 }), {
        timeout: "1 second",
      })
      const outcome = yield* client.send(request)
      const { body, durationMs } = answerOf(outcome)
      assert.deepStrictEqual(what(outcome), answered(202, body, { truncated: true }))
      assert.match(body, /^a+$/)
      assert.isBelow(body.length, text.length)
      assert.isAtLeast(durationMs, 990)
      yield* customer.until(() => customer.connections().open === 0)
    }),
  )

  it.effect("may have informational answers before it", () =>
    Effect.gen(function* () {
      const text =
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
      const { client } = yield* makeWorld(raw({ text }))
      assert.deepStrictEqual(what(yield* client.send(request)), answered(200, "ok"))
    }),
  )
})

describe("no answer", () => {
  it.effect("from a closed port: refused", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeWorld()
      yield* customer.down
      assert.deepStrictEqual(
        what(yield* client.send(request)),
        unreachable("refused", "the customer's host refuses the connection (ECONNREFUSED)"),
      )
    }),
  )

  it.effect("from a name that does not exist: dns", () =>
    Effect.gen(function* () {
      const client = yield* makeClient({ url: "http://customer.invalid/leads" })
      const outcome = yield* client.send(request)
      assert.propertyVal(outcome, "kind", "dns")
    }),
  )

  it.effect("but a reset: reset", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeWorld(resetBeforeAnswer())
      assert.deepStrictEqual(
        what(yield* client.send(request)),
        unreachable("reset", "the customer's host closed the connection before it answered (ECONNRESET)"),
      )
      assert.lengthOf(customer.requests(), 1)
    }),
  )

  it.effect("but something that is not HTTP: protocol", () =>
    Effect.gen(function* () {
      const { client } = yield* makeWorld(raw({ text: "220 mail.example ESMTP\r\n" }))
      assert.deepStrictEqual(
        what(yield* client.send(request)),
        unreachable("protocol", "the customer's host answered what is not HTTP (HPE_INVALID_CONSTANT)"),
      )
    }),
  )

  it.effect("but endless headers: protocol", () =>
    Effect.gen(function* () {
      const text = `HTTP/1.1 200 OK\r\nX: ${"x".repeat(100_000)}\r\n\r\n`
      const { client } = yield* makeWorld(raw({ text }))
      assert.propertyVal(yield* client.send(request), "kind", "protocol")
    }),
  )

  it.effect("within the timeout: TimedOut, and the connection is closed", () =>
    Effect.gen(function* () {
      const timers = yield* heldTimers
      const { customer, client } = yield* makeWorld(hang())
      const fiber = yield* Effect.forkChild(client.send(request))
      yield* customer.received(1)
      yield* timers.pass(29_999)
      assert.isUndefined(fiber.pollUnsafe())
      yield* timers.pass(1)
      assert.deepStrictEqual(yield* Fiber.join(fiber), {
        _tag: "TimedOut",
        phase: "answer",
        durationMs: 30_000,
      })
      yield* customer.until(() => customer.connections().open === 0)
    }),
  )

  it.live("within the timeout, byte by byte: TimedOut", () =>
    Effect.gen(function* () {
      const text = `HTTP/1.1 200 OK\r\nX: ${"x".repeat(10_000)}\r\n\r\n`
      const { client } = yield* makeWorld(raw({ text, everyMs: 5 }), { timeout: "200 millis" })
      assert.deepStrictEqual(what(yield* client.send(request)), {
        _tag: "TimedOut",
        phase: "answer",
        durationMs: undefined,
      })
    }),
  )

  it.live("within the timeout, also where nothing may be interrupted: TimedOut", () =>
    Effect.gen(function* () {
      const { client } = yield* makeWorld(hang(), { timeout: "50 millis" })
      const outcome = yield* Effect.uninterruptible(client.send(request))
      assert.strictEqual(outcome._tag, "TimedOut")
    }),
  )
})

describe("a request", () => {
  it.effect("is a POST of the body's very bytes, with the headers a customer needs", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeWorld()
      const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
      yield* client.send({ ...request, traceparent })
      const [received] = yield* customer.received(1)
      assert.strictEqual(received?.method, "POST")
      assert.strictEqual(received?.path, "/leads")
      assert.strictEqual(received?.body, request.body)
      assert.deepStrictEqual(received?.headers, {
        host: new URL(customer.url).host,
        connection: "keep-alive",
        "content-type": "application/json",
        "content-length": String(Buffer.byteLength(request.body)),
        accept: "application/json",
        "accept-encoding": "identity",
        "user-agent": "lead-gateway",
        "idempotency-key": "lead-1",
        "x-correlation-id": "correlation-1",
        traceparent,
        authorization: `Bearer ${secretToken}`,
      })
    }),
  )

  it.effect("has no Authorization without a token, no traceparent without one, and keeps the query", () =>
    Effect.gen(function* () {
      const customer = yield* TestCustomer.make()
      const client = yield* makeClient({ url: `${customer.url}?source=web#part`, auth: undefined })
      yield* client.send(request)
      const [received] = yield* customer.received(1)
      assert.strictEqual(received?.path, "/leads?source=web")
      assert.doesNotHaveAnyKeys(received?.headers, ["authorization", "traceparent"])
    }),
  )

  it.effect("of a megabyte arrives whole", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeWorld()
      const body = JSON.stringify("ü".repeat(500_000))
      assert.propertyVal(yield* client.send({ ...request, body }), "status", 200)
      assert.isTrue(customer.requests()[0]?.body === body)
    }),
  )
})

describe("a client", () => {
  it.effect("is not made for a URL that leads nowhere allowed", () =>
    Effect.gen(function* () {
      const error = yield* makeClient({ url: "http://[fe80::1]/" }).pipe(Effect.flip)
      assert.strictEqual(
        error.message,
        "url: expected an absolute http or https URL of a customer; the customer's URL leads to fe80::1, a forbidden address",
      )
    }),
  )

  it.effect.each(["", " ", "a b", "a\nb", "tökén"])(
    "is not made for a token that cannot stand in a header: %j",
    Effect.fnUntraced(function* (token) {
      const error = yield* makeClient({
        url: "http://127.0.0.1/",
        auth: { _tag: "Bearer", token: Redacted.make(token) },
      }).pipe(Effect.flip)
      assert.strictEqual(error.message, "auth.token: expected visible ASCII characters, at least one")
    }),
  )

  it.effect("is a layer", () =>
    Effect.gen(function* () {
      const customer = yield* TestCustomer.make()
      const outcome = yield* CustomerClient.use((client) => client.send(request)).pipe(
        Effect.provide(CustomerClient.layer({ url: customer.url, timeout: "1 second", allowPrivate: true })),
      )
      assert.propertyVal(outcome, "status", 200)
    }),
  )
})

const answerOf = (outcome: DeliveryOutcome) =>
  outcome._tag === "Answered" ? outcome : assert.fail(`not answered: ${outcome._tag}`)
