/**
 * What the outcome of a delivery attempt means: delivered, try again after this delay, or give up.
 *
 * `decide` is a pure function of policy, attempt, outcome, time and jitter; it holds the table of answers that
 * are final and of those that are not. Used by the worker and by whatever explains or previews retries. It
 * sends nothing, waits for nothing, stores nothing, and knows no circuit breaker.
 */
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
  type Answered,
  type Fault,
  faultOf,
  type Health,
  healthOf,
  type NotSent,
  type Outcome,
  type OutcomeUnknown,
  type TimedOut,
  type Unreachable,
} from "./Outcome.ts"
export { defaultRetryPolicy, type RetryPolicy, schedule } from "./RetryPolicy.ts"
