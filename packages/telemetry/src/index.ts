/**
 * Logs that can be read by machines and people, and the ids that tie them together.
 *
 * `Telemetry.layer` is provided once by each app; what it does annotates with `Telemetry.withCorrelationId` and
 * `Telemetry.withLeadId`, or writes prepared lines by `LineLog` where there is one for every lead. Metrics and traces are not here yet, but the ids they will need are.
 */
export * as CorrelationId from "./CorrelationId.ts"
export * as Defect from "./Defect.ts"
export { LineLog, type LineValue } from "./LineLog.ts"
export * as Telemetry from "./Telemetry.ts"
export * as TraceParent from "./TraceParent.ts"
