/**
 * The shared vocabulary of a lead: its id, status and reasons, the states of leads and of work with their transitions,
 * the events of a history, and what the outcome of an attempt says about the customer.
 *
 * Used by the store, the API contract and the apps, so that each term means the same everywhere. It holds tables and no
 * behaviour: `lead-pipeline` and `retry-policy` decide what happens to a lead. `docs/states.md` draws the tables.
 */
export { LeadId, LeadStatus, OmittedAttribute, Reason, RejectionReason, UnreadValue } from "./Lead.ts"
export {
  isTerminal,
  leadEvents,
  type LeadEventType,
  LeadState,
  type LeadTransition,
  leadTransitions,
  openStates,
  settledStates,
  statusOf,
  transitions,
} from "./LeadState.ts"
export { type CustomerHealth, customerHealth, Fault, isCounted } from "./Outcome.ts"
export {
  type WorkSignal,
  type WorkState,
  workStates,
  type WorkTransition,
  workTransitions,
} from "./WorkState.ts"
