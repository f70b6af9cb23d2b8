/** What looks at an api in operation: a collector of spans, and a Prometheus. */
import { TestCollector } from "@lead-gateway/testkit"
import { Effect, Schedule } from "effect"

/** Starts a collector for the current scope; returns the settings by which a program sends it the spans of a trace in ten. */
export const collectSpans = Effect.map(TestCollector.make(), ({ url }) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
  OTEL_TRACES_SAMPLER_ARG: "0.1",
}))

/** Reads the metrics of a port every second, for the current scope. */
export const scrape = (port: number) =>
  Effect.promise(async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).pipe(
    Effect.repeat(Schedule.spaced("1 second")),
    Effect.forkScoped,
    Effect.asVoid,
  )
