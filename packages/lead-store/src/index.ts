/**
 * Leads in Postgres: where every lead and its schedule live.
 *
 * `LeadIntake` stores arriving leads, `LeadWork` claims and records deliveries, `LeadReader` reads, `LeadReplay` sends
 * leads again, `LeadLedger` checks that none is lost, `LeadDatabase` connects and migrates. Used by the api, the worker
 * and operators' commands. It decides nothing about a lead: a worker passes the decision, this package stores it.
 */
export {
  type Actor,
  Audit,
  type AuditAction,
  type AuditEntry,
  auditParameter,
  type AuditQuery,
  type AuditRecord,
  insertAudit,
  record as recordAudit,
} from "./Audit.ts"
export * as Archive from "./Archive.ts"
export * as Batcher from "./Batcher.ts"
export { foldCounts } from "./Counters.ts"
export { fillTimeline } from "./fillTimeline.ts"
export { foldTimeline, pruneTimeline } from "./foldTimeline.ts"
export { type CustomerState, CustomerStates } from "./CustomerStates.ts"
export { Customers, type CustomerSettings, defaultCustomer, defaultCustomerName } from "./Customers.ts"
export { DecidedLeads, type DecidedWith } from "./DecidedLeads.ts"
export { diagnose, type Diagnosis } from "./Diagnosis.ts"
export { explainHistory } from "./explainHistory.ts"
export { LeadDatabase, type LeadDatabaseOptions, type PoolOptions } from "./LeadDatabase.ts"
export type { DeliveryAttempt, LeadEvent, LeadHistory, LeadSummary } from "./LeadHistory.ts"
export { LeadIntake } from "./LeadIntake.ts"
export {
  imbalance,
  LeadLedger,
  type Ledger,
  ledgerAccounts,
  type LedgerDifference,
  ledgerDifferences,
  type RowLedger,
} from "./LeadLedger.ts"
export { type LeadCounts, type LeadPayload, LeadReader, type RecentOptions } from "./LeadReader.ts"
export { type LeadChange, LeadChanges } from "./LeadChanges.ts"
export { LeadList } from "./LeadList.ts"
export type { Delivery, LeadPage, ListedLead, ListOptions, ReasonCount } from "./LeadPage.ts"
export { leadReads, type LeadReadsOptions, ReadReplica } from "./LeadReads.ts"
export {
  CurrentReadPlace,
  fromPlace,
  keepPlace,
  type Place,
  type Placed,
  type ReadPlace,
} from "./ReadPlace.ts"
export { LeadReplay, type Replayed, type ReplayOptions, ReplayRequestConflict } from "./LeadReplay.ts"
export { ReplayCriteria, ReplayRequest, ReplayRequestId } from "./ReplayRequest.ts"
export { LeadWork } from "./LeadWork.ts"
export * as Migrations from "./Migrations.ts"
export { isToken, makeToken, tokenHash } from "./operatorToken.ts"
export {
  type LiveToken,
  maxLiveTokens,
  type NewToken,
  type OperatorToken,
  OperatorTokens,
  TooManyTokens,
} from "./OperatorTokens.ts"
export type { NewLead } from "./NewLead.ts"
export { type GatewayProcess, processName, readProcesses } from "./Processes.ts"
export { maintainPartitions, spareKept } from "./Partitions.ts"
export { buildPartitionIndexes } from "./PartitionIndexes.ts"
export * as Retention from "./Retention.ts"
export { type Contact, type HashContact, SearchKey, type SearchKeyOptions } from "./SearchKey.ts"
export {
  type Received,
  removeExpired as removeExpiredKeys,
  type SenderKey,
  type SenderKeyKind,
} from "./SenderKey.ts"
export { needsMending, storableJson, storableText } from "./storable.ts"
export { type ConnectionState, mostDue, readStoreState, type StoreState } from "./StoreState.ts"
export { DataRefused, StoreBusy, type StoreError, StoreUnavailable } from "./StoreError.ts"
export { TestLeads } from "./TestLeads.ts"
export {
  bucketMs,
  Timeline,
  type TimelineBucket,
  type TimelinePart,
  type TimelinePoint,
  type TimelineQuery,
} from "./Timeline.ts"
export { type CountedAnswer, keptAnswers, type UnmappedAnswer, UnmappedAnswers } from "./UnmappedAnswers.ts"
export type {
  AttemptRecord,
  ClaimedWork,
  ClaimOptions,
  DueDelivery,
  Lease,
  LostAttempt,
  NewDelivery,
  Outlook,
  Released,
  Step,
  StepResult,
  StoredDecision,
  UndecidedLead,
  WorkKey,
} from "./Work.ts"
