/**
 * The HTTP API as a value: server, OpenAPI document and typed client come from it.
 *
 * The api app implements `OperatorApi`; `openApi` documents `LeadGatewayApi`, which adds the webhook. Shapes are decoded
 * to camel case, `Date` and branded ids, and encoded to the names on the wire. The handlers are in the api app.
 */
export { LeadGatewayApi, OperatorApi, type Route, type RouteName, routes } from "./Api.ts"
export {
  Conflict,
  DatabaseUnavailable,
  Forbidden,
  InternalError,
  InvalidRequest,
  KeyConflict,
  LeadNotFound,
  NotFound,
  NotReady,
  PayloadTooLarge,
  TooManyRequests,
  Unauthorized,
  Unprocessable,
  UnsupportedMediaType,
} from "./ApiError.ts"
export { AuditGroup, AuditPage, AuditQuery, AuditRecord } from "./AuditLog.ts"
export { CustomerPage, CustomersGroup, CustomerState } from "./CustomerStates.ts"
export { openApi } from "./Document.ts"
export { CurrentCorrelationId, withErrorBodies } from "./ErrorBody.ts"
export { FlowGroup, FlowInForce } from "./FlowInForce.ts"
export { IntakeGroup, LeadPayload, LeadReceipt, SenderAuth, SenderKeyHeaders } from "./Intake.ts"
export { DeliveryAttempt, LeadEvent, LeadHistory, LeadSummary } from "./LeadHistory.ts"
export { Delivery, LeadDetail } from "./LeadDetail.ts"
export { LeadRule, LeadRules } from "./LeadRules.ts"
export { LeadListQuery, LeadPage, ListedLead } from "./LeadList.ts"
export { LeadChanged, LeadsGroup } from "./Leads.ts"
export { Ledger } from "./Ledger.ts"
export { Me } from "./Me.ts"
export { Overview } from "./Overview.ts"
export { ReasonCount, Reasons } from "./Reasons.ts"
export {
  DatabaseHealth,
  DeepHealth,
  IntakeHealth,
  OperationsGroup,
  QueueHealth,
  ReplicaHealth,
  WorkerHealth,
} from "./Operations.ts"
export { Operator, OperatorAuth, type OperatorShape } from "./OperatorAuth.ts"
export { cursorOf, limitParameter, pageOf, type PageOptions, pageQuery } from "./Page.ts"
export { Preview, PreviewComparison, PreviewGroup, previewOptions, PreviewRequest } from "./Preview.ts"
export { GatewayProcess, Processes, ProcessesGroup } from "./Processes.ts"
export * as Roles from "./Role.ts"
export { Role } from "./Role.ts"
export { NewReplay, ReplayFilter, ReplayResult, ReplaysGroup } from "./Replays.ts"
export { type Access, routeRoles } from "./routeRoles.ts"
export { LeadCounts, RecentQuery, StatsGroup } from "./Stats.ts"
export { NewTestLead, StoredTestLead, TestLeadsGroup, TestPayload } from "./TestLeads.ts"
export { timelineBuckets, TimelineGroup, TimelinePart, TimelinePoint, timelineQuery } from "./Timeline.ts"
export { CreatedToken, NewToken, OperatorToken, TokenName, TokenPage, TokensGroup } from "./Tokens.ts"
export { UnmappedAnswer, UnmappedGroup, UnmappedPage } from "./Unmapped.ts"
export { AnyJson, AnyJsonObject, TimeParameter, Timestamp } from "./WireValue.ts"
