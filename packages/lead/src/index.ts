/**
 * The shared vocabulary of a lead: its id, the states of leads and of work and what may follow each, the events of a
 * history, what an outcome says, the reasons a lead can end for.
 *
 * Used by the store, the api contract and the apps, so that a word means one thing everywhere. It holds tables and no
 * behaviour: what happens to a lead is decided in `lead-pipeline` and `retry-policy`. `docs/states.md` draws them.
 */
export { leadEvents, type LeadEventType } from "./LeadEvent.ts"
export { LeadId } from "./LeadId.ts"
export {
  isTerminal,
  LeadState,
  type LeadTransition,
  leadTransitions,
  openStates,
  settledStates,
  statusOf,
  transitions,
} from "./LeadState.ts"
export { LeadStatus } from "./LeadStatus.ts"
export { OmittedAttribute } from "./OmittedAttribute.ts"
export { type CustomerHealth, customerHealth, Fault, isCounted } from "./Outcome.ts"
export { Reason, RejectionReason } from "./RejectionReason.ts"
export {
  type WorkSignal,
  type WorkState,
  workStates,
  type WorkTransition,
  workTransitions,
} from "./WorkState.ts"
