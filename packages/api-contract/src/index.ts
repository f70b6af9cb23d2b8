/**
 * The HTTP API as a value: server, OpenAPI document and typed client come from it.
 *
 * The api app implements `OperatorApi`; `openApi` documents `LeadGatewayApi`, which is that and the webhook.
 * Shapes are decoded to camel case, `Date` and branded ids, and encoded to the names of the wire. What the
 * answers are is decided elsewhere.
 */
export { AnyJson, AnyJsonObject } from "./AnyJson.ts"
export { LeadGatewayApi, openApi, OperatorApi } from "./Api.ts"
export {
  DatabaseUnavailable,
  InternalError,
  InvalidRequest,
  LeadNotFound,
  NotReady,
  PayloadTooLarge,
  TooManyRequests,
  Unauthorized,
  UnsupportedMediaType,
} from "./ApiError.ts"
export { CurrentCorrelationId } from "./CurrentCorrelationId.ts"
export { withErrorBodies } from "./ErrorBodies.ts"
export { IntakeGroup, LeadPayload, LeadReceipt } from "./Intake.ts"
export { DeepHealth, Dependency, OperationsGroup, QueueHealth } from "./Operations.ts"
export { type Route, type RouteName, routes } from "./Routes.ts"
export { OperatorAuth, SenderAuth } from "./Security.ts"
export {
  DeliveryAttempt,
  LeadCounts,
  LeadEvent,
  LeadHistory,
  LeadSummary,
  RecentQuery,
  StatsGroup,
} from "./Stats.ts"
export { Timestamp } from "./Timestamp.ts"
