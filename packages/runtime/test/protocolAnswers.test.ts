import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { respond } from "@lead-gateway/runtime"
import { connect } from "./connection.ts"
import { assertError, measure, serve } from "./world.ts"

const impatient = { requestTimeout: Duration.millis(300) }

describe("what is no request", { concurrent: true }, () => {
  it.live.each([
    ["no HTTP", "HELLO\r\n\r\n", 400, "bad request"],
    ["another protocol's greeting", "\u0016\u0003\u0001\u0002\u0000\u0001", 400, "bad request"],
    [
      "two lengths",
      "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      400,
      "more than one content length",
    ],
    ["large headers", `GET / HTTP/1.1\r\nA: ${"x".repeat(20_000)}`, 431, "request header fields too large"],
    ["a tunnel", "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", 501, "not implemented"],
  ] as const)("is answered like any error: %s", ([, bytes, status, text]) =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(measure))
      yield* connection.send(bytes)
      const answer = yield* connection.answer
      assertError(answer, status, text)
      assert.strictEqual(answer.headers["connection"], "close")
      assert.isAbove(Date.parse(answer.headers["date"] ?? ""), Date.now() - 60_000)
      assert.strictEqual(yield* connection.closed, "ended")
    }),
  )

  it.live("does not keep its connection, whatever the sender does", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(measure))
      const sendMore = connection.send("HELLO\r\n\r\n")
      yield* sendMore
      yield* connection.answer
      assert.strictEqual(yield* connection.closed, "ended")
      for (let i = 0; i < 4; i++) yield* Effect.delay(sendMore, "100 millis")
      assert.isFalse(connection.isCut(), "there is time to read the answer")
      for (let i = 0; i < 10; i++) yield* Effect.delay(sendMore, "150 millis")
      assert.isTrue(connection.isCut(), "and an end to it")
      assert.strictEqual(connection.rest(), "")
    }),
  )

  it.live("is answered after the requests before it", () =>
    Effect.gen(function* () {
      const port = yield* serve((_, response) => {
        setTimeout(() => respond(response, { status: 200, body: {} }), 100)
      })
      const connection = yield* connect(port)
      yield* connection.send("GET / HTTP/1.1\r\nHost: x\r\nX-Correlation-ID: first\r\n\r\nHELLO\r\n\r\n")
      const first = yield* connection.answer
      assert.strictEqual(first.status, 200)
      assert.strictEqual(first.body, '{"correlation_id":"first"}')
      assertError(yield* connection.answer, 400, "bad request")
      assert.strictEqual(yield* connection.closed, "ended")
    }),
  )

  it.live("is answered on a connection that has had its answers", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(measure))
      yield* connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      yield* connection.answer
      yield* connection.send("HELLO\r\n\r\n")
      assertError(yield* connection.answer, 400, "bad request")
    }),
  )
})

describe("a request that does not come to its end", { concurrent: true }, () => {
  const head = "POST / HTTP/1.1\r\nHost: x\r\nX-Correlation-ID: mine\r\n"

  it.live("is answered 400 under its own name when its body is no body", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(measure))
      yield* connection.send(`${head}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\nNONSENSE\r\n`)
      assertError(yield* connection.answer, 400, "malformed chunk", "mine")
      assert.strictEqual(yield* connection.closed, "ended")
    }),
  )

  it.live("is answered 413 when its chunks have much to say", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(measure))
      yield* connection.send(`${head}Transfer-Encoding: chunked\r\n\r\n2;${"x".repeat(20_000)}\r\nab`)
      assertError(yield* connection.answer, 413, "payload too large", "mine")
    }),
  )

  it.live("is answered 400 when the sender ends in the middle", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(measure))
      yield* connection.send(`${head}Content-Length: 5\r\n\r\nab`)
      yield* connection.end
      assertError(yield* connection.answer, 400, "the request ended too early", "mine")
    }),
  )

  it.live("is answered 408 when its headers take too long", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(measure, impatient))
      yield* connection.send(head)
      assertError(yield* connection.answer, 408, "request timeout")
      assert.strictEqual(yield* connection.closed, "ended")
    }),
  )

  it.live("is answered 408 under its own name when its body takes too long", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(measure, impatient))
      yield* connection.send(`${head}Content-Length: 5\r\n\r\nab`)
      assertError(yield* connection.answer, 408, "request timeout", "mine")
      assert.strictEqual(yield* connection.closed, "ended")
    }),
  )

  it.live("has one answer only", () =>
    Effect.gen(function* () {
      const port = yield* serve((_, response) => respond(response, { status: 401, body: {} }), impatient)
      const connection = yield* connect(port)
      yield* connection.send(`${head}Content-Length: 5\r\n\r\nab`)
      assert.strictEqual((yield* connection.answer).status, 401)
      yield* connection.closed
      assert.strictEqual(connection.rest(), "")
    }),
  )
})
