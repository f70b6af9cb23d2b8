/**
 * Traces: where spans are sent, and which ones. The names, defaults and units are those of the OpenTelemetry
 * specification (milliseconds, percent-encoded lists); as everywhere here, a wrong value stops the start.
 *
 * Source: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
import { Duration, Option, Redacted } from "effect"
import * as Kind from "./Kind.ts"
import * as Settings from "./Settings.ts"
import * as TraceKinds from "./TraceKinds.ts"

const samplers = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const

/** Which traces are recorded; the `parentbased_…` ones follow the caller's decision where there is a caller. */
export type TraceSampler = (typeof samplers)[number]

/** Where spans are sent, which, and how many are kept until then. */
export interface TraceSettings {
  /** The whole URL that is posted to. */
  readonly endpoint: URL
  /** Further headers of each request, such as an API key. */
  readonly headers: Redacted.Redacted<Readonly<Record<string, string>>>
  /** How long one request may take. */
  readonly timeout: Duration.Duration
  /** `service.name`; by the app unless set. */
  readonly serviceName: Option.Option<string>
  readonly resourceAttributes: Readonly<Record<string, string>>
  readonly sampler: TraceSampler
  /** The share of traces that a `traceidratio` sampler records, from 0 to 1. */
  readonly ratio: number
  readonly batch: SpanBatchSettings
}

/** How spans are batched. */
export interface SpanBatchSettings {
  /** How long a span waits for others, at most. */
  readonly scheduleDelay: Duration.Duration
  /** How long one batch may take, with all tries. */
  readonly exportTimeout: Duration.Duration
  /** Spans that wait, at most; further ones are dropped and counted. */
  readonly maxQueueSize: number
  readonly maxExportBatchSize: number
}

const milliseconds = (maximum: number): Kind.Kind<number> => Kind.integer({ minimum: 1, maximum })

const endpointKind = Kind.withExample(Kind.httpUrl, "http://localhost:4318")

const variables = Settings.all({
  disabled: Settings.withDefault(
    "OTEL_SDK_DISABLED",
    Kind.boolean,
    "Whether traces are off although an endpoint is set",
    false,
  ),
  endpoint: Settings.optional(
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    endpointKind,
    "The OpenTelemetry collector that traces are sent to (OTLP over HTTP, at `/v1/traces` below this URL); without it nothing is traced",
  ),
  tracesEndpoint: Settings.optional(
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    Kind.withExample(Kind.httpUrl, "http://localhost:4318/v1/traces"),
    "The same as a whole URL, path included",
    "by `OTEL_EXPORTER_OTLP_ENDPOINT`",
  ),
  headers: Settings.optional(
    "OTEL_EXPORTER_OTLP_HEADERS",
    TraceKinds.headers,
    "Headers of the requests to the collector",
  ),
  tracesHeaders: Settings.optional(
    "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
    TraceKinds.headers,
    "The same, for traces alone",
    "`OTEL_EXPORTER_OTLP_HEADERS`",
  ),
  timeout: Settings.withDefault(
    "OTEL_EXPORTER_OTLP_TIMEOUT",
    milliseconds(600_000),
    "Milliseconds that one request to the collector may take",
    10_000,
  ),
  tracesTimeout: Settings.optional(
    "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
    Kind.withExample(milliseconds(600_000), "10000"),
    "The same, for traces alone",
    "`OTEL_EXPORTER_OTLP_TIMEOUT`",
  ),
  protocol: Settings.withDefault(
    "OTEL_EXPORTER_OTLP_PROTOCOL",
    Kind.literals(["http/json"]),
    "How spans are written; collectors read JSON on the same port as protobuf",
    "http/json",
  ),
  tracesProtocol: Settings.withDefault(
    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
    Kind.literals(["http/json"]),
    "The same, for traces alone",
    "http/json",
  ),
  serviceName: Settings.optional(
    "OTEL_SERVICE_NAME",
    Kind.withExample(Kind.text, "lead-gateway-api"),
    "`service.name` of the spans",
    "`lead-gateway-api`, `lead-gateway-worker`, or `lead-gateway`",
  ),
  resourceAttributes: Settings.optional(
    "OTEL_RESOURCE_ATTRIBUTES",
    TraceKinds.attributes,
    "Further attributes of the process that the spans come from",
  ),
  sampler: Settings.withDefault(
    "OTEL_TRACES_SAMPLER",
    Kind.literals(samplers),
    "Which traces are recorded; `parentbased_…` follows the sender's decision where it sent a `traceparent`",
    "parentbased_always_on",
  ),
  ratio: Settings.withDefault(
    "OTEL_TRACES_SAMPLER_ARG",
    TraceKinds.share,
    "The share of traces that a `traceidratio` sampler records",
    1,
  ),
  scheduleDelay: Settings.withDefault(
    "OTEL_BSP_SCHEDULE_DELAY",
    milliseconds(600_000),
    "Milliseconds that a span waits for others of its batch",
    5000,
  ),
  exportTimeout: Settings.withDefault(
    "OTEL_BSP_EXPORT_TIMEOUT",
    milliseconds(600_000),
    "Milliseconds after which a batch is dropped that the collector has not accepted",
    30_000,
  ),
  maxQueueSize: Settings.withDefault(
    "OTEL_BSP_MAX_QUEUE_SIZE",
    Kind.integer({ minimum: 1, maximum: 1_000_000 }),
    "Spans that wait for the collector at most; further ones are dropped and counted",
    2048,
  ),
  maxExportBatchSize: Settings.withDefault(
    "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
    Kind.integer({ minimum: 1, maximum: 100_000 }),
    "Spans of one request to the collector at most, and no more than may wait",
    512,
  ),
})

/** The traces of every app; none when no endpoint is set, or they are disabled. Then the summary has nothing of them. */
export const traceSettings: Settings.Settings<Option.Option<TraceSettings>> = {
  ...Settings.map(variables, (given) => {
    const endpoint = Option.orElse(given.tracesEndpoint, () => Option.map(given.endpoint, tracesBelow))
    if (given.disabled || Option.isNone(endpoint)) return Option.none()
    return Option.some({
      endpoint: endpoint.value,
      headers: Option.getOrElse(
        Option.orElse(given.tracesHeaders, () => given.headers),
        () => Redacted.make({}),
      ),
      timeout: Duration.millis(Option.getOrElse(given.tracesTimeout, () => given.timeout)),
      serviceName: given.serviceName,
      resourceAttributes: Option.getOrElse(given.resourceAttributes, () => ({})),
      sampler: given.sampler,
      ratio: given.ratio,
      batch: {
        scheduleDelay: Duration.millis(given.scheduleDelay),
        exportTimeout: Duration.millis(given.exportTimeout),
        maxQueueSize: given.maxQueueSize,
        maxExportBatchSize: Math.min(given.maxExportBatchSize, given.maxQueueSize),
      },
    })
  }),
  summarize: (source) => {
    const summary = variables.summarize(source)
    const isOn = endpoints.some((name) => summary[name] !== undefined)
    return isOn ? summary : {}
  },
}

const endpoints = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]

const tracesBelow = (base: URL): URL => {
  const url = new URL(base)
  url.pathname = `${url.pathname.replace(/\/$/, "")}/v1/traces`
  return url
}
