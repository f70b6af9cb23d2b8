/** When failed deliveries are tried again: the retry policy's file, and two settings that win over it. */
import { Duration, type Option } from "effect"
import * as Kind from "./Kind.ts"
import * as Quantity from "./Quantity.ts"
import * as Settings from "./Settings.ts"

/** Which retry policy applies. `loadPolicy` of `@lead-gateway/config/flow` makes one of it. */
export interface RetrySettings {
  /** The path of a policy, as configured; none for the default policy. */
  readonly policyFile: Option.Option<string>
  /** Deliveries of one lead in all, the first included; none as the policy says. */
  readonly maxAttempts: Option.Option<number>
  /** The wait before attempt 2; none as the policy says. */
  readonly backoffBase: Option.Option<Duration.Duration>
}

/** The settings of the retry policy. The last two have no default of their own: that of the policy applies. */
export const retrySettings: Settings.Settings<RetrySettings> = Settings.all({
  policyFile: Settings.optional(
    "RETRY_POLICY_FILE",
    Kind.withExample(Kind.path, "config/retry_policy.tolerant.json"),
    "The retry policy: waits, attempts, age, and what an answer means",
    "the default policy",
  ),
  maxAttempts: Settings.optional(
    "MAX_RETRY_ATTEMPTS",
    Kind.withExample(Kind.integer({ minimum: 1, maximum: 20 }), "5"),
    "Deliveries of one lead in all, the first included; wins over the retry policy",
    "5",
  ),
  backoffBase: Settings.optional(
    "RETRY_BACKOFF_BASE",
    Kind.withExample(Quantity.duration({ minimum: Duration.millis(1), maximum: Duration.hours(24) }), "30s"),
    "Wait before the second attempt; it doubles with each further one; wins over the retry policy",
    "30s",
  ),
})
