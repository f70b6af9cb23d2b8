import { compilePolicy, defaultRetryPolicy } from "@lead-gateway/retry-policy"
import { Duration, Result } from "effect"

/** What a test asks of the policy. */
export interface PolicyOptions {
  readonly backoff?: Duration.Input | undefined
  readonly maxAttempts?: number | undefined
}

/** The shipped policy, with another first wait and another number of attempts where a test asks for them. */
export const retryPolicy = ({ backoff = "30 seconds", maxAttempts = 5 }: PolicyOptions = {}) =>
  Result.getOrThrow(
    compilePolicy({
      ...defaultRetryPolicy,
      backoff: { kind: "exponential", base: `${Duration.toMillis(backoff)}ms` },
      max_attempts: maxAttempts,
    }),
  )
