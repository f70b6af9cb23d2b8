/**
 * One pure decision about a lead, and its explanation, step by step.
 *
 * Composes the rule, normaliser and mapper packages: `compileFlow` checks their documents once, `decide` applies
 * them to a payload, `explain` tells what happened on the way. Used by the worker, by tests and by every preview.
 * It stores and sends nothing.
 */
export type { Finding, RuleSet } from "@lead-gateway/lead-rules"
export type { ProfileData } from "@lead-gateway/normalizer"
export { compileFlow, compileFlowOrThrow } from "./compileFlow.ts"
export {
  decide,
  type DecideOptions,
  type Decision,
  type LeadInput,
  type Parked,
  type Ready,
  type Rejected,
} from "./decide.ts"
export {
  explain,
  type ExplainOptions,
  type Explanation,
  type MapStep,
  type NormaliseStep,
  type PayloadStep,
  type RulesStep,
  type Step,
  type UnreadField,
} from "./Explanation.ts"
export { type ExampleOptions, examplePayload } from "./examplePayload.ts"
export * as Flow from "./Flow.ts"
export { otherView, type OtherView, type Reading } from "./otherView.ts"
export { printExplanation, type Style, type Tone } from "./printExplanation.ts"
