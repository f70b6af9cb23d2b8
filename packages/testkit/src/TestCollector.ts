/**
 * An OpenTelemetry collector that can misbehave: a real HTTP server that takes traces as OTLP/JSON on a free port of
 * 127.0.0.1. It is a {@link TestCustomer} that reads spans.
 */
import { Effect, type Scope } from "effect"
import { CustomerBehaviour } from "./CustomerBehaviour.ts"
import { type CustomerBehaviours, type CustomerRequest, TestCustomer } from "./TestCustomer.ts"

/** A span, as it was received. */
export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly name: string
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number
  readonly startMs: number
  readonly endMs: number
  readonly attributes: Readonly<Record<string, string | number | boolean>>
  readonly links: ReadonlyArray<string>
  readonly isError: boolean
  /** `service.name` of the process that sent it. */
  readonly service: string
  /** All attributes of that process. */
  readonly resource: Readonly<Record<string, string | number | boolean>>
}

/** A running collector. */
export interface TestCollector {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`; stays the same through `down` and `up`. */
  readonly url: string
  readonly requests: () => ReadonlyArray<CustomerRequest>
  /** The spans of all requests so far, whatever was answered. */
  readonly spans: () => ReadonlyArray<ReceivedSpan>
  /** Waits until this many spans have been received. */
  readonly received: (count: number) => Effect.Effect<ReadonlyArray<ReceivedSpan>>
  readonly respond: (behaviours: CustomerBehaviours) => void
  readonly down: Effect.Effect<void>
  readonly up: Effect.Effect<void>
}

/** Starts collectors for tests. */
export const TestCollector = {
  /** A running collector, which accepts everything; it is closed with the scope. */
  make: (
    options: { readonly respond?: CustomerBehaviours } = {},
  ): Effect.Effect<TestCollector, never, Scope.Scope> =>
    Effect.map(TestCustomer.make({ respond: accepting, ...options }), (server) => {
      const spans = () => server.requests().flatMap(spansOf)
      return {
        url: new URL(server.url).origin,
        requests: server.requests,
        spans,
        received: (count) =>
          Effect.map(
            server.until(() => spans().length >= count),
            spans,
          ),
        respond: server.respond,
        down: server.down,
        up: server.up,
      }
    }),
}

const accepting = CustomerBehaviour.reply({ headers: { "content-type": "application/json" }, body: "{}" })

interface Attribute {
  readonly key: string
  readonly value: {
    readonly stringValue?: string
    readonly intValue?: string
    readonly doubleValue?: number
    readonly boolValue?: boolean
  }
}

interface Traces {
  readonly resourceSpans: ReadonlyArray<{
    readonly resource: { readonly attributes: ReadonlyArray<Attribute> }
    readonly scopeSpans: ReadonlyArray<{
      readonly spans: ReadonlyArray<{
        readonly traceId: string
        readonly spanId: string
        readonly parentSpanId?: string
        readonly name: string
        readonly kind: number
        readonly startTimeUnixNano: string
        readonly endTimeUnixNano: string
        readonly attributes: ReadonlyArray<Attribute>
        readonly links?: ReadonlyArray<{ readonly spanId: string }>
        readonly status?: { readonly code?: number }
      }>
    }>
  }>
}

const spansOf = ({ body }: CustomerRequest): ReadonlyArray<ReceivedSpan> =>
  (JSON.parse(body) as Traces).resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const attributes = recordOf(resource.attributes)
    return scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId,
        name: span.name,
        kind: span.kind,
        startMs: Number(BigInt(span.startTimeUnixNano) / 1000n) / 1000,
        endMs: Number(BigInt(span.endTimeUnixNano) / 1000n) / 1000,
        attributes: recordOf(span.attributes),
        links: (span.links ?? []).map(({ spanId }) => spanId),
        isError: span.status?.code === 2,
        service: String(attributes["service.name"]),
        resource: attributes,
      })),
    )
  })

const recordOf = (attributes: ReadonlyArray<Attribute>) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]))

const valueOf = ({ boolValue, doubleValue, intValue, stringValue }: Attribute["value"]) =>
  stringValue ?? boolValue ?? doubleValue ?? Number(intValue)
