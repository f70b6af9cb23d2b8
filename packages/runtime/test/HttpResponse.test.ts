import { assert, describe, it } from "@effect/vitest"
import { CorrelationId } from "@lead-gateway/runtime"
import { respond, type RestLimits, sendJson } from "../src/HttpResponse.ts"
import { Effect } from "effect"
import type { Socket } from "node:net"
import { connect } from "./connection.ts"
import { assertError, refuse, serve } from "./world.ts"

const MiB = 1024 * 1024
const head = "POST / HTTP/1.1\r\nHost: x\r\n"
const limited = (limits: RestLimits) =>
  serve((_, response) => respond(response, { status: 413, body: { error: "too large" } }, limits))

describe("an answer to a request whose body is not read", () => {
  it.live("leaves a connection alive after a small rest", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(refuse))
      yield* connection.send(`${head}Content-Length: 10000\r\n\r\n`)
      assertError(yield* connection.answer, 413, "too large")
      yield* connection.send("x".repeat(10_000))
      yield* connection.send(`${head}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`)
      assertError(yield* connection.answer, 413, "too large")
      yield* connection.send(`0\r\n\r\n${head}Content-Length: 1\r\n\r\nx`)
      assertError(yield* connection.answer, 413, "too large")
    }),
  )

  it.live("can be read by who only reads when everything is sent", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(refuse))
      yield* connection.send(`${head}Content-Length: ${20 * MiB}\r\n\r\n`)
      for (let i = 0; i < 20; i++) {
        yield* connection.send(Buffer.alloc(MiB))
        yield* Effect.sleep("5 millis")
      }
      const answer = yield* connection.answer
      assertError(answer, 413, "too large")
      assert.strictEqual(answer.headers["connection"], "close")
      assert.strictEqual(yield* connection.closed, "ended")
    }),
  )

  it.live("can be read by who asked for the connection to be closed", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(refuse))
      yield* connection.send(`${head}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n`)
      for (let i = 0; i < 20; i++) {
        yield* connection.send(`${MiB.toString(16)}\r\n`)
        yield* connection.send(Buffer.alloc(MiB))
        yield* connection.send("\r\n")
        yield* Effect.sleep("5 millis")
      }
      yield* connection.send("0\r\n\r\n")
      assertError(yield* connection.answer, 413, "too large")
      assert.strictEqual(yield* connection.closed, "ended")
    }),
  )

  it.live("comes without its text when only the head is asked for", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(refuse))
      const head = "HEAD / HTTP/1.1\r\nHost: x\r\n"
      yield* connection.send(`${head}\r\n${head}Content-Length: 3\r\n\r\n`)
      const two = /^(HTTP\/1\.1 413 [^{]*\r\n\r\n){2}$/
      yield* Effect.repeat(Effect.sleep("10 millis"), { until: () => two.test(connection.rest()) })
      yield* connection.send(`abc${head}Connection: close\r\n\r\n`)
      assert.strictEqual(yield* connection.closed, "ended")
      assert.match(connection.rest(), /^(HTTP\/1\.1 413 [^{]*\r\n\r\n){3}$/)
    }),
  )

  const endless = [
    { name: "chunked", headers: `Transfer-Encoding: chunked\r\n\r\n${(64 * MiB).toString(16)}\r\n` },
    { name: "of a known length", headers: `Content-Length: ${100 * MiB}\r\n\r\n` },
    {
      name: "after another request",
      headers: `Content-Length: 1\r\n\r\nx${head}Content-Length: ${100 * MiB}\r\n\r\n`,
    },
  ]

  it.live.each(endless)("stops reading within a few KiB, and closes: $name", ({ headers }) =>
    Effect.gen(function* () {
      let socket: Socket | undefined
      const port = yield* serve((request, response, id) => {
        socket = request.socket
        refuse(request, response, id)
      })
      const connection = yield* connect(port)
      yield* connection.send(head + headers)
      assertError(yield* connection.answer, 413, "too large")
      yield* connection.send(Buffer.alloc(100 * MiB))
      assert.match(yield* connection.closed, /ended|ECONNRESET|EPIPE/)
      yield* Effect.sleep("1200 millis")
      assert.isTrue(connection.isCut())
      // 16 KiB, and the two reads that were under way.
      assert.isAtMost(socket?.bytesRead ?? Infinity, 150 * 1024)
      assert.isTrue(socket?.destroyed)
    }),
  )

  it.live("comes after the answers to earlier requests of the connection, when reading has stopped", () =>
    Effect.gen(function* () {
      const later = Promise.withResolvers<() => void>()
      const port = yield* serve((request, response, id) => {
        if (request.url === "/") return refuse(request, response, id)
        later.resolve(() => sendJson(response, "{}"))
      })
      const connection = yield* connect(port)
      yield* connection.send(
        `POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx${head}Transfer-Encoding: chunked\r\n\r\n`,
      )
      yield* connection.send(`${MiB.toString(16)}\r\n${"x".repeat(MiB)}`)
      const answer = yield* Effect.promise(() => later.promise)
      yield* Effect.sleep("100 millis")
      answer()
      assert.strictEqual((yield* connection.answer).status, 200)
      assertError(yield* connection.answer, 413, "too large")
      assert.match(yield* connection.closed, /ended|ECONNRESET|EPIPE/)
    }),
  )

  it.live("does not wait for ever for a sender that is silent", () =>
    Effect.gen(function* () {
      const port = yield* limited({ bytes: MiB, ms: 200 })
      const connection = yield* connect(port)
      yield* connection.send(`${head}Content-Length: 100\r\n\r\n`)
      const answer = yield* connection.answer
      assert.notStrictEqual(answer.headers["connection"], "close")
      assert.strictEqual(yield* connection.closed, "ended")
    }),
  )

  it.live("does not cut a connection that goes on in time", () =>
    Effect.gen(function* () {
      const port = yield* limited({ bytes: MiB, ms: 200 })
      const connection = yield* connect(port)
      yield* connection.send(`${head}Content-Length: 3\r\n\r\n`)
      assertError(yield* connection.answer, 413, "too large")
      yield* connection.send("abc")
      yield* Effect.sleep("400 millis")
      yield* connection.send(`${head}\r\n`)
      assertError(yield* connection.answer, 413, "too large")
    }),
  )

  it.live("is given once, and not to who is gone", () =>
    Effect.gen(function* () {
      const seen: Array<boolean> = []
      const port = yield* serve((request, response) => {
        refuse(request, response, CorrelationId.CorrelationId.make("x"))
        refuse(request, response, CorrelationId.CorrelationId.make("x"))
        request.once("close", () => {
          refuse(request, response, CorrelationId.CorrelationId.make("x"))
          seen.push(true)
        })
      })
      const connection = yield* connect(port)
      yield* connection.send(`${head}Content-Length: 1\r\n\r\nx${head}\r\n`)
      assertError(yield* connection.answer, 413, "too large")
      assertError(yield* connection.answer, 413, "too large")
      assert.strictEqual(connection.rest(), "")
      assert.isNotEmpty(seen)
    }),
  )
})

