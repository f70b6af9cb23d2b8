import { assert, describe, it } from "@effect/vitest"
import {
  CustomerBehaviour,
  type ReceivedSpan,
  TestCollector,
  TestCustomer,
  TestDatabase,
} from "@lead-gateway/testkit"
import { Effect } from "effect"
import { makeFolder, start } from "./support/apps.ts"
import { post } from "./support/http.ts"
import { validLead } from "./support/leads.ts"

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
const senderSpan = "00f067aa0ba902b7"
const secrets = ["customer-token-4711", "collector-key-4711"]

const lead = { ...validLead, email: "jane.doe@example.com", phone: "+4930123456", remark: "call after six" }
/** Its values that occur in nothing else. */
const personal = ["jane.doe", "30123456", "call after six"]

type Env = Readonly<Record<string, string>>

/** Api and worker as two processes, with a collector, and a customer that answers as scripted. */
const makeSystem = Effect.fnUntraced(function* (customer: TestCustomer, env: Env) {
  const { url: DATABASE_URL } = yield* TestDatabase.make()
  const folder = yield* makeFolder
  const all = {
    DATABASE_URL,
    QUEUE_TYPE: "database",
    API_HOST: "127.0.0.1",
    CUSTOMER_API_URL: `${customer.url}/path-of-the-customer?key=query-4711`,
    CUSTOMER_API_TOKEN: "customer-token-4711",
    RETRY_BACKOFF_BASE: "100ms",
    OTEL_BSP_SCHEDULE_DELAY: "50",
    ...env,
  }
  const [api, worker] = yield* Effect.all([
    start("api", { folder, env: all }),
    start("worker", { folder, env: all }),
  ])
  const port = /"port":(\d+)/.exec(yield* api.waitForLine("api is listening"))?.[1] ?? ""
  yield* Effect.all([api.waitForLine("api is ready"), worker.waitForLine("worker is ready")])
  return { api, worker, url: `http://127.0.0.1:${port}` }
})

/** Sends a lead as senders do: on a machine that is busy, webhooks are refused in overload. */
const send = (url: string, headers: Env = {}): Effect.Effect<void> =>
  Effect.flatMap(post(url, lead, headers), ({ status }) => {
    if (status === 503) return Effect.andThen(Effect.sleep("200 millis"), send(url, headers))
    return Effect.sync(() => assert.strictEqual(status, 200))
  })

const failsOnce = [CustomerBehaviour.reply({ status: 503 }), CustomerBehaviour.reply()] as const

const one = (spans: ReadonlyArray<ReceivedSpan>, name: string): ReceivedSpan => {
  const [span = assert.fail(`no ${name}`), ...more] = spans.filter((span) => span.name === name)
  assert.deepStrictEqual(more, [])
  return span
}

const linesWith = (lines: ReadonlyArray<string>, text: string) =>
  lines.filter((line) => line.includes(text)).map((line) => JSON.parse(line) as Record<string, unknown>)

