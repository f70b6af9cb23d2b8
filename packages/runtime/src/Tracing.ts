/**
 * Records spans and sends them to an OpenTelemetry collector, by plain functions: a span costs no fiber and no effect.
 *
 * Off unless an endpoint is configured; then `yield* Tracing` gives undefined, and nothing is built. `runService` provides
 * it. Not Effect's tracer: that makes objects and a fiber's context for every span, and its exporter keeps without bound
 * what a collector does not take; see docs/decisions/0030.
 */
import type { TraceSettings } from "@lead-gateway/config"
import { Context, Effect, Option, type Scope } from "effect"
import { collectorOf } from "./internal/collector.ts"
import { makeSpanQueue, type SpanCounts } from "./internal/spanQueue.ts"
import { type Sampler, samplerOf } from "./Sampler.ts"
import { type EndedSpan } from "./Span.ts"
import * as SpanIds from "./SpanIds.ts"
import type { TraceParent } from "./TraceParent.ts"

export type { SpanCounts } from "./internal/spanQueue.ts"

/** The traces of this process. */
export interface TracingShape {
  /** Whether a span is to be recorded. */
  readonly isSampled: Sampler
  /** The context of a new span, which continues the caller's trace or begins one. */
  readonly begin: (parent: TraceParent | undefined) => TraceParent
  /** Keeps a span until it is sent. Call it for sampled spans only. */
  readonly record: (span: EndedSpan) => void
  /** How many spans came to which end since the start. */
  readonly counts: () => SpanCounts
}

/** The traces of this process; undefined where they are off. `yield* Tracing` needs no other service. */
export const Tracing: Context.Reference<TracingShape | undefined> = Context.Reference(
  "@lead-gateway/runtime/Tracing",
  { defaultValue: (): TracingShape | undefined => undefined },
)

/**
 * Makes the traces of a process, or none. Spans that wait are sent when the scope closes, which takes at most 2 s.
 * `service` is the app: `api`, `worker`, `gateway`.
 */
export const make = (
  settings: Option.Option<TraceSettings>,
  service: string,
): Effect.Effect<TracingShape | undefined, never, Scope.Scope> =>
  Option.match(settings, {
    onNone: () => Effect.succeed(undefined),
    onSome: (settings) =>
      Effect.map(makeSpanQueue({ ...settings.batch, send: collectorOf(settings, service) }), (queue) =>
        tracing(samplerOf(settings), queue),
      ),
  })

const tracing = (
  isSampled: Sampler,
  { counts, record }: Pick<TracingShape, "counts" | "record">,
): TracingShape => ({
  isSampled,
  begin: (parent) => {
    const traceId = parent?.traceId ?? SpanIds.randomTraceId()
    return { traceId, spanId: SpanIds.randomSpanId(), sampled: isSampled(parent, traceId) }
  },
  record,
  counts,
})