describe("a text that is sent as it is", () => {
  const send = serve((request, response, id) => {
    request.resume().once("end", () => {
      const text = `{"path":"${request.url}","correlation_id":"${id}"}`
      sendJson(response, text)
      sendJson(response, "again")
    })
  })

  it.live("is a JSON answer with the correlation id, on a connection that lives on", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* send)
      for (const path of ["/a", "/b"]) {
        yield* connection.send(
          `POST ${path} HTTP/1.1\r\nHost: x\r\nX-Correlation-ID: mine\r\nContent-Length: 3\r\n\r\nabc`,
        )
        const { body, headers, status } = yield* connection.answer
        assert.strictEqual(status, 200)
        assert.strictEqual(body, `{"path":"${path}","correlation_id":"mine"}`)
        assert.strictEqual(headers["content-type"], "application/json")
        assert.strictEqual(headers["content-length"], String(body.length))
        assert.strictEqual(headers["x-correlation-id"], "mine")
        assert.notStrictEqual(headers["connection"], "close")
      }
      assert.strictEqual(connection.rest(), "")
    }),
  )

  it.live("is not sent to who is gone", () =>
    Effect.gen(function* () {
      const seen = Promise.withResolvers<boolean>()
      const port = yield* serve((request, response) => {
        request.socket.once("close", () => {
          sendJson(response, "{}")
          seen.resolve(response.headersSent)
        })
        request.socket.destroy()
      })
      const connection = yield* connect(port)
      yield* connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      assert.isFalse(yield* Effect.promise(() => seen.promise))
    }),
  )
})
