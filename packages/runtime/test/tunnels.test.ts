import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { respond } from "@lead-gateway/runtime"
import { connect } from "./connection.ts"
import { assertError, measure, serve } from "./world.ts"

const tunnel = "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n"

// An error that nobody handles fails the whole run of the tests, as it ends a process.
describe("a sender that asks for a tunnel", { concurrent: true }, () => {
  it.live("and resets the connection ends nothing else", () =>
    Effect.gen(function* () {
      const port = yield* serve(measure)
      for (const ms of [0, 0, 1, 5, 20, 50]) {
        const connection = yield* connect(port)
        yield* connection.send(tunnel)
        yield* Effect.sleep(ms)
        yield* connection.cut
      }
      yield* Effect.sleep("100 millis")
      const connection = yield* connect(port)
      yield* connection.send(tunnel)
      assertError(yield* connection.answer, 501, "not implemented")
    }),
  )

  it.live("after an answer gets its own", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(measure))
      yield* connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      assert.strictEqual((yield* connection.answer).status, 200)
      yield* connection.send(tunnel)
      assertError(yield* connection.answer, 501, "not implemented")
      assert.strictEqual(yield* connection.closed, "ended")
    }),
  )

  it.live("behind a request that has no answer yet gets its own after the request's", () =>
    Effect.gen(function* () {
      let answered = 0
      const port = yield* serve((_, response) => {
        setTimeout(() => respond(response, { status: 200, body: { answered: ++answered } }), 100)
      })
      const connection = yield* connect(port)
      yield* connection.send(`GET / HTTP/1.1\r\nHost: x\r\n\r\n${tunnel}`)
      assert.strictEqual((yield* connection.answer).status, 200)
      assertError(yield* connection.answer, 501, "not implemented")
      assert.strictEqual(yield* connection.closed, "ended")
      assert.strictEqual(answered, 1)
    }),
  )
})
