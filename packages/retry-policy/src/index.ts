/**
 * Retry policies as data: how often a delivery is tried, how long it waits in between, what an outcome means.
 *
 * `compilePolicy` checks a policy, `decide` is a pure function of policy, attempt, outcome, time and a random number. Used by
 * the worker and by whatever explains or previews retries. It sends nothing, waits for nothing and stores nothing.
 */
export type { Classification } from "./Classification.ts"
export type { ClassificationRow } from "./ClassificationRow.ts"
export { classify } from "./classify.ts"
export {
  compilePolicy,
  compilePolicyOrThrow,
  type CompiledRetryPolicy,
  RetryPolicyInvalid,
} from "./CompiledRetryPolicy.ts"
export {
  type Attempt,
  decide,
  type Decision,
  type Delivered,
  type GiveUp,
  type GiveUpReason,
  type RetryAfter,
} from "./Decision.ts"
export { httpDate } from "./HttpDate.ts"
export {
  type AddressRefused,
  type Answered,
  type Fault,
  type Health,
  isUnseen,
  type NotSent,
  type Outcome,
  type OutcomeUnknown,
  type TimedOut,
  type Unreachable,
} from "./Outcome.ts"
export { defaultRetryPolicy, type RetryPolicy } from "./RetryPolicy.ts"
export { printSchedule, schedule, type ScheduledAttempt } from "./Schedule.ts"
