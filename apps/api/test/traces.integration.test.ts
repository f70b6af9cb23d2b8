import { assert, describe, it } from "@effect/vitest"
import { LeadId } from "@lead-gateway/lead"
import { DataRefused, LeadIntake, type Received, StoreBusy } from "@lead-gateway/lead-store"
import { type EndedSpan, SpanIds, Telemetry, type TraceParent, Tracing } from "@lead-gateway/runtime"
import { Effect, Layer, Result } from "effect"
import { connect } from "node:net"
import { ask, post } from "./support/Http.ts"
import { leadText } from "./support/leads.ts"
import { makeWorld, type WorldShape } from "./support/World.ts"

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
const spanId = "00f067aa0ba902b7"

/** Records every span that the sampler wants; parents decide, and `ratio` does where there is none. */
const recorder = (ofRoots = true) => {
  const spans: Array<EndedSpan> = []
  const isSampled = (parent: TraceParent.TraceParent | undefined) => parent?.sampled ?? ofRoots
  const layer = Layer.succeed(Tracing, {
    isSampled,
    begin: (parent) => ({
      traceId: parent?.traceId ?? SpanIds.randomTraceId(),
      spanId: SpanIds.randomSpanId(),
      sampled: isSampled(parent),
    }),
    record: (span) => void spans.push(span),
    counts: () => ({ exported: 0, dropped: 0, waiting: spans.length }),
  })
  return { layer, spans }
}

const nameOf = ({ kind }: EndedSpan) => (JSON.parse(`{${kind.head}}`) as { readonly name: string }).name

const attributesOf = ({ kind, values }: EndedSpan) =>
  Object.fromEntries(
    kind.attributes.flatMap((begin, index) => {
      const value = values[index]
      const { key } = JSON.parse(`${begin}0}`) as { readonly key: string }
      return value === undefined || value === null ? [] : [[key, value]]
    }),
  )

const storedContext = (world: WorldShape, id: number) =>
  Effect.map(
    world.sql<{ own: string | null; sent: string | null }>`
      SELECT source_headers ->> '[traceparent]' AS own, source_headers ->> 'traceparent' AS sent
      FROM lead WHERE id = ${id}`,
    (rows) => rows[0] ?? assert.fail("no lead"),
  )

const idOf = ({ text }: { readonly text: string }) =>
  (JSON.parse(text) as { readonly lead_id: number }).lead_id

const lineOf = (world: WorldShape, id: string) =>
  Effect.map(world.log, (lines) => {
    const [line = assert.fail("no line"), ...more] = lines.filter(
      ({ correlation_id }) => correlation_id === id,
    )
    assert.deepStrictEqual(more, [])
    return line
  })

