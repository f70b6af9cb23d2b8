/**
 * What every process of Lead Gateway shares: how it starts, logs, serves HTTP, fails and stops.
 *
 * `runService` reads settings, sets up logs and stops in order; `listen` names every request, answers broken ones
 * and stops drained; `handlerOf` makes a handler of an `HttpRouter`. `Telemetry.layer` is what `runService` logs by;
 * `Telemetry.withCorrelationId` and `Telemetry.withLeadId` annotate entries, and `LineLog` writes prepared lines
 * where there is one for every lead. Used by the apps; routes and their meaning are theirs.
 */
export * as CorrelationId from "./CorrelationId.ts"
export * as Defect from "./Defect.ts"
export { type Handler, listen, ListenFailed, type HttpListenerOptions } from "./HttpListener.ts"
export type { HttpResponse } from "./HttpResponse.ts"
export { LineLog, type LineValue } from "./LineLog.ts"
export { type Reply, respond, sendJson } from "./respond.ts"
export { handlerOf } from "./routes.ts"
export { type Program, runService } from "./runService.ts"
export * as Telemetry from "./Telemetry.ts"
export * as TraceParent from "./TraceParent.ts"
