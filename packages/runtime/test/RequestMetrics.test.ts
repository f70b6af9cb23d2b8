import { assert, describe, it } from "@effect/vitest"
import { makeMetrics, requestMetrics } from "@lead-gateway/runtime"
import { Effect } from "effect"
import { connect } from "./connection.ts"
import { measure, serve } from "./world.ts"

const routes = [
  { method: "POST", path: "/leads" },
  { method: "GET", path: "/leads/:id/history" },
]

/** A server, and the lines that it counts, without the times. */
const makeServer = Effect.gen(function* () {
  const metrics = makeMetrics()
  const port = yield* serve(measure, { observers: [requestMetrics(metrics, routes)] })
  const counted = Effect.map(metrics.scrape("prometheus"), (text) =>
    text
      .split("\n")
      .filter((line) => /^lead_gateway_http_requests_total|_count/.test(line))
      .map((line) => line.replace(/^lead_gateway_http_/, "")),
  )
  return { port, counted }
})

const ask = (port: number, head: string) =>
  Effect.gen(function* () {
    const connection = yield* connect(port)
    yield* connection.send(`${head} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    yield* connection.answer
    yield* connection.closed
  })

describe("requests", () => {
  it.live("are counted and timed by route, method and status", () =>
    Effect.gen(function* () {
      const { counted, port } = yield* makeServer
      for (const head of ["POST /leads", "POST /leads", "GET /leads/7/history?name=Ada", "POST /leads?x"]) {
        yield* ask(port, head)
      }
      assert.sameMembers(yield* counted, [
        'requests_total{method="POST",route="/leads",status="200"} 3',
        'requests_total{method="GET",route="/leads/:id/history",status="200"} 1',
        'request_duration_seconds_count{method="POST",route="/leads"} 3',
        'request_duration_seconds_count{method="GET",route="/leads/:id/history"} 1',
      ])
    }),
  )

  it.live("that a sender makes up are other: no path and no method of theirs becomes a label", () =>
    Effect.gen(function* () {
      const { counted, port } = yield* makeServer
      for (let n = 0; n < 30; n++) yield* ask(port, `GET /${n}/%00"}{le=`)
      for (const method of ["SEARCH", "PROPFIND", "PURGE"]) yield* ask(port, `${method} /leads`)
      yield* ask(port, "DELETE /leads/7/history")
      yield* ask(port, "GET /__proto__")
      const lines = yield* counted
      assert.sameMembers(
        lines
          .filter((line) => line.startsWith("requests_total"))
          .map((line) => line.replace(/status="\d+"/, "")),
        lines
          .filter((line) => line.startsWith("requests_total"))
          .map((line) => line.replace(/status="\d+"/, "").replace(/route="[^"]*"/, 'route="other"')),
      )
      assert.include(lines.join("\n"), 'requests_total{method="other",route="other",status="200"} 3')
      assert.include(lines.join("\n"), 'requests_total{method="DELETE",route="other",status="200"} 1')
      assert.isAtMost(lines.length, 10)
    }),
  )

  it.live("are not counted of a sender that goes before its answer", () =>
    Effect.gen(function* () {
      const { counted, port } = yield* makeServer
      const connection = yield* connect(port)
      yield* connection.send("POST /leads HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
      yield* Effect.sleep("50 millis")
      yield* connection.cut
      yield* ask(port, "POST /leads")
      assert.sameMembers(yield* counted, [
        'requests_total{method="POST",route="/leads",status="200"} 1',
        'request_duration_seconds_count{method="POST",route="/leads"} 1',
      ])
    }),
  )
})
