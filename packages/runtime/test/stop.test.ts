import { assert, describe, it } from "@effect/vitest"
import { type Handler, type HttpResponse, respond } from "@lead-gateway/runtime"
import { Duration, Effect, Exit, Fiber, Scope } from "effect"
import { connect } from "./connection.ts"
import { serve } from "./world.ts"

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
const ok = { status: 200, body: {} }

/** A listener that can be stopped, and how long that takes. */
const stoppable = Effect.fnUntraced(function* (
  handler: Handler,
  shutdownTimeout: Duration.Duration = Duration.seconds(30),
) {
  const scope = yield* Scope.make()
  const port = yield* Scope.provide(serve(handler, { shutdownTimeout }), scope)
  const stop = Effect.map(Effect.timed(Scope.close(scope, Exit.void)), ([took]) => Duration.toMillis(took))
  return { port, stop }
})

/** Far less than the time limit of a stop, and far more than a busy machine needs. */
const soon = 5_000

/** A handler whose requests come one by one, to be answered when the test says so. */
const waiting = () => {
  const came = Promise.withResolvers<HttpResponse>()
  const handler: Handler = (_, response) => came.resolve(response)
  return { handler, came: Effect.promise(() => came.promise) }
}

/** Begins to stop, and waits until the port accepts no connections any more. */
const beginStop = Effect.fnUntraced(function* <A>(port: number, stop: Effect.Effect<A>) {
  const stopping = yield* Effect.forkChild(stop, { startImmediately: true })
  assert.strictEqual(yield* (yield* connect(port)).closed, "ECONNREFUSED")
  return stopping
})

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
      const { came, handler } = waiting()
      const { port, stop } = yield* stoppable(handler)
      const connection = yield* connect(port)
      yield* connection.send(get)
      const response = yield* came
      const stopping = yield* beginStop(port, stop)
      respond(response, ok)
      const answer = yield* connection.answer
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(answer.headers["connection"], "close")
      assert.strictEqual(yield* connection.closed, "ended")
      assert.isBelow(yield* Fiber.join(stopping), soon)
    }),
  )

  it.live("lets a request end whose answer has begun", () =>
    Effect.gen(function* () {
      const { came, handler } = waiting()
      const { port, stop } = yield* stoppable(handler)
      const connection = yield* connect(port)
      yield* connection.send(get)
      const response = yield* came
      response.writeHead(200, { "Content-Length": 2 }).write("O")
      const stopping = yield* beginStop(port, stop)
      response.end("K")
      assert.strictEqual((yield* connection.answer).body, "OK")
      assert.isBelow(yield* Fiber.join(stopping), soon)
    }),
  )

  it.live("lets a request end that is still being sent", () =>
    Effect.gen(function* () {
      const { port, stop } = yield* stoppable((_, response) => respond(response, ok))
      const connection = yield* connect(port)
      yield* connection.send("GET / HTTP/1.1\r\nHost: x\r\n")
      // The answer to a later request proves that the earlier bytes were received.
      const later = yield* connect(port)
      for (const request of [get, get, get]) {
        yield* later.send(request)
        yield* later.answer
      }
      const stopping = yield* beginStop(port, stop)
      yield* connection.send("\r\n")
      const answer = yield* connection.answer
      assert.strictEqual(answer.headers["connection"], "close")
      assert.isBelow(yield* Fiber.join(stopping), soon)
    }),
  )

  it.live("takes no new connections while a request is under way", () =>
    Effect.gen(function* () {
      const { came, handler } = waiting()
      const { port, stop } = yield* stoppable(handler)
      const connection = yield* connect(port)
      yield* connection.send(get)
      const response = yield* came
      const stopping = yield* beginStop(port, stop)
      assert.strictEqual(yield* (yield* connect(port)).closed, "ECONNREFUSED")
      respond(response, ok)
      assert.strictEqual((yield* connection.answer).status, 200)
      yield* Fiber.join(stopping)
    }),
  )

  it.live("cuts what takes longer than it may", () =>
    Effect.gen(function* () {
      const { came, handler } = waiting()
      const { port, stop } = yield* stoppable(handler, Duration.millis(200))
      const connection = yield* connect(port)
      yield* connection.send(get)
      yield* came
      const took = yield* stop
      assert.isAtLeast(took, 190)
      assert.isBelow(took, 200 + soon)
      yield* connection.closed
      assert.strictEqual(connection.rest(), "")
    }),
  )
})
