import { constants } from "node:http2"
import { setTimeout } from "node:timers/promises"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope } from "effect"
import { frames, makeRawHttp2Customer } from "./rawHttp2.ts"
import { makeClient, request } from "./support.ts"

const maxConcurrentStreams = 3

/** A customer that writes these frames by hand, and a client for it. */
const makeRawWorld = Effect.fnUntraced(function* (script: Parameters<typeof makeRawHttp2Customer>[0]) {
  const customer = yield* makeRawHttp2Customer(script)
  const client = yield* makeClient({ url: customer.url, timeout: "5 seconds" })
  return { customer, client }
})

describe("an answer by HTTP/2", () => {
  it.effect.each([
    ["is reset", (id) => frames.reset(id, constants.NGHTTP2_INTERNAL_ERROR)],
    ["is cancelled", (id) => frames.reset(id, constants.NGHTTP2_CANCEL)],
    ["is reset without an error", (id) => frames.reset(id, constants.NGHTTP2_NO_ERROR)],
    ["is reset as if it had not been looked at", (id) => frames.reset(id, constants.NGHTTP2_REFUSED_STREAM)],
    ["is followed by a GOAWAY that names an error", (id) => frames.goaway(id, 11)],
    ["is followed by what is not HTTP/2", () => Buffer.from("HTTP/1.1 200 OK\r\n\r\n".repeat(1000))],
    ["breaks off with its connection", () => undefined],
  ] as const satisfies ReadonlyArray<readonly [string, (id: number) => Buffer | undefined]>)(
    "that %s in mid-body is still that answer",
    Effect.fnUntraced(function* ([, fault]) {
      const { customer, client } = yield* makeRawWorld({
        answer: (socket, id) => {
          socket.write(Buffer.concat([frames.okOf9(id), frames.data(id, "half")]), () => {
            const bytes = fault(id)
            setImmediate(() => (bytes === undefined ? socket.destroy() : socket.write(bytes)))
          })
        },
      })
      const outcome = yield* client.send(request)
      assert.deepInclude(outcome, { _tag: "Answered", status: 200, truncated: true })
      assert.strictEqual(customer.seen.requests, 1)
    }),
  )
})

describe("no answer by HTTP/2", () => {
  it.effect.each([
    ["the stream is refused", "refused", (id) => frames.reset(id, constants.NGHTTP2_REFUSED_STREAM)],
    ["GOAWAY leaves the stream out", "refused", () => frames.goaway(0, constants.NGHTTP2_NO_ERROR)],
    ["the stream is reset without an error", "reset", (id) => frames.reset(id, constants.NGHTTP2_NO_ERROR)],
    ["GOAWAY names an error", "reset", () => frames.goaway(0, constants.NGHTTP2_ENHANCE_YOUR_CALM)],
    ["the connection closes", "reset", () => undefined],
    ["the stream breaks a rule", "protocol", (id) => frames.reset(id, constants.NGHTTP2_PROTOCOL_ERROR)],
    ["what comes is not HTTP/2", "protocol", () => Buffer.from("HTTP/1.1 200 OK\r\n\r\n".repeat(1000))],
    ["a body comes before its head", "protocol", (id) => frames.data(id, "body")],
  ] as const satisfies ReadonlyArray<readonly [string, string, (id: number) => Buffer | undefined]>)(
    "because %s: %s, and nothing is sent again",
    Effect.fnUntraced(function* ([, kind, fault]) {
      const { customer, client } = yield* makeRawWorld({
        answer: (socket, id) => {
          const bytes = fault(id)
          if (bytes === undefined) socket.destroy()
          else socket.write(bytes)
        },
      })
      const outcome = yield* client.send(request)
      assert.deepInclude(outcome, { _tag: "Unreachable", kind })
      assert.strictEqual(customer.seen.requests, 1)
      assert.strictEqual(customer.seen.connections, 1)
    }),
  )

  it.live("because the customer never says what it takes: TimedOut, and nothing was sent", () =>
    Effect.gen(function* () {
      const customer = yield* makeRawHttp2Customer({ first: Buffer.alloc(0) })
      const client = yield* makeClient({
        url: customer.url,
        timeout: "5 seconds",
        connectTimeout: "200 millis",
      })
      assert.deepInclude(yield* client.send(request), { _tag: "TimedOut", phase: "connect" })
      assert.strictEqual(customer.seen.requests, 0)
    }),
  )

  it.live("because the customer takes no requests: TimedOut, and nothing was sent", () =>
    Effect.gen(function* () {
      const customer = yield* makeRawHttp2Customer({ first: frames.settings([[maxConcurrentStreams, 0]]) })
      const client = yield* makeClient({ url: customer.url, timeout: "200 millis" })
      assert.deepInclude(yield* client.send(request), { _tag: "TimedOut", phase: "connect" })
      assert.strictEqual(customer.seen.requests, 0)
    }),
  )

  it.effect("because the customer chose HTTP/2 and speaks something else: nothing was sent", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeRawWorld({
        first: Buffer.from("220 mail.example ESMTP\r\n".repeat(9)),
      })
      assert.deepInclude(yield* client.send(request), { _tag: "Unreachable", kind: "protocol" })
      assert.strictEqual(customer.seen.requests, 0)
    }),
  )
})

describe("a customer that stops reading", () => {
  /** It lets us send as much as we like, and takes nothing after the head of a request. */
  const makeDeafWorld = Effect.gen(function* () {
    const first = Buffer.concat([frames.settings([[4, 2 ** 31 - 1]]), frames.window(2 ** 30)])
    const customer = yield* makeRawHttp2Customer({ first, answer: (socket) => socket.pause() })
    return { customer, request: { ...request, body: "x".repeat(30_000_000) } }
  })

  const openConnections = () =>
    process.getActiveResourcesInfo().filter((info) => info === "TCPSocketWrap").length

  /** Its own end of the connection is open all the same: it does not notice. */
  const untilOurEndIsClosed = (before: number) =>
    Effect.promise(async () => {
      while (openConnections() > before + 1) await setTimeout(20)
    })

  it.live("has its connection closed when the time is up", () =>
    Effect.gen(function* () {
      const { customer, request } = yield* makeDeafWorld
      const before = openConnections()
      const client = yield* makeClient({ url: customer.url, timeout: "1 second" })
      assert.deepInclude(yield* client.send(request), { _tag: "TimedOut", phase: "answer" })
      yield* untilOurEndIsClosed(before)
    }),
  )

  it.live("has its connection closed with the client", () =>
    Effect.gen(function* () {
      const { customer, request } = yield* makeDeafWorld
      const before = openConnections()
      const scope = yield* Scope.make()
      const client = yield* makeClient({ url: customer.url }).pipe(Scope.provide(scope))
      const fiber = yield* Effect.forkChild(client.send(request))
      yield* customer.requests(1)
      yield* Scope.close(scope, Exit.void)
      assert.deepInclude(yield* Fiber.join(fiber), { _tag: "Unreachable", kind: "reset" })
      yield* untilOurEndIsClosed(before)
    }),
  )

  it.live("has its connection closed after an interruption, when it was idle", () =>
    Effect.gen(function* () {
      const { customer, request } = yield* makeDeafWorld
      const before = openConnections()
      const client = yield* makeClient({ url: customer.url })
      const fiber = yield* Effect.forkChild(client.send(request))
      yield* customer.requests(1)
      yield* Fiber.interrupt(fiber)
      yield* untilOurEndIsClosed(before)
    }),
  )
})
