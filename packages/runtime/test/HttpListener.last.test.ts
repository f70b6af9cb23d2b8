/** The last answer of a connection, and what may follow its request. */
import { assert, describe, it } from "@effect/vitest"
import { type HttpResponse, respond } from "@lead-gateway/runtime"
import { Effect } from "effect"
import { once } from "node:events"
import type { IncomingMessage } from "node:http"
import { connect as open } from "node:net"
import { buffer } from "node:stream/consumers"
import { connect } from "./connection.ts"
import { assertError, measure, serve } from "./world.ts"

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
const withHead = (head: string, request = get) => request.replace("Host: x", `Host: x\r\n${head}`)

/** Answers after 50 ms, and never reads a body. */
const later = (_: IncomingMessage, response: HttpResponse) =>
  void setTimeout(() => respond(response, { status: 200, body: {} }), 50)

describe("the last answer of a connection", { concurrent: true }, () => {
  it.live("reaches a sender that goes on sending after it, and reads late", () =>
    Effect.gen(function* () {
      const port = yield* serve(measure)
      const socket = open({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true })
      const errors: Array<Error> = []
      socket.on("error", (error) => errors.push(error))
      yield* Effect.promise(() => once(socket, "connect"))
      for (const bytes of [withHead("Connection: close"), get, get, get]) {
        socket.write(bytes)
        yield* Effect.sleep("100 millis")
      }
      assert.deepStrictEqual(errors, [])
      const answer = yield* Effect.promise(() => once(socket, "data"))
      assert.match(String(answer), /^HTTP\/1\.1 200 /)
      socket.destroy()
    }),
  )

  it.live("comes whole to a reader that needs longer for it than a connection lingers", () =>
    Effect.gen(function* () {
      // The system's buffers take all of it at once.
      const large = 3 * 1024 * 1024
      const port = yield* serve((_, response) =>
        respond(response, { status: 200, body: { text: "x".repeat(large) } }),
      )
      const socket = open({ port, host: "127.0.0.1" }).pause()
      socket.write(withHead("Connection: close"))
      yield* Effect.sleep("2500 millis")
      const received = yield* Effect.promise(() => buffer(socket))
      assert.isAbove(received.length, large)
    }),
  )

  it.live("leaves no connection open, although its sender never closes", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(measure))
      yield* connection.send(withHead("Connection: close"))
      assert.strictEqual((yield* connection.answer).status, 200)
      assert.strictEqual(yield* connection.closed, "ended")
      yield* Effect.sleep("1500 millis")
      yield* connection.send("x")
      yield* Effect.sleep("100 millis")
      yield* connection.send("x")
      yield* Effect.sleep("100 millis")
      assert.isTrue(connection.isCut())
    }),
  )
})

describe("an expectation of 100 Continue", { concurrent: true }, () => {
  it.live("without a body, or before a body that has come anyway, leaves the connection open", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(later))
      const unread = withHead("Expect: 100-continue\r\nContent-Length: 2").concat("ab")
      yield* connection.send(withHead("Expect: 100-continue"))
      assert.strictEqual((yield* connection.answer).headers["connection"], "keep-alive")
      yield* connection.send(unread + get)
      assert.strictEqual((yield* connection.answer).headers["connection"], "keep-alive")
      assert.strictEqual((yield* connection.answer).status, 200)
    }),
  )

  it.live("before a body that has not come is answered at once, as the last request", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(later))
      yield* connection.send(withHead("Expect: 100-continue\r\nContent-Length: 2"))
      assert.strictEqual((yield* connection.answer).headers["connection"], "close")
      assert.strictEqual(yield* connection.closed, "ended")
    }),
  )
})

describe("a declined upgrade with a body", { concurrent: true }, () => {
  it.live.each([
    ["that ends too early", "Content-Length: 8", "ab"],
    ["that is malformed", "Transfer-Encoding: chunked", "2\r\nabXX0\r\n\r\n"],
  ])("%s is answered 400 when its sender has ended", ([, head, body]) =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(measure))
      yield* connection.send(withHead(`Connection: Upgrade\r\nUpgrade: websocket\r\n${head}`) + body)
      yield* connection.end
      assertError(yield* connection.answer, 400, "the request ended too early")
      assert.strictEqual(yield* connection.closed, "ended")
    }),
  )
})
