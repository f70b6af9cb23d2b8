/**
 * What every process of Lead Gateway shares: how it starts, logs, serves HTTP, fails and stops.
 *
 * `runService` reads settings, sets up logs and stops in order; `listen` gives every request a correlation id, answers
 * broken ones and drains on stop; `handlerOf` makes a handler of an `HttpRouter`. `Telemetry.layer` provides the log of
 * `runService`; `Telemetry.withCorrelationId` and `Telemetry.withLeadId` annotate entries, and `LineLog` writes prepared
 * lines where there is one for every lead. `Metrics` counts for Prometheus: `requestMetrics` the requests of a listener,
 * `watchProcess` what Node says of the process, `answerMetrics` answers a scrape. Used by the apps, which define the routes.
 */
export * as ByteBudget from "./ByteBudget.ts"
export * as CorrelationId from "./CorrelationId.ts"
export * as Defect from "./Defect.ts"
export { type Handler, type HttpListenerOptions, listen, ListenFailed } from "./HttpListener.ts"
export { type HttpResponse, type Reply, type RequestObserver, respond, sendJson } from "./HttpResponse.ts"
export { securityHeaders } from "./internal/securityHeaders.ts"
export { keepRunning } from "./keepRunning.ts"
export { LineLog, type LineValue } from "./LineLog.ts"
export {
  Cell,
  type Definition,
  Histogram,
  makeMetrics,
  Metrics,
  type Reading,
  type Series,
} from "./Metrics.ts"
export { answerMetrics } from "./MetricsAnswer.ts"
export { watchProcess } from "./ProcessMetrics.ts"
export { ProcessStop, type ProcessStopShape } from "./ProcessStop.ts"
export { RequestFacts } from "./RequestFacts.ts"
export { makeRequestLog } from "./RequestLog.ts"
export { exactPaths, handlerOf, type RouterHandlerOptions } from "./RouterHandler.ts"
export { type MeteredRoute, requestMetrics } from "./RequestMetrics.ts"
export { type Program, runService } from "./runService.ts"
export { type AttributeValue, defineSpan, type EndedSpan, type SpanKind } from "./Span.ts"
export { shareFor } from "./shareFor.ts"
export * as SpanIds from "./SpanIds.ts"
export { type GatewayState, observeState, type StateSources } from "./StateMetrics.ts"
export * as Telemetry from "./Telemetry.ts"
export * as TraceParent from "./TraceParent.ts"
export { type SpanCounts, Tracing, type TracingShape } from "./Tracing.ts"
export { within } from "./within.ts"
