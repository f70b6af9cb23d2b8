/**
 * One pure decision about a lead.
 *
 * Composes the rule, normaliser and mapper packages: `Flow.compile` checks their documents once, `decide`
 * applies them to a payload. Used by the worker, by tests and by every preview. It stores and sends nothing.
 */
export { decide, type Decision, type LeadInput, type Parked, type Ready, type Rejected } from "./decide.ts"
export * as Flow from "./Flow.ts"
