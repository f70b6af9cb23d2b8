import { constants } from "node:http2"
import { assert, describe, it } from "@effect/vitest"
import { TestCustomer } from "@lead-gateway/testkit"
import type { DeliveryOutcome } from "@lead-gateway/customer-client"
import { Effect, Fiber } from "effect"
import { makeHttp2World, respond } from "./http2Support.ts"
import { heldTimers, makeWorld, request, secretToken } from "./support.ts"

const { NGHTTP2_CANCEL, NGHTTP2_HTTP_1_1_REQUIRED, NGHTTP2_INTERNAL_ERROR, NGHTTP2_REFUSED_STREAM } =
  constants

describe("a customer that chooses HTTP/2", () => {
  it.effect("gets the same request as by HTTP/1.1", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeHttp2World()
      const outcome = yield* client.send(request)
      assert.deepInclude(outcome, { _tag: "Answered", status: 200, body: "thanks", truncated: false })
      const [received] = customer.seen.requests
      assert.strictEqual(received?.body(), request.body)
      assert.deepStrictEqual(Object.fromEntries(Object.entries(received?.headers ?? {})), {
        ":method": "POST",
        ":scheme": "https",
        ":authority": new URL(customer.url).host,
        ":path": "/leads",
        "content-type": "application/json",
        "content-length": String(Buffer.byteLength(request.body)),
        accept: "application/json",
        "accept-encoding": "identity",
        "user-agent": "lead-gateway",
        "idempotency-key": "lead-1",
        "x-correlation-id": "correlation-1",
        authorization: `Bearer ${secretToken}`,
      })
    }),
  )

  it.effect("gets all exchanges by one connection, also those that wait for it to be made", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeHttp2World()
      const many = Effect.all(
        Array.from({ length: 20 }, () => client.send(request)),
        { concurrency: 20 },
      )
      const outcomes = [...(yield* many), ...(yield* many)]
      assert.lengthOf(outcomes.filter(isStatus(200)), 40)
      assert.strictEqual(customer.seen.made, 1)
    }),
  )

  it.effect("never gets more requests at a time than it takes", () =>
    Effect.gen(function* () {
      let open = 0
      let most = 0
      const { customer, client } = yield* makeHttp2World(
        (stream) => {
          most = Math.max(most, ++open)
          stream.on("close", () => open--)
          respond(stream)
        },
        { server: { settings: { maxConcurrentStreams: 3 } } },
      )
      const outcomes = yield* Effect.all(
        Array.from({ length: 20 }, () => client.send(request)),
        { concurrency: 20 },
      )
      assert.lengthOf(outcomes.filter(isStatus(200)), 20)
      assert.isAtMost(most, 3)
      assert.strictEqual(customer.seen.made, 1)
    }),
  )

  it.effect("is not followed elsewhere", () =>
    Effect.gen(function* () {
      const elsewhere = yield* TestCustomer.make()
      const { client } = yield* makeHttp2World((stream) => {
        stream.respond({ ":status": 307, location: elsewhere.url, "retry-after": "7" }, { endStream: true })
      })
      assert.deepInclude(yield* client.send(request), { status: 307, retryAfter: "7", truncated: false })
      assert.lengthOf(elsewhere.requests(), 0)
    }),
  )

  it.effect("may answer 103 first", () =>
    Effect.gen(function* () {
      const { client } = yield* makeHttp2World((stream) => {
        stream.additionalHeaders({ ":status": 103, link: "</a>" })
        respond(stream, 201)
      })
      assert.deepInclude(yield* client.send(request), { status: 201, body: "thanks" })
    }),
  )

  it.effect("is spoken to by HTTP/1.1 with the option http2: never", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeHttp2World(respond1, { http2: "never" })
      assert.deepInclude(yield* client.send(request), { status: 200, body: "by HTTP/1.1" })
      assert.strictEqual(customer.seen.made, 0)
    }),
  )

  it.effect("and asks for HTTP/1.1 is spoken to by it from the next exchange on", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeHttp2World((stream) => stream.close(NGHTTP2_HTTP_1_1_REQUIRED))
      assert.propertyVal(
        yield* client.send(request),
        "message",
        "the HTTP/2 exchange with the customer's host broke its rules (HTTP_1_1_REQUIRED)",
      )
      assert.deepInclude(yield* client.send(request), { status: 200, body: "by HTTP/1.1" })
      assert.lengthOf(customer.seen.requests, 1)
    }),
  )
})

