import { assert, describe, it } from "@effect/vitest"
import { CurrentCorrelationId } from "@lead-gateway/api-contract"
import { handlerOf, Telemetry } from "@lead-gateway/runtime"
import { Effect } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { connect } from "./connection.ts"
import { assertError, assertSecurity, serve } from "./world.ts"

const routes = HttpRouter.addAll([
  HttpRouter.route(
    "GET",
    "/id",
    Effect.andThen(
      Effect.logInfo("asked"),
      Effect.map(CurrentCorrelationId, (id) => HttpServerResponse.text(id)),
    ),
  ),
  HttpRouter.route("GET", "/defect", Effect.die(new Error("jane@x.example is broken"))),
])

/** The answer to a GET, and the log. */
const ask = Effect.fnUntraced(function* (path: string) {
  let log = ""
  const sink = { writable: true, write: (text: string) => (log += text), on: () => undefined }
  const telemetry = Telemetry.layer({ service: "test", level: "info", format: "json", sink })
  const answer = yield* Effect.gen(function* () {
    const port = yield* serve(yield* handlerOf(routes))
    const connection = yield* connect(port)
    yield* connection.send(`GET ${path} HTTP/1.1\r\nHost: x\r\nX-Correlation-ID: mine\r\n\r\n`)
    return yield* connection.answer
  }).pipe(Effect.scoped, Effect.provide(telemetry))
  return { answer, log }
})

describe("a router's handler", () => {
  it.live("knows the correlation id of its request, and so do its logs", () =>
    Effect.gen(function* () {
      const { answer, log } = yield* ask("/id")
      assert.strictEqual(answer.body, "mine")
      assert.strictEqual(answer.headers["x-correlation-id"], "mine")
      assert.match(log, /"message":"asked","service":"test","correlation_id":"mine"/)
    }),
  )

  it.live("answers an unknown path with an error's body", () =>
    Effect.gen(function* () {
      const { answer, log } = yield* ask("/nowhere")
      assertError(answer, 404, "not found", "mine")
      assert.strictEqual(log, "")
    }),
  )

  it.live.each(["/ID", "/id/", "//id", "/id;x", "/%69d", "/./id", "/id/../id", "/id#x", "/id%00"])(
    "matches paths as they are written, with and without an api around it: %s",
    (path) =>
      Effect.gen(function* () {
        const { answer } = yield* ask(path)
        assertError(answer, 404, "not found", "mine")
        assertSecurity(answer)
      }),
  )

  it.live("accepts a query, and a target in absolute form (RFC 9112, 3.2.2)", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* ask("/id?a=/;%69")).answer.body, "mine")
      assert.strictEqual((yield* ask("http://other/id")).answer.body, "mine")
    }),
  )

  it.live("keeps its answers out of caches", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* ask("/id")).answer.headers["cache-control"], "no-store")
    }),
  )

  it.live("answers a defect with 500 and logs it under the request's name", () =>
    Effect.gen(function* () {
      const { answer, log } = yield* ask("/defect")
      assertError(answer, 500, "internal server error", "mine")
      assert.match(log, /"level":"error","message":"request failed".*"correlation_id":"mine"/)
    }),
  )
})
