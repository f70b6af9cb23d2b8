/**
 * Leads in Postgres: where every lead and its schedule live.
 *
 * `LeadIntake` stores, `LeadWork` claims and delivers, `LeadReader` answers questions, `LeadReplay` sends again,
 * `LeadLedger` balances the books, `LeadDatabase` connects and migrates. The api and the worker compose them. No rule
 * about leads is made here: a worker brings the decision, this package makes it durable.
 */
export * as Archive from "./Archive.ts"
export * as Batcher from "./Batcher.ts"
export { foldCounts } from "./Counters.ts"
export { Customers, type CustomerSettings, defaultCustomer } from "./Customers.ts"
export { diagnose, type Diagnosis } from "./Diagnosis.ts"
export { LeadDatabase, type LeadDatabaseOptions } from "./LeadDatabase.ts"
export type {
  DeliveryAttempt,
  LeadCounts,
  LeadEvent,
  LeadHistory,
  LeadPayload,
  LeadSummary,
  RecentOptions,
} from "./LeadHistory.ts"
export { LeadIntake, type NewLead } from "./LeadIntake.ts"
export {
  imbalance,
  LeadLedger,
  type Ledger,
  ledgerAccounts,
  type LedgerDifference,
  ledgerDifferences,
  type RowLedger,
} from "./LeadLedger.ts"
export { LeadReader } from "./LeadReader.ts"
export {
  LeadReplay,
  ReplayCriteria,
  type Replayed,
  ReplayRequest,
  ReplayRequestConflict,
  ReplayRequestId,
} from "./LeadReplay.ts"
export { LeadWork } from "./LeadWork.ts"
export * as Migrations from "./Migrations.ts"
export { maintainPartitions, spareKept } from "./Partitions.ts"
export * as Retention from "./Retention.ts"
export { needsMending, storableJson, storableText } from "./storable.ts"
export { DataRefused, type StoreError, StoreUnavailable } from "./StoreError.ts"
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