describe("a stream", () => {
  it.effect("that is longer than the cap is cancelled, and its connection kept", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeHttp2World(
        (stream) => {
          stream.respond({ ":status": 200 })
          stream.write("1234567ü9")
        },
        { maxResponseBytes: 8 },
      )
      for (const count of [1, 2]) {
        assert.deepInclude(yield* client.send(request), { status: 200, body: "1234567", truncated: true })
        yield* customer.until(() => customer.seen.reset.length === count)
      }
      assert.deepStrictEqual(customer.seen.reset, [NGHTTP2_CANCEL, NGHTTP2_CANCEL])
      assert.strictEqual(customer.seen.made, 1)
    }),
  )

  it.effect.each([
    ["reset", "reset", "INTERNAL_ERROR", (stream) => stream.close(NGHTTP2_INTERNAL_ERROR)],
    ["cancelled", "reset", "CANCEL", (stream) => stream.close(NGHTTP2_CANCEL)],
    ["refused", "refused", "REFUSED_STREAM", (stream) => stream.close(NGHTTP2_REFUSED_STREAM)],
    ["lost with its connection", "reset", "ECONNRESET", (stream) => stream.session?.destroy()],
  ] as const satisfies ReadonlyArray<readonly [string, string, string, (stream: Stream) => void]>)(
    "that is %s before an answer is Unreachable, and nothing is sent again",
    Effect.fnUntraced(function* ([, kind, name, lose]) {
      const { customer, client } = yield* makeHttp2World((stream, number) =>
        number === 1 ? lose(stream) : respond(stream),
      )
      const outcome = yield* client.send(request)
      assert.deepInclude(outcome, { _tag: "Unreachable", kind })
      assert.include(JSON.stringify(outcome), name)
      assert.lengthOf(customer.seen.requests, 1)
      assert.propertyVal(yield* client.send(request), "status", 200)
      assert.lengthOf(customer.seen.requests, 2)
    }),
  )

  it.effect(
    "without an answer in time is TimedOut, and the next exchange makes a connection of its own",
    () =>
      Effect.gen(function* () {
        const timers = yield* heldTimers
        const { customer, client } = yield* makeHttp2World((stream, number) => {
          if (number > 1) respond(stream)
        })
        const fiber = yield* Effect.forkChild(client.send(request))
        yield* customer.until(() => customer.seen.requests.length === 1)
        yield* timers.pass(30_000)
        assert.deepStrictEqual(yield* Fiber.join(fiber), {
          _tag: "TimedOut",
          phase: "answer",
          durationMs: 30_000,
        })
        assert.propertyVal(yield* client.send(request), "status", 200)
        assert.strictEqual(customer.seen.made, 2)
        yield* customer.until(() => customer.seen.reset.includes(NGHTTP2_CANCEL))
        yield* customer.until(() => customer.seen.sessions.size === 1)
      }),
  )

  it.effect("whose exchange is interrupted is cancelled, and its connection kept", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeHttp2World((stream, number) => {
        if (number > 1) respond(stream)
      })
      const fiber = yield* Effect.forkChild(client.send(request))
      yield* customer.until(() => customer.seen.requests.length === 1)
      yield* Fiber.interrupt(fiber)
      yield* customer.until(() => customer.seen.reset.length === 1)
      assert.deepStrictEqual(customer.seen.reset, [NGHTTP2_CANCEL])
      assert.propertyVal(yield* client.send(request), "status", 200)
      assert.strictEqual(customer.seen.made, 1)
    }),
  )

  it.effect("that waits for room in vain is TimedOut before anything of it was sent", () =>
    Effect.gen(function* () {
      const timers = yield* heldTimers
      const { customer, client } = yield* makeHttp2World(() => {}, {
        server: { settings: { maxConcurrentStreams: 1 } },
      })
      const first = yield* Effect.forkChild(client.send(request))
      yield* customer.until(() => customer.seen.requests.length === 1)
      const second = yield* Effect.forkChild(client.send(request), { startImmediately: true })
      yield* timers.pass(30_000)
      assert.propertyVal(yield* Fiber.join(first), "phase", "answer")
      assert.propertyVal(yield* Fiber.join(second), "phase", "connect")
      assert.lengthOf(customer.seen.requests, 1)
    }),
  )
})

