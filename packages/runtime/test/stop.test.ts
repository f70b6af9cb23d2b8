import { assert, describe, it } from "@effect/vitest"
import { type Handler, respond } from "@lead-gateway/runtime"
import { Duration, Effect, Exit, Fiber, Scope } from "effect"
import { connect } from "./connection.ts"
import { serve } from "./world.ts"

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
const ok = { status: 200, body: {} }

/** A listener that can be stopped, and how long that takes. */
const stoppable = Effect.fnUntraced(function* (
  handler: Handler,
  shutdownTimeout: Duration.Duration = Duration.seconds(5),
) {
  const scope = yield* Scope.make()
  const port = yield* Scope.provide(serve(handler, { shutdownTimeout }), scope)
  const stop = Effect.map(Effect.timed(Scope.close(scope, Exit.void)), ([took]) => Duration.toMillis(took))
  return { port, stop }
})

const soon = 400

describe("a stop", () => {
  it.live("waits for no connection that only might be used", () =>
    Effect.gen(function* () {
      const { port, stop } = yield* stoppable((_, response) => respond(response, ok))
      const [unused, used] = [yield* connect(port), yield* connect(port)]
      yield* used.send(get)
      yield* used.answer
      assert.isBelow(yield* stop, soon)
      yield* unused.closed
      assert.strictEqual(yield* used.closed, "ended")
    }),
  )

  it.live("lets a request under way end, as the last of its connection", () =>
    Effect.gen(function* () {
      const { port, stop } = yield* stoppable((_, response) => {
        setTimeout(() => respond(response, ok), 200)
      })
      const connection = yield* connect(port)
      yield* connection.send(get)
      yield* Effect.sleep("50 millis")
      const stopping = yield* Effect.forkChild(stop)
      const answer = yield* connection.answer
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(answer.headers["connection"], "close")
      assert.strictEqual(yield* connection.closed, "ended")
      assert.isBelow(yield* Fiber.join(stopping), soon)
    }),
  )

  it.live("lets a request end whose answer has begun", () =>
    Effect.gen(function* () {
      const { port, stop } = yield* stoppable((_, response) => {
        response.writeHead(200, { "Content-Length": 2 }).write("O")
        setTimeout(() => response.end("K"), 200)
      })
      const connection = yield* connect(port)
      yield* connection.send(get)
      yield* Effect.sleep("50 millis")
      const stopping = yield* Effect.forkChild(stop)
      assert.strictEqual((yield* connection.answer).body, "OK")
      assert.isBelow(yield* Fiber.join(stopping), soon)
    }),
  )

  it.live("lets a request end that is still being sent", () =>
    Effect.gen(function* () {
      const { port, stop } = yield* stoppable((_, response) => respond(response, ok))
      const connection = yield* connect(port)
      yield* connection.send("GET / HTTP/1.1\r\nHost: x\r\n")
      yield* Effect.sleep("50 millis")
      const stopping = yield* Effect.forkChild(stop)
      yield* Effect.sleep("50 millis")
      yield* connection.send("\r\n")
      const answer = yield* connection.answer
      assert.strictEqual(answer.headers["connection"], "close")
      assert.isBelow(yield* Fiber.join(stopping), soon)
    }),
  )

  it.live("takes no new connections", () =>
    Effect.gen(function* () {
      const { port, stop } = yield* stoppable((_, response) => {
        setTimeout(() => respond(response, ok), 200)
      })
      const connection = yield* connect(port)
      yield* connection.send(get)
      yield* Effect.sleep("50 millis")
      const stopping = yield* Effect.forkChild(stop)
      yield* Effect.sleep("50 millis")
      assert.strictEqual(yield* (yield* connect(port)).closed, "ECONNREFUSED")
      assert.strictEqual((yield* connection.answer).status, 200)
      yield* Fiber.join(stopping)
    }),
  )

  it.live("cuts what takes longer than it may", () =>
    Effect.gen(function* () {
      const { port, stop } = yield* stoppable(() => {}, Duration.millis(200))
      const connection = yield* connect(port)
      yield* connection.send(get)
      yield* Effect.sleep("50 millis")
      const took = yield* stop
      assert.isAtLeast(took, 190)
      assert.isBelow(took, 200 + soon)
      yield* connection.closed
      assert.strictEqual(connection.rest(), "")
    }),
  )
})
