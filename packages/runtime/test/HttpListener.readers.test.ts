import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { once } from "node:events"
import { createConnection, type Socket } from "node:net"
import { ByteBudget, type Handler, handlerOf, respond } from "@lead-gateway/runtime"
import { connect } from "./connection.ts"
import { assertError, serve } from "./world.ts"

const get = (path = "/") => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`
const MiB = 1024 * 1024
const patient = { within: Duration.seconds(2), bytes: 64 * 1024 }
const readingPace = { within: Duration.millis(400), bytes: 64 * 1024 }

/** More than the system's buffers of a connection take. */
const large = 16 * MiB

/** Answers a text of 16 MiB, at once. */
const answerAll: Handler = (_, response) =>
  respond(response, { status: 200, body: { text: "x".repeat(large) } })

/** A connection that reads nothing until it is resumed. */
const open = (port: number) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const socket = createConnection({ port, host: "127.0.0.1" })
      socket.on("error", () => {})
      await once(socket, "connect")
      return socket.pause()
    }),
    (socket) => Effect.sync(() => socket.destroy()),
  )

/** Reads to the end; how many bytes came, and whether the connection was reset. */
const readAll = (socket: Socket) =>
  Effect.callback<{ readonly bytes: number; readonly isReset: boolean }>((resume) => {
    let bytes = 0
    let isReset = false
    socket
      .on("data", (chunk: Buffer) => (bytes += chunk.length))
      .on("error", () => (isReset = true))
      .on("close", () => resume(Effect.succeed({ bytes, isReset })))
      .resume()
  })

/** Waits up to 8 s for a condition: the machine may be busy. */
const until = (holds: () => boolean) =>
  Effect.gen(function* () {
    for (let i = 0; i < 400 && !holds(); i++) yield* Effect.sleep("20 millis")
    assert.isTrue(holds())
  })

const routes = Layer.mergeAll(
  HttpRouter.add("GET", "/large", HttpServerResponse.uint8Array(new Uint8Array(large))),
  HttpRouter.add("GET", "/medium", HttpServerResponse.uint8Array(new Uint8Array(3 * MiB))),
  HttpRouter.add("GET", "/short", HttpServerResponse.text("x".repeat(10_000))),
  HttpRouter.add("GET", "/small", HttpServerResponse.text("OK")),
)

describe("a reader", { concurrent: true }, () => {
  it.live("that takes nothing of an answer is cut", () =>
    Effect.gen(function* () {
      const socket = yield* open(yield* serve(answerAll, { readingPace }))
      socket.write(get())
      yield* Effect.sleep("3 seconds")
      const { bytes, isReset } = yield* readAll(socket)
      assert.isTrue(isReset)
      assert.isBelow(bytes, large)
    }),
  )

  it.live("that takes too little is cut", () =>
    Effect.gen(function* () {
      const socket = yield* open(yield* serve(yield* handlerOf(routes), { readingPace }))
      socket.write(get("/large"))
      const timer = setInterval(() => void socket.read(64), 20)
      yield* Effect.sleep("3 seconds")
      clearInterval(timer)
      assert.isTrue((yield* readAll(socket)).isReset)
    }),
  )

  it.live("that takes enough is served to the end, however long it takes", () =>
    Effect.gen(function* () {
      // The system takes more only when a third of its buffer is free: a megabyte, which takes a busy reader a while.
      const pace = { ...patient, within: Duration.seconds(4) }
      const socket = yield* open(yield* serve(yield* handlerOf(routes), { readingPace: pace }))
      socket.write(get("/large").replace("Host", "Connection: close\r\nHost"))
      let bytes = 0
      const start = performance.now()
      yield* Effect.promise(async () => {
        for await (const chunk of socket) {
          bytes += (chunk as Buffer).length
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
      })
      assert.isAtLeast(bytes, large)
      assert.isAbove(performance.now() - start, Duration.toMillis(pace.within))
    }),
  )

  it.live("that waits for a large answer causes no warning of a leak, whatever comes behind", () =>
    Effect.gen(function* () {
      const warnings: Array<string> = []
      const warn = ({ name }: Error) => void warnings.push(name)
      yield* Effect.acquireRelease(
        Effect.sync(() => process.on("warning", warn)),
        () => Effect.sync(() => process.off("warning", warn)),
      )
      const port = yield* serve(yield* handlerOf(routes), { readingPace: patient })
      for (const behind of ["broken\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n"]) {
        const socket = yield* open(port)
        socket.write(get("/large"))
        yield* Effect.sleep("200 millis")
        socket.write(behind)
        yield* Effect.sleep("200 millis")
      }
      assert.deepStrictEqual(warnings, [])
    }),
  )

  it.live("of errors that takes nothing is cut", () =>
    Effect.gen(function* () {
      const port = yield* serve(
        (_, response) => respond(response, { status: 404, body: { error: "x".repeat(200_000) } }),
        {
          readingPace,
        },
      )
      const socket = yield* open(port)
      socket.write(get().repeat(90))
      yield* Effect.sleep("3 seconds")
      assert.isTrue((yield* readAll(socket)).isReset)
    }),
  )

  it.live("whose pipeline is cut short, and that takes nothing, leaves nothing in the system's buffer", () =>
    Effect.gen(function* () {
      const port = yield* serve(yield* handlerOf(routes))
      const [quick, silent] = [yield* open(port), yield* open(port)]
      for (const socket of [quick, silent]) socket.write(get("/short").repeat(500))
      // A megabyte in all, which the system takes at once, and would keep for minutes after an ordinary close.
      const { bytes, isReset } = yield* readAll(quick)
      assert.isFalse(isReset)
      assert.isAbove(bytes, 1_000_000)
      yield* Effect.sleep("7 seconds")
      assert.isTrue((yield* readAll(silent)).isReset)
    }),
  )

  it.live("that waits for its answer is not cut", () =>
    Effect.gen(function* () {
      const handler: Handler = (_, response) =>
        void setTimeout(() => respond(response, { status: 200, body: {} }), 1_500)
      const connection = yield* connect(yield* serve(handler, { readingPace }))
      yield* connection.send(get())
      assert.strictEqual((yield* connection.answer).status, 200)
    }),
  )
})

describe("answers under way", { concurrent: true }, () => {
  it.live("hold at most half of the budget; further ones are 503 while small ones are sent", () =>
    Effect.gen(function* () {
      const budget = ByteBudget.make(8 * MiB)
      const port = yield* serve(yield* handlerOf(routes, { budget }))
      const connection = yield* connect(port)
      yield* connection.send(get("/large"))
      const answer = yield* connection.answer
      assertError(answer, 503, "too many bytes of answers under way (MAX_BYTES_IN_FLIGHT)")
      assert.strictEqual(answer.headers["retry-after"], "5")
      yield* connection.send(get("/small"))
      assert.strictEqual((yield* connection.answer).body, "OK")
      yield* connection.send(get("/medium"))
      assert.strictEqual((yield* connection.answer).body.length, 3 * MiB)
      assert.isTrue(budget.take(6 * MiB), "senders hold the rest")
      yield* connection.send(get("/medium"))
      assert.strictEqual((yield* connection.answer).status, 503)
    }),
  )

  it.live("give back what they held when they are read, and when their reader is cut or gone", () =>
    Effect.gen(function* () {
      const budget = ByteBudget.make(64 * MiB)
      const port = yield* serve(yield* handlerOf(routes, { budget }), { readingPace: patient })
      const readers = [yield* open(port), yield* open(port), yield* open(port)]
      for (const socket of readers) socket.write(get("/large"))
      // The third has no room.
      yield* until(() => budget.held() === 2 * large)
      readers[0]?.resume()
      readers[2]?.destroy()
      yield* until(() => budget.held() === 0)
    }),
  )

  it.live("are one for each connection, however many requests it sends", () =>
    Effect.gen(function* () {
      const budget = ByteBudget.make(1024 * MiB)
      const port = yield* serve(yield* handlerOf(routes, { budget }))
      const socket = yield* open(port)
      socket.write(get("/large").repeat(6))
      yield* until(() => budget.held() > 0)
      yield* Effect.sleep("300 millis")
      assert.strictEqual(budget.held(), large)
      socket.end()
      const { bytes } = yield* readAll(socket)
      assert.isAtLeast(bytes, 6 * large, "and all are answered")
    }),
  )

  it.live("of many requests at once on one connection come in order", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(yield* handlerOf(routes)))
      yield* connection.send((get("/small") + get("/medium") + get("/nowhere")).repeat(10))
      for (let i = 0; i < 10; i++) {
        assert.strictEqual((yield* connection.answer).body, "OK")
        assert.strictEqual((yield* connection.answer).body.length, 3 * MiB)
        assert.strictEqual((yield* connection.answer).status, 404)
      }
      assert.strictEqual(connection.rest(), "")
    }),
  )
})