describe("a request by HTTP/2", () => {
  it.effect("of a megabyte arrives whole", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeHttp2World()
      const body = JSON.stringify("ü".repeat(500_000))
      assert.propertyVal(yield* client.send({ ...request, body }), "status", 200)
      assert.isTrue(customer.seen.requests[0]?.body() === body)
    }),
  )

  it.effect("that is answered before it was read is cancelled, and its connection kept", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeHttp2World((stream, number) => {
        if (number > 1) return respond(stream)
        stream.pause()
        stream.respond({ ":status": 413 }, { endStream: true })
      })
      const body = JSON.stringify("x".repeat(20_000_000))
      assert.deepInclude(yield* client.send({ ...request, body }), { status: 413, truncated: false })
      assert.propertyVal(yield* client.send(request), "status", 200)
      assert.strictEqual(customer.seen.made, 1)
    }),
  )

  it.effect.each(["a\nb", "a\0b", "é\u0100", " a"])(
    "that cannot be sent is not, by either protocol: %j",
    Effect.fnUntraced(function* (correlationId) {
      const { customer, client } = yield* makeHttp2World()
      assert.deepInclude(yield* client.send({ ...request, correlationId }), { kind: "unsendable" })
      const http1 = yield* makeWorld()
      assert.deepInclude(yield* http1.client.send({ ...request, correlationId }), { kind: "unsendable" })
      assert.strictEqual(customer.seen.made, 0)
      assert.strictEqual(http1.customer.connections().made, 0)
    }),
  )
})

describe("GOAWAY", () => {
  it.effect("lets what is under way end, and the next exchange makes a connection of its own", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeHttp2World((stream, number) => {
        if (number === 1) stream.session?.goaway()
        respond(stream)
      })
      assert.propertyVal(yield* client.send(request), "status", 200)
      assert.propertyVal(yield* client.send(request), "status", 200)
      assert.strictEqual(customer.seen.made, 2)
      yield* customer.until(() => customer.seen.sessions.size === 1)
    }),
  )

  it.effect("that names an error is a reset for what was not answered", () =>
    Effect.gen(function* () {
      const { client } = yield* makeHttp2World((stream, number) => {
        if (number === 1) stream.session?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM)
        else respond(stream)
      })
      assert.deepInclude(yield* client.send(request), { _tag: "Unreachable", kind: "reset" })
      assert.propertyVal(yield* client.send(request), "status", 200)
    }),
  )
})

describe("an idle HTTP/2 connection", () => {
  it.live("is closed after 4 s", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeHttp2World()
      yield* client.send(request)
      assert.strictEqual(customer.seen.sessions.size, 1)
      yield* customer.until(() => customer.seen.sessions.size === 0)
    }),
  )

  it.effect("that the customer closed costs nothing", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeHttp2World()
      for (let i = 1; i <= 3; i++) {
        assert.propertyVal(yield* client.send(request), "status", 200)
        for (const session of customer.seen.sessions) session.close()
        yield* customer.until(() => customer.seen.sessions.size === 0)
      }
      assert.strictEqual(customer.seen.made, 3)
    }),
  )
})

type Stream = Parameters<typeof respond>[0]

const isStatus = (status: number) => (outcome: DeliveryOutcome) =>
  outcome._tag === "Answered" && outcome.status === status

/** By HTTP/1.1 the server of these tests answers by itself. */
const respond1 = () => {}
