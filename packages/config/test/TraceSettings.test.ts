import { assert, describe, it } from "@effect/vitest"
import { traceSettings } from "@lead-gateway/config"
import { Duration, Effect, Option, Redacted } from "effect"
import { load } from "./world.ts"

const read = (env: Record<string, string>) => Effect.map(load(traceSettings, env), ({ value }) => value)

const some = (env: Record<string, string>) => Effect.map(read(env), Option.getOrThrow)

describe("the settings of traces", () => {
  it.effect.each([
    {},
    { OTEL_TRACES_SAMPLER: "always_on", OTEL_EXPORTER_OTLP_HEADERS: "a=b" },
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318", OTEL_SDK_DISABLED: "true" },
  ])("are none without an endpoint, and where they are disabled: %o", (env) =>
    Effect.map(load(traceSettings, env), ({ summary, value }) => {
      assert.isTrue(Option.isNone(value))
      if (!("OTEL_EXPORTER_OTLP_ENDPOINT" in env)) assert.deepStrictEqual(summary, {})
    }),
  )

  it.effect.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318" }, "http://c:4318/v1/traces"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318/" }, "http://c:4318/v1/traces"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "https://c/otlp" }, "https://c/otlp/v1/traces"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "https://c/otlp/?key=1" }, "https://c/otlp/v1/traces?key=1"],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://c/spans" }, "https://c/spans"],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318", OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://c/spans" },
      "https://c/spans",
    ],
  ] as ReadonlyArray<[Record<string, string>, string]>)("%o are sent to %s", ([env, url]) =>
    Effect.map(some(env), ({ endpoint }) => assert.strictEqual(endpoint.href, url)),
  )

  it.effect("have the defaults of the specification", () =>
    Effect.map(some({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c" }), (value) => {
      assert.strictEqual(value.sampler, "parentbased_always_on")
      assert.strictEqual(value.ratio, 1)
      assert.strictEqual(Duration.toMillis(value.timeout), 10_000)
      assert.deepStrictEqual(
        { ...value.batch, scheduleDelay: 5000, exportTimeout: 30_000 },
        { scheduleDelay: 5000, exportTimeout: 30_000, maxQueueSize: 2048, maxExportBatchSize: 512 },
      )
    }),
  )

  it.effect("decode lists, and what is for traces alone wins", () =>
    Effect.map(
      some({
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://c",
        OTEL_EXPORTER_OTLP_HEADERS: "x-key=other",
        OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-key=a%20b, authorization=Basic%20eA==",
        OTEL_EXPORTER_OTLP_TIMEOUT: "5000",
        OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: "250",
        OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test,region=a%2Cb,",
        OTEL_BSP_MAX_QUEUE_SIZE: "100",
      }),
      (value) => {
        assert.deepStrictEqual(Redacted.value(value.headers), { "x-key": "a b", authorization: "Basic eA==" })
        assert.strictEqual(Duration.toMillis(value.timeout), 250)
        assert.deepStrictEqual(value.resourceAttributes, {
          "deployment.environment.name": "test",
          region: "a,b",
        })
        assert.strictEqual(value.batch.maxExportBatchSize, 100)
      },
    ),
  )
})