describe("the trace of a webhook", () => {
  it.live(
    "goes on from the sender's span to the one that stores the lead, and from there with the lead",
    () =>
      Effect.gen(function* () {
        const { layer, spans } = recorder()
        const world = yield* makeWorld({ replace: layer })
        const sent = `00-${traceId}-${spanId}-01`
        const answer = yield* post(world, leadText, {
          headers: { traceparent: sent, "X-Correlation-ID": "req-1" },
        })
        const id = idOf(answer)
        const line = yield* lineOf(world, "req-1")
        const [store, server] = spans
        if (store === undefined || server === undefined) return assert.fail("no spans")
        assert.deepStrictEqual(spans.map(nameOf), ["store lead", "POST /webhooks/leads"])
        assert.strictEqual(server.context.traceId, traceId)
        assert.strictEqual(server.parentSpanId, spanId)
        assert.strictEqual(store.context.traceId, traceId)
        assert.strictEqual(store.parentSpanId, server.context.spanId)
        assert.deepStrictEqual(yield* storedContext(world, id), {
          own: `00-${traceId}-${store.context.spanId}-01`,
          sent,
        })
        assert.isAtLeast(store.startMs, server.startMs)
        assert.isAtMost(store.endMs, server.endMs)
        assert.deepStrictEqual(attributesOf(server), {
          "http.request.method": "POST",
          "http.route": "/webhooks/leads",
          "url.path": "/webhooks/leads",
          "url.scheme": "http",
          "http.response.status_code": 200,
          "http.request.body.size": Buffer.byteLength(leadText),
          "lead_gateway.lead.id": id,
          "lead_gateway.correlation_id": "req-1",
        })
        assert.deepStrictEqual(attributesOf(store), {
          "messaging.system": "lead_gateway",
          "messaging.operation.name": "store",
          "messaging.operation.type": "send",
          "messaging.destination.name": "leads",
          "messaging.message.id": String(id),
          "messaging.message.body.size": Buffer.byteLength(leadText),
          "lead_gateway.lead.id": id,
          "lead_gateway.correlation_id": "req-1",
        })
        const { duration_ms, timestamp, ...fields } = line
        assert.isNumber(duration_ms)
        assert.isString(timestamp)
        assert.deepStrictEqual(fields, {
          level: "info",
          message: "lead received",
          service: "api",
          correlation_id: "req-1",
          lead_id: id,
          trace_id: traceId,
          span_id: server.context.spanId,
          method: "POST",
          route: "/webhooks/leads",
          status_code: 200,
          bytes: Buffer.byteLength(leadText),
        })
      }),
  )

  it.live("that is not recorded travels with the lead all the same, as not recorded", () =>
    Effect.gen(function* () {
      const { layer, spans } = recorder(false)
      const world = yield* makeWorld({ replace: layer })
      const unsampled = idOf(
        yield* post(world, leadText, { headers: { traceparent: `00-${traceId}-${spanId}-00` } }),
      )
      assert.match(
        String((yield* storedContext(world, unsampled)).own),
        new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`),
      )
      const root = idOf(yield* post(world, leadText))
      assert.match(String((yield* storedContext(world, root)).own), /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
      assert.deepStrictEqual(spans, [])
    }),
  )

  it.live("begins anew where the sender's header is not one of the standard", () =>
    Effect.gen(function* () {
      const { layer, spans } = recorder()
      const world = yield* makeWorld({ replace: layer })
      const hostile = [
        "",
        "00",
        `00-${traceId}-${spanId}`,
        `00-${traceId}-${spanId}-1`,
        `00-${traceId}-${spanId}-01-more`,
        `ff-${traceId}-${spanId}-01`,
        `0-${traceId}-${spanId}-01`,
        `00-${"0".repeat(32)}-${spanId}-01`,
        `00-${traceId}-${"0".repeat(16)}-01`,
        `00-${traceId.toUpperCase()}-${spanId}-01`,
        `00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01`,
        `00_${traceId}_${spanId}_01`,
        `00-${traceId}x${spanId}-01`,
        `00-4bf92f3577b34da6-${spanId}-01`,
        `00-${traceId}-${spanId}-zz`,
        `00-${traceId}-${spanId}-01"}],"x":[{"`,
        "jane.doe@example.com",
        "0".repeat(8000),
        `cc-${traceId}-${spanId}-01.`,
        `00-${"g".repeat(32)}-${spanId}-01`,
      ]
      for (const traceparent of hostile) {
        spans.length = 0
        const id = idOf(yield* post(world, leadText, { headers: { traceparent } }))
        const server = spans.find((span) => nameOf(span).startsWith("POST")) ?? assert.fail(traceparent)
        assert.notStrictEqual(server.context.traceId, traceId, traceparent)
        assert.match(server.context.traceId, /^[0-9a-f]{32}$/)
        assert.isUndefined(server.parentSpanId)
        const { own } = yield* storedContext(world, id)
        assert.match(String(own), new RegExp(`^00-${server.context.traceId}-[0-9a-f]{16}-01$`))
      }
    }),
  )

  it.live("of a request that is refused has its status, and an error only where it is ours", () =>
    Effect.gen(function* () {
      const { layer, spans } = recorder()
      const world = yield* makeWorld({
        replace: Layer.merge(
          layer,
          Layer.succeed(LeadIntake, {
            receive: (_, done) =>
              setImmediate(
                done,
                Result.fail(new DataRefused({ operation: "LeadIntake.receive", sqlState: "23502" })),
              ),
            isBusy: () => false,
            observeBatches: () => {},
            unconfirmed: () => 0,
          }),
        ),
      })
      yield* post(world, "{ broken")
      yield* post(world, leadText)
      yield* ask(world, { path: "/stats/leads/counts?email=jane.doe@example.com" })
      yield* ask(world, { path: "/stats/leads/77/history" })
      yield* ask(world, { path: "/jane.doe@example.com" })
      yield* ask(world, { path: "/health" })
      assert.deepStrictEqual(
        spans.map((span) => [nameOf(span), attributesOf(span)["http.response.status_code"], span.error]),
        [
          ["POST /webhooks/leads", 400, undefined],
          ["store lead", undefined, "DataRefused"],
          ["POST /webhooks/leads", 503, "503"],
          ["GET /stats/leads/counts", 200, undefined],
          ["GET /stats/leads/:id/history", 404, undefined],
          ["GET", 404, undefined],
        ],
      )
      assert.notInclude(JSON.stringify([spans, yield* world.log]), "jane.doe")
    }),
  )

  it.live("of overload is not recorded: it must cost nothing", () =>
    Effect.gen(function* () {
      const { layer, spans } = recorder()
      const busy = new StoreBusy({ operation: "LeadIntake.receive" })
      const world = yield* makeWorld({
        replace: Layer.merge(
          layer,
          Layer.succeed(LeadIntake, {
            receive: (_, done) => setImmediate(done, Result.fail(busy)),
            isBusy: () => false,
            observeBatches: () => {},
            unconfirmed: () => 0,
          }),
        ),
      })
      assert.strictEqual((yield* post(world, leadText)).status, 503)
      assert.notInclude(spans.map(nameOf), "POST /webhooks/leads")
      assert.deepStrictEqual(yield* world.log, [])
    }),
  )
})

describe("without traces", () => {
  it.live("nothing is stored beside the sender's headers, and its trace id is on the line", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const traceparent = `00-${traceId}-${spanId}-01`
      const id = idOf(yield* post(world, leadText, { headers: { traceparent, "X-Correlation-ID": "req-2" } }))
      assert.deepStrictEqual(yield* storedContext(world, id), { own: null, sent: traceparent })
      const line = yield* lineOf(world, "req-2")
      assert.deepStrictEqual([line["trace_id"], line["span_id"]], [traceId, undefined])
      yield* post(world, leadText, { headers: { "X-Correlation-ID": "req-3" } })
      assert.isUndefined((yield* lineOf(world, "req-3"))["trace_id"])
    }),
  )
})

describe("a slow request", () => {
  const slow = Layer.succeed(Telemetry.SlowMs, 100)

  it.live("is a warning that says that the store was slow", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld({
        replace: Layer.merge(
          slow,
          Layer.succeed(LeadIntake, {
            receive: (_, done) =>
              setTimeout(done, 300, Result.succeed({ _tag: "Stored" as const, leadId: LeadId.make(7) })),
            isBusy: () => false,
            observeBatches: () => {},
            unconfirmed: () => 0,
          }),
        ),
      })
      yield* post(world, leadText, { headers: { "X-Correlation-ID": "slow-1" } })
      const line = yield* lineOf(world, "slow-1")
      assert.deepStrictEqual(
        [line["level"], line["message"], line["slow"]],
        ["warn", "lead received", "store"],
      )
      assert.isAtLeast(Number(line["store_ms"]), 250)
      assert.isBelow(Number(line["read_ms"]), Number(line["store_ms"]))
    }),
  )

  it.live("is a warning that says that its sender was slow", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld({
        replace: Layer.merge(
          slow,
          Layer.succeed(LeadIntake, {
            receive: (_, done) =>
              setImmediate(done, Result.succeed({ _tag: "Stored" as const, leadId: LeadId.make(7) })),
            isBusy: () => false,
            observeBatches: () => {},
            unconfirmed: () => 0,
          }),
        ),
      })
      yield* Effect.callback<void>((resume) => {
        const socket = connect(world.port, "127.0.0.1")
        const head = `POST /webhooks/leads HTTP/1.1\r\nHost: localhost\r\nX-Correlation-ID: slow-2\r\n`
        socket.on("data", () => socket.destroy()).on("close", () => resume(Effect.void))
        socket.write(`${head}Content-Length: ${leadText.length}\r\n\r\n${leadText.slice(0, 10)}`)
        setTimeout(() => socket.write(leadText.slice(10)), 800)
      })
      const line = yield* lineOf(world, "slow-2")
      assert.deepStrictEqual([line["level"], line["slow"]], ["warn", "read"])
      assert.isAtLeast(Number(line["read_ms"]), 700)
    }),
  )
})

describe("a sender that has gone", () => {
  it.live("is no reason not to log the lead that was stored", () =>
    Effect.gen(function* () {
      const waiting: Array<(result: Result.Result<Received>) => void> = []
      const { layer, spans } = recorder()
      const world = yield* makeWorld({
        replace: Layer.merge(
          layer,
          Layer.succeed(LeadIntake, {
            receive: (_, answer) => void waiting.push(answer),
            isBusy: () => false,
            observeBatches: () => {},
            unconfirmed: () => 0,
          }),
        ),
      })
      const socket = connect(world.port, "127.0.0.1")
      const head = `POST /webhooks/leads HTTP/1.1\r\nHost: localhost\r\nX-Correlation-ID: gone-1\r\n`
      socket.write(`${head}Content-Length: ${leadText.length}\r\n\r\n${leadText}`)
      while (waiting.length === 0) yield* Effect.sleep("5 millis")
      socket.resetAndDestroy()
      yield* Effect.sleep("100 millis")
      assert.deepStrictEqual(yield* world.log, [])
      waiting[0]?.(Result.succeed({ _tag: "Stored" as const, leadId: LeadId.make(9) }))
      const line = yield* lineOf(world, "gone-1")
      assert.deepStrictEqual([line["level"], line["message"], line["lead_id"]], ["info", "lead received", 9])
      assert.isUndefined(line["status_code"])
      assert.deepStrictEqual(spans.map(nameOf), ["store lead", "POST /webhooks/leads"])
      assert.strictEqual(spans[1]?.error, "aborted")
    }),
  )
})
