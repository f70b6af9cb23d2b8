import { assert } from "@effect/vitest"
import {
  compilePolicy,
  type CompiledRetryPolicy,
  defaultRetryPolicy,
  type RetryPolicy,
} from "@lead-gateway/retry-policy"

/** The default policy with these keys changed. */
export const policyOf = (changes: Partial<RetryPolicy> = {}): CompiledRetryPolicy => {
  const compiled = compilePolicy({ ...defaultRetryPolicy, ...changes })
  return compiled._tag === "Success" ? compiled.success : assert.fail(compiled.failure.message)
}

/** An exponential backoff of so many milliseconds. */
export const exponential = (baseMs: number, factor = 2): RetryPolicy["backoff"] => ({
  kind: "exponential",
  base: `${baseMs}ms`,
  factor,
})
