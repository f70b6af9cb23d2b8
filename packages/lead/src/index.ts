/**
 * The shared vocabulary of a lead: its id, its states, its statuses and their transitions, the reasons it can end for.
 *
 * Used by the store, the api contract and the apps, so that a word means one thing everywhere. It holds no
 * behaviour: what happens to a lead is decided in `lead-pipeline` and `retry-policy`.
 */
export { LeadId } from "./LeadId.ts"
export { LeadState, openStates, settledStates, statusOf } from "./LeadState.ts"
export { isTerminal, LeadStatus, transitions } from "./LeadStatus.ts"
export { OmittedAttribute } from "./OmittedAttribute.ts"
export { Reason, RejectionReason } from "./RejectionReason.ts"
