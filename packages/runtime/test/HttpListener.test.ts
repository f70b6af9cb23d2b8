import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { listen, ListenFailed } from "@lead-gateway/runtime"
import { connect } from "./connection.ts"
import { assertError, measure, refuse, serve, uuid } from "./world.ts"

const post = (headers: string, body = "") => `POST / HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n${body}`
const get = (headers = "A: b") => `GET / HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n`

describe("the correlation id", () => {
  const visible = String.fromCharCode(...Array.from({ length: 94 }, (_, i) => 0x21 + i))

  it.live.each([visible, "a", "x".repeat(128)])("is the sender's: %s", (id) =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(measure))
      yield* connection.send(get(`x-CORRELATION-id: ${id}`))
      const { body, headers } = yield* connection.answer
      assert.strictEqual(headers["x-correlation-id"], id)
      assert.strictEqual(body, JSON.stringify({ bytes: 0, correlation_id: id }))
    }),
  )

  it.live.each([
    ["absent", "A: b"],
    ["empty", "X-Correlation-ID:"],
    ["too long", `X-Correlation-ID: ${"x".repeat(129)}`],
    ["two words", "X-Correlation-ID: a b"],
    ["not ASCII", "X-Correlation-ID: \u00e4"],
    ["there twice", "X-Correlation-ID: a\r\nX-Correlation-ID: b"],
  ])("is a new UUID when the sender's is %s", ([, header]) =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(measure))
      yield* connection.send(get(header))
      const { body, headers } = yield* connection.answer
      assert.match(headers["x-correlation-id"] ?? "", uuid)
      assert.include(body, headers["x-correlation-id"] ?? "none")
    }),
  )

  it.live("leaves the request's headers as they came", () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const port = yield* serve((request, response, id) => {
        seen.push(request.headers["x-correlation-id"])
        measure(request, response, id)
      })
      const connection = yield* connect(port)
      yield* connection.send(get() + get("X-Correlation-ID: a b"))
      yield* connection.answer
      yield* connection.answer
      assert.deepStrictEqual(seen, [undefined, "a b"])
    }),
  )
})

describe("a request that waits to be asked for its body", () => {
  const expecting = post("Expect: 100-continue\r\nContent-Length: 3")

  it.live("is asked when the body is read", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(measure))
      yield* connection.send(expecting)
      assert.strictEqual((yield* connection.answer).status, 100)
      yield* connection.send(`abc${get()}`)
      assert.match((yield* connection.answer).body, /"bytes":3/)
      assert.strictEqual((yield* connection.answer).status, 200, "and the connection lives on")
    }),
  )

  it.live("is not asked when it is refused, and may not send another on its connection", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(refuse))
      yield* connection.send(expecting)
      const answer = yield* connection.answer
      assertError(answer, 413, "too large")
      assert.strictEqual(answer.headers["connection"], "close")
      assert.strictEqual(yield* connection.closed, "ended")
    }),
  )

  it.live("is refused when it expects something else", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(measure))
      yield* connection.send(post("Expect: a miracle\r\nX-Correlation-ID: mine"))
      assertError(yield* connection.answer, 417, "expectation failed", "mine")
    }),
  )
})

describe("the listener", () => {
  it.live("says what is wrong with its address", () =>
    Effect.gen(function* () {
      const port = yield* serve(measure)
      const options = { host: "127.0.0.1", port, shutdownTimeout: Duration.seconds(1) }
      const failure = yield* Effect.flip(listen(options, measure))
      assert.instanceOf(failure, ListenFailed)
      assert.strictEqual(failure.message, `cannot listen on 127.0.0.1:${port}: another program listens there`)
      const elsewhere = yield* Effect.flip(listen({ ...options, host: "192.0.2.1" }, measure))
      assert.strictEqual(
        elsewhere.message,
        `cannot listen on 192.0.2.1:${port}: this machine has no such address`,
      )
    }),
  )

  it.live("asks for a Host, as HTTP/1.1 does and HTTP/1.0 does not", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(measure))
      yield* connection.send("GET / HTTP/1.1\r\n\r\n")
      assertError(yield* connection.answer, 400, "missing host header")
      const old = yield* connect(yield* serve(measure))
      yield* old.send("GET / HTTP/1.0\r\n\r\n")
      assert.strictEqual((yield* old.answer).status, 200)
    }),
  )

  it.live("answers in HTTP/1.1 who offers another protocol, and closes the connection", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(measure))
      const upgrade =
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__"
      yield* connection.send(post(`${upgrade}\r\nContent-Length: 3`, "abc"))
      const answer = yield* connection.answer
      assert.match(answer.body, /"bytes":3/)
      assert.strictEqual(answer.headers["connection"], "close")
    }),
  )

  it.live("answers pipelined requests in their order", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(measure))
      yield* connection.send(
        post("Content-Length: 1", "a") + post("Transfer-Encoding: chunked", "2\r\nab\r\n0\r\n\r\n") + get(),
      )
      for (const bytes of [1, 2, 0]) {
        assert.match((yield* connection.answer).body, new RegExp(`"bytes":${bytes}`))
      }
    }),
  )
})
