import { Duration } from "effect"
import { waitBefore } from "./internal/backoff.ts"

/**
 * How often a delivery is tried, and how long it waits in between.
 *
 * Durations are taken in any form that effect's `Duration` takes: `Duration.seconds(30)`, `"30 seconds"`, or a
 * number of milliseconds (`30_000`).
 */
export interface RetryPolicy {
  /** Attempts in all, the first one included; an integer from 1. */
  readonly maxAttempts: number
  /** The wait before attempt 2. */
  readonly backoffBase: Duration.Input
  /** What each further wait is multiplied by; from 1. */
  readonly factor: number
  /** The longest backoff before jitter: doubling goes on for ever, nobody waits for ever. */
  readonly backoffCap: Duration.Input
  /** The longest wait that a customer's `Retry-After` can ask for. */
  readonly retryAfterCap: Duration.Input
}

/** Five attempts after 0, 30, 60, 120 and 240 s; `Retry-After` up to 24 h, a backoff up to 30 days. */
export const defaultRetryPolicy: RetryPolicy = {
  maxAttempts: 5,
  backoffBase: Duration.seconds(30),
  factor: 2,
  backoffCap: Duration.days(30),
  retryAfterCap: Duration.hours(24),
}

/**
 * The wait before each attempt, without jitter and `Retry-After`: one duration per attempt, the first is 0.
 *
 * `backoffBase × factor^(n − 2)` before attempt n, at most `backoffCap`. The default policy gives 0, 30, 60,
 * 120, 240 s; `Duration.format` or `Duration.toMillis` print them.
 */
export const schedule = (policy: RetryPolicy): ReadonlyArray<Duration.Duration> =>
  Array.from({ length: policy.maxAttempts }, (_, index) => Duration.millis(waitBefore(policy, index + 1)))
