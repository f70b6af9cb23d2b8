import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { handlerOf, type HttpResponse, respond } from "@lead-gateway/runtime"
import type { IncomingMessage } from "node:http"
import { connect as open } from "node:net"
import { Readable } from "node:stream"
import { buffer } from "node:stream/consumers"
import { connect } from "./connection.ts"
import { serve } from "./world.ts"

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
const brokenBody = "POST /refused HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabXX0\r\n\r\n"

/** Answers after 100 ms; `/refused` at once, before its body is read. */
const slowly = (request: IncomingMessage, response: HttpResponse) => {
  if (request.url === "/refused") respond(response, { status: 401, body: { error: "unauthorized" } })
  else setTimeout(() => respond(response, { status: 200, body: {} }), 100)
}

describe("a request behind another one", { concurrent: true }, () => {
  it.live("that is refused and then broken leaves the other's answer alone", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(slowly))
      yield* connection.send(get + get + brokenBody)
      assert.strictEqual((yield* connection.answer).status, 200)
      assert.strictEqual((yield* connection.answer).status, 200)
      assert.strictEqual((yield* connection.answer).status, 401)
      assert.strictEqual(yield* connection.closed, "ended")
      assert.strictEqual(connection.rest(), "")
    }),
  )

  it.live("that has two hosts and is then broken leaves the other's answer alone", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(slowly))
      yield* connection.send(get + brokenBody.replace("Host: x", "Host: x\r\nHost: y"))
      assert.strictEqual((yield* connection.answer).status, 200)
      assert.strictEqual((yield* connection.answer).status, 400)
      assert.strictEqual(yield* connection.closed, "ended")
    }),
  )

  it.live.each([
    [
      "that is a HEAD with an unknown coding",
      "HEAD / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n\r\n",
    ],
    ["that is a HEAD in chunks and is then broken", brokenBody.replace("POST /refused", "HEAD /")],
    ["that is a HEAD, refused and then broken", brokenBody.replace("POST", "HEAD")],
  ])("%s leaves the other's answer alone", ([, behind]) =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(slowly))
      yield* connection.send(get + behind)
      const answer = yield* connection.answer
      assert.strictEqual(answer.status, 200)
      assert.include(answer.body, "correlation_id")
      assert.strictEqual(yield* connection.closed, "ended")
      assert.match(connection.rest(), /^HTTP\/1\.1 40[01] [^{]*\r\n\r\n$/)
    }),
  )

  it.live("that is a tunnel is refused after the other's answer, which Node no longer drains", () =>
    Effect.gen(function* () {
      const parts = Array.from({ length: 64 }, () => Buffer.alloc(128 * 1024, "x"))
      const port = yield* serve((_, response) => {
        response.writeHead(200, { "Content-Length": 64 * 128 * 1024 })
        Readable.from(parts).pipe(response)
      })
      const socket = open({ port, host: "127.0.0.1", allowHalfOpen: true })
      socket.write(`${get}CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n${get}`)
      // Until the system takes no more.
      yield* Effect.sleep("300 millis")
      const received = yield* Effect.promise(() => buffer(socket))
      assert.isAbove(received.length, 64 * 128 * 1024)
      assert.match(received.toString("latin1").slice(-600), /^x+HTTP\/1\.1 501 [^]*not implemented[^{]*$/)
      socket.destroy()
    }).pipe(Effect.timeout("8 seconds")),
  )

  it.live("that is malformed is refused, although its sender ended while the other was answered", () =>
    Effect.gen(function* () {
      // The head is on its way, the end is not.
      const inTwo = (_: IncomingMessage, response: HttpResponse) => {
        response.writeHead(200, { "Content-Length": 2 }).write("O")
        setTimeout(() => response.end("K"), 100)
      }
      const connection = yield* connect(yield* serve(inTwo))
      yield* connection.send(`${get}nonsense\r\n\r\n`)
      yield* Effect.sleep("50 millis")
      yield* connection.end
      assert.strictEqual((yield* connection.answer).body, "OK")
      assert.strictEqual((yield* connection.answer).status, 400)
      assert.strictEqual(yield* connection.closed, "ended")
    }),
  )

  it.live("is not answered behind a declined upgrade, whose answer says that the connection closes", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(slowly))
      const upgrade =
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__"
      yield* connection.send(get.replace("Host: x", `Host: x\r\n${upgrade}`) + get)
      const answer = yield* connection.answer
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(answer.headers["connection"], "close")
      assert.strictEqual(yield* connection.closed, "ended")
    }),
  )
})

// An exception that nobody catches fails the whole run of the tests, as it ends a process.
describe("a request that waits for the router", { concurrent: true }, () => {
  const routes = Layer.mergeAll(
    HttpRouter.add("GET", "/slow", Effect.as(Effect.sleep("200 millis"), HttpServerResponse.text("OK"))),
    HttpRouter.add("POST", "/waits", HttpServerResponse.text("OK")),
  )
  const slow = get.replace("/", "/slow")
  const broken = brokenBody.replace("/refused", "/waits")

  it.live("and is broken meanwhile is refused in its turn, and not handled", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(yield* handlerOf(routes)))
      yield* connection.send(slow + broken)
      assert.strictEqual((yield* connection.answer).status, 200)
      assert.strictEqual((yield* connection.answer).status, 400)
      assert.strictEqual(yield* connection.closed, "ended")
    }),
  )
})

describe("a request that is answered before its body", { concurrent: true }, () => {
  it.live("and never gets one has one answer", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(slowly))
      yield* connection.send("POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n")
      assert.strictEqual((yield* connection.answer).status, 401)
      yield* connection.end
      assert.strictEqual(yield* connection.closed, "ended")
      assert.strictEqual(connection.rest(), "")
    }),
  )

  it.live("and then breaks it has one answer", () =>
    Effect.gen(function* () {
      const unread = (_: unknown, response: HttpResponse) =>
        void response.writeHead(200, { "Content-Length": 2 }).end("OK")
      const connection = yield* connect(yield* serve(unread))
      yield* connection.send("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n")
      assert.strictEqual((yield* connection.answer).status, 200)
      yield* connection.end
      assert.strictEqual(yield* connection.closed, "ended")
      assert.strictEqual(connection.rest(), "")
    }),
  )
})
