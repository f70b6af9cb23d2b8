import { Duration } from "effect"
import type { RetryPolicy } from "../RetryPolicy.ts"

/** Milliseconds between the end of attempt n − 1 and attempt n, which is numbered from 1. */
export const waitBefore = (policy: RetryPolicy, attempt: number): number => {
  if (attempt < 2) return 0
  const backoff = Duration.toMillis(policy.backoffBase) * policy.factor ** (attempt - 2)
  return Math.ceil(Math.min(backoff, Duration.toMillis(policy.backoffCap)))
}
