import { assert, describe, it } from "@effect/vitest"
import type { TraceSettings } from "@lead-gateway/config"
import { defineSpan, type EndedSpan, Telemetry } from "@lead-gateway/runtime"
import { CustomerBehaviour, TestCollector } from "@lead-gateway/testkit"
import { Duration, Effect, Exit, Option, Redacted, Scope } from "effect"
import { make, type TracingShape } from "../src/Tracing.ts"

const kind = defineSpan("deliver lead", "CLIENT", ["n"])

type Batch = Partial<TraceSettings["batch"]>

const settings = (
  url: string,
  { timeoutMs = 5000, ...batch }: Batch & { readonly timeoutMs?: number } = {},
): Option.Option<TraceSettings> =>
  Option.some({
    endpoint: new URL(`${url}/v1/traces`),
    headers: Redacted.make({ "x-api-key": "hunter2" }),
    timeout: Duration.millis(timeoutMs),
    serviceName: Option.none(),
    resourceAttributes: { "deployment.environment.name": "test" },
    sampler: "always_on",
    ratio: 1,
    batch: {
      scheduleDelay: Duration.millis(20),
      exportTimeout: Duration.millis(1000),
      maxQueueSize: 100,
      maxExportBatchSize: 10,
      ...batch,
    },
  })

const span = (tracing: TracingShape, n: number): EndedSpan => ({
  kind,
  context: tracing.begin(undefined),
  parentSpanId: undefined,
  startMs: performance.now(),
  endMs: performance.now(),
  error: undefined,
  values: [n],
})

const tracing = (url: string, batch?: Batch & { readonly timeoutMs?: number }) =>
  Effect.map(make(settings(url, batch), "worker"), (made) => made ?? assert.fail("off"))

const record = (tracing: TracingShape, count: number) => {
  for (let n = 1; n <= count; n++) tracing.record(span(tracing, n))
}

/** Runs with a log, and returns its lines. */
const logged = <A, E>(effect: Effect.Effect<A, E>, lines: Array<string>) => {
  const sink = { writable: true, write: (text: string) => lines.push(...text.split("\n")), on: () => {} }
  return Effect.provide(effect, Telemetry.layer({ service: "test", level: "info", format: "json", sink }))
}

const untilCounts = (tracing: TracingShape, holds: (counts: ReturnType<TracingShape["counts"]>) => boolean) =>
  Effect.gen(function* () {
    const end = performance.now() + 15_000
    while (!holds(tracing.counts())) {
      if (performance.now() > end) assert.fail(JSON.stringify(tracing.counts()))
      yield* Effect.sleep("5 millis")
    }
  })