describe("a trace", () => {
  it.live(
    "goes from the sender over api and worker to the customer: five spans for a lead with a retry",
    () =>
      Effect.gen(function* () {
        const [collector, customer] = yield* Effect.all([
          TestCollector.make(),
          TestCustomer.make({ respond: failsOnce }),
        ])
        const { api, url, worker } = yield* makeSystem(customer, {
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
          OTEL_EXPORTER_OTLP_HEADERS: "x-api-key=collector-key-4711",
          OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
        })
        yield* send(url, {
          traceparent: `00-${traceId}-${senderSpan}-01`,
          "X-Correlation-ID": "req-1",
        })
        yield* customer.received(2)
        const received = yield* Effect.as(collector.received(5), undefined)
        assert.isUndefined(received)
        const spans = collector.spans().filter((span) => span.traceId === traceId)
        assert.sameMembers(
          spans.map(({ name }) => name),
          ["POST /webhooks/leads", "store lead", "decide lead", "deliver lead", "deliver lead"],
        )
        const [server, store, decide] = ["POST /webhooks/leads", "store lead", "decide lead"].map((name) =>
          one(spans, name),
        )
        const [first, second] = spans
          .filter(({ name }) => name === "deliver lead")
          .toSorted((a, b) => a.startMs - b.startMs)
        if (!server || !store || !decide || !first || !second) return assert.fail("a span is missing")

        assert.deepStrictEqual(
          [server, store, decide, first, second].map(({ kind, service }) => [service, kind]),
          [
            ["lead-gateway-api", 2],
            ["lead-gateway-api", 4],
            ["lead-gateway-worker", 5],
            ["lead-gateway-worker", 3],
            ["lead-gateway-worker", 3],
          ],
        )
        assert.deepStrictEqual(
          [server, store, decide, first, second].map(({ parentSpanId }) => parentSpanId),
          [senderSpan, server.spanId, store.spanId, decide.spanId, decide.spanId],
        )
        assert.deepStrictEqual([first.links, second.links], [[], [first.spanId]])
        assert.deepStrictEqual([first.isError, second.isError], [true, false])
        assert.deepStrictEqual(
          customer.requests().map(({ headers }) => headers["traceparent"]),
          [first, second].map(({ spanId }) => `00-${traceId}-${spanId}-01`),
        )
        for (const { attributes, resource } of spans) {
          assert.strictEqual(attributes["lead_gateway.lead.id"], 1)
          assert.strictEqual(attributes["lead_gateway.correlation_id"], "req-1")
          assert.strictEqual(resource["deployment.environment.name"], "test")
        }
        const port = Number(new URL(customer.url).port)
        assert.deepInclude(first.attributes, {
          "http.request.method": "POST",
          "server.address": "127.0.0.1",
          "server.port": port,
          "http.response.status_code": 503,
          "error.type": "503",
          "lead_gateway.attempt.no": 1,
          "lead_gateway.lead.state": "RETRYING",
        })
        assert.deepInclude(second.attributes, {
          "http.response.status_code": 200,
          "http.request.resend_count": 1,
          "lead_gateway.lead.state": "DELIVERED",
        })
        // One clock for both processes, so the order shows; rounded to microseconds.
        assert.isBelow(server.startMs, decide.endMs)
        assert.isBelow(first.endMs, second.startMs)

        yield* worker.waitForLine('"lead delivered"')
        const lines = [...api.lines(), ...worker.lines()]
        for (const message of ["lead received", "delivery failed", "lead delivered"]) {
          const [line = assert.fail(message)] = linesWith(lines, `"${message}"`)
          assert.strictEqual(line["trace_id"], traceId)
          assert.match(String(line["span_id"]), /^[0-9a-f]{16}$/)
        }
        const inSpans = collector.requests().map(({ body }) => body)
        for (const value of [...personal, ...secrets, "query-4711"]) {
          assert.notInclude([...lines, ...inSpans].join("\n"), value)
        }
        assert.notInclude(inSpans.join("\n"), "path-of-the-customer")
      }),
  )

  it.live("is not recorded by chance: the decision holds in both processes and for the customer", () =>
    Effect.gen(function* () {
      const [collector, customer] = yield* Effect.all([TestCollector.make(), TestCustomer.make()])
      const { url } = yield* makeSystem(customer, {
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces`,
        OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
        OTEL_TRACES_SAMPLER_ARG: "0.3",
        OTEL_SERVICE_NAME: "leads",
      })
      const count = 60
      yield* Effect.forEach(Array.from({ length: count }), () => send(url), { concurrency: 4 })
      yield* send(url, { traceparent: `00-${traceId}-${senderSpan}-00` })
      yield* customer.received(count + 1)
      const headers = customer.requests().map(({ headers }) => String(headers["traceparent"]))
      const sampled = headers.filter((header) => header.endsWith("-01"))
      assert.isAbove(sampled.length, 3)
      assert.isBelow(sampled.length, 45)
      const spans = () =>
        collector.spans().filter(({ attributes }) => attributes["lead_gateway.lead.id"] !== undefined)
      while (spans().length < 4 * sampled.length) yield* Effect.sleep("20 millis")
      yield* Effect.sleep("200 millis")
      assert.strictEqual(spans().length, 4 * sampled.length)
      assert.sameMembers(
        [...new Set(spans().map(({ traceId }) => traceId))],
        sampled.map((header) => header.split("-")[1] ?? ""),
      )
      assert.deepStrictEqual([...new Set(spans().map(({ service }) => service))], ["leads"])
    }),
  )

  it.live("costs neither a lead nor time where the collector is away, hangs or refuses", () =>
    Effect.gen(function* () {
      const [collector, customer] = yield* Effect.all([
        TestCollector.make({ respond: CustomerBehaviour.hang() }),
        TestCustomer.make(),
      ])
      const { api, url, worker } = yield* makeSystem(customer, {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_TIMEOUT: "500",
        OTEL_BSP_EXPORT_TIMEOUT: "1000",
        OTEL_BSP_MAX_QUEUE_SIZE: "20",
      })
      const round = Effect.gen(function* () {
        const before = customer.requests().length
        yield* Effect.forEach(Array.from({ length: 20 }), () => send(url), { concurrency: 4 })
        yield* customer.received(before + 20)
      })
      yield* round
      collector.respond(CustomerBehaviour.reply({ status: 503 }))
      yield* round
      yield* collector.down
      yield* round
      yield* Effect.all(
        [api, worker].map(({ waitForLine }) => waitForLine("the trace collector takes no spans")),
      )
      for (const { lines } of [api, worker]) {
        assert.strictEqual(linesWith(lines(), "the trace collector takes no spans").length, 1)
      }
      yield* Effect.all([api.kill("SIGTERM"), worker.kill("SIGTERM")])
      assert.deepStrictEqual(yield* Effect.all([api.exited, worker.exited]), [
        { code: 0, signal: null },
        { code: 0, signal: null },
      ])
    }),
  )
})
