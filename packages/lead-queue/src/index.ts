/**
 * Which lead to look at next.
 *
 * One small interface, `LeadQueue`, and its drivers: `PostgresLeadQueue` needs nothing but the database.
 * The api offers leads to it, the worker takes from it. It is never the only place that knows of a lead.
 */
export { type Hint, LeadQueue, LeadQueueUnavailable } from "./LeadQueue.ts"
export * as PostgresLeadQueue from "./PostgresLeadQueue.ts"