describe("traces", { concurrent: true }, () => {
  it.live("are not built without settings", () =>
    Effect.map(make(Option.none(), "api"), (none) => assert.isUndefined(none)),
  )

  it.live("arrive in batches, with the process they come from and the headers that are set", () =>
    Effect.gen(function* () {
      const collector = yield* TestCollector.make()
      const traces = yield* tracing(collector.url)
      record(traces, 25)
      const spans = yield* collector.received(25)
      assert.deepStrictEqual(
        spans.map(({ attributes }) => attributes["n"]),
        Array.from({ length: 25 }, (_, index) => index + 1),
      )
      assert.deepStrictEqual(
        collector.requests().map(({ body }) => body.split("traceId").length - 1),
        [10, 10, 5],
      )
      const [request] = collector.requests()
      assert.deepStrictEqual([request?.method, request?.path], ["POST", "/v1/traces"])
      assert.strictEqual(request?.headers["x-api-key"], "hunter2")
      assert.strictEqual(request?.headers["content-type"], "application/json")
      assert.strictEqual(request?.connection, collector.requests().at(-1)?.connection)
      const { resource, service, startMs } = spans[0] ?? assert.fail("no span")
      assert.strictEqual(service, "lead-gateway-worker")
      assert.strictEqual(resource["deployment.environment.name"], "test")
      assert.approximately(startMs, Date.now(), 10_000)
      yield* untilCounts(traces, ({ exported }) => exported === 25)
      assert.deepStrictEqual(traces.counts(), { exported: 25, dropped: 0, waiting: 0 })
    }),
  )

  it.live.each([
    ["503", CustomerBehaviour.reply({ status: 503 })],
    ["429", CustomerBehaviour.reply({ status: 429, headers: { "retry-after": "0" } })],
    ["a connection that is reset", CustomerBehaviour.resetBeforeAnswer()],
    ["no answer", CustomerBehaviour.hang()],
    ["an answer without an end", CustomerBehaviour.slowBody({ body: "x".repeat(1000), everyMs: 100 })],
  ] as const)("are sent again after %s", ([, behaviour]) =>
    Effect.gen(function* () {
      const collector = yield* TestCollector.make({ respond: [behaviour, CustomerBehaviour.reply()] })
      const traces = yield* tracing(collector.url, { exportTimeout: Duration.seconds(20), timeoutMs: 1000 })
      record(traces, 3)
      yield* untilCounts(traces, ({ exported }) => exported === 3)
      assert.strictEqual(collector.requests().length, 2)
      assert.strictEqual(collector.requests()[0]?.body.length, collector.requests()[1]?.body.length)
      assert.strictEqual(traces.counts().dropped, 0)
    }),
  )

  it.live.each([400, 401, 404, 301, 500])("are dropped after %i, which is no reason to try again", (status) =>
    Effect.gen(function* () {
      const collector = yield* TestCollector.make({ respond: CustomerBehaviour.reply({ status }) })
      const traces = yield* tracing(collector.url)
      record(traces, 3)
      yield* untilCounts(traces, ({ dropped }) => dropped === 3)
      assert.strictEqual(collector.requests().length, 1)
    }),
  )

  it.live("that the collector rejects in part are counted as dropped", () =>
    Effect.gen(function* () {
      const body = '{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}'
      const collector = yield* TestCollector.make({ respond: CustomerBehaviour.reply({ body }) })
      const traces = yield* tracing(collector.url)
      record(traces, 5)
      yield* untilCounts(traces, ({ dropped, exported }) => dropped === 2 && exported === 3)
    }),
  )

  it.live(
    "that a collector that hangs does not take are dropped, counted and told once; memory is bounded",
    () =>
      Effect.gen(function* () {
        const lines: Array<string> = []
        const test = Effect.gen(function* () {
          const collector = yield* TestCollector.make({ respond: CustomerBehaviour.hang() })
          const traces = yield* tracing(collector.url, {
            exportTimeout: Duration.millis(500),
            timeoutMs: 300,
          })
          const before = performance.now()
          record(traces, 50_000)
          // A record is a push: some hundred nanoseconds, and nothing waits.
          assert.isBelow(performance.now() - before, 2000)
          const { dropped, waiting } = traces.counts()
          assert.isAtMost(waiting, 110)
          assert.strictEqual(dropped + waiting, 50_000)
          yield* untilCounts(traces, ({ waiting }) => waiting <= 80)
          collector.respond(CustomerBehaviour.reply())
          yield* untilCounts(traces, ({ waiting }) => waiting === 0)
          const counts = traces.counts()
          assert.strictEqual(counts.exported + counts.dropped, 50_000)
          assert.isAbove(counts.exported, 0)
        })
        yield* logged(Effect.scoped(test), lines)
        const messages = lines
          .filter((line) => line !== "")
          .map((line) => JSON.parse(line) as Record<string, unknown>)
        assert.deepStrictEqual(
          messages.map(({ level, message }) => [level, message]),
          [
            ["warn", "the trace collector takes no spans"],
            ["info", "the trace collector takes spans again"],
          ],
        )
        assert.strictEqual(messages[0]?.["cause"], "no answer within 300 ms")
        assert.isAbove(Number(messages[1]?.["dropped"]), 0)
        assert.notInclude(lines.join("\n"), "hunter2")
      }),
  )

  it.live("that still wait are sent at the end", () =>
    Effect.gen(function* () {
      const collector = yield* TestCollector.make()
      const scope = yield* Scope.make()
      const traces = yield* Scope.provide(
        tracing(collector.url, { scheduleDelay: Duration.minutes(1) }),
        scope,
      )
      record(traces, 7)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(collector.spans().length, 7)
      assert.deepStrictEqual(traces.counts(), { exported: 7, dropped: 0, waiting: 0 })
    }),
  )

  it.live.each([
    ["away", false],
    ["hanging", true],
  ] as const)("do not hold up the end for more than 2 s where the collector is %s", ([, isThere]) =>
    Effect.gen(function* () {
      const collector = yield* TestCollector.make({ respond: CustomerBehaviour.hang() })
      if (!isThere) yield* collector.down
      const scope = yield* Scope.make()
      const traces = yield* Scope.provide(
        tracing(collector.url, { scheduleDelay: Duration.minutes(1) }),
        scope,
      )
      record(traces, 30)
      const before = performance.now()
      yield* Scope.close(scope, Exit.void)
      assert.isBelow(performance.now() - before, 4000)
      assert.deepStrictEqual(traces.counts(), { exported: 0, dropped: 30, waiting: 0 })
    }),
  )
})
