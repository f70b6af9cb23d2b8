import type { CustomerSettings, ProcessSettings, WorkerSettings } from "@lead-gateway/config"
import type { Flow } from "@lead-gateway/lead-pipeline"
import type { CustomerSettings as ThrottleSettings } from "@lead-gateway/lead-store"
import { compile, defaultRetryPolicy, type CompiledRetryPolicy } from "@lead-gateway/retry-policy"
import { Duration, Option, Result } from "effect"
import type { WorkerOptions } from "./Worker.ts"

/** What the settings of a process mean for its worker. */
export const workerOptions = (settings: {
  readonly flow: Flow.Flow
  readonly customer: Pick<CustomerSettings, "timeout" | "url">
  readonly worker: WorkerSettings
  readonly process: ProcessSettings
  readonly isAlone: boolean
}): WorkerOptions => {
  const lease = Duration.sum(settings.customer.timeout, bookkeeping)
  return {
    flow: settings.flow,
    policy: policyOf(settings.worker),
    timeout: settings.customer.timeout,
    lease,
    concurrency: settings.worker.concurrency,
    pollInterval: settings.worker.pollInterval,
    scanInterval: settings.worker.retryScanInterval,
    scanLimit: settings.worker.retryScanLimit,
    addressCheckInterval: Duration.seconds(30),
    shutdownTimeout: settings.process.shutdownTimeout,
    customer: {
      // Without path, query or credentials: it stands in a table.
      address: settings.customer.url.host,
      ratePerSecond: Option.getOrUndefined(settings.worker.ratePerSecond),
      ...settings.worker.breaker,
      probeTimeout: lease,
    } satisfies ThrottleSettings,
    isAlone: settings.isAlone,
  }
}

/** The shipped policy with the attempts and the first wait of the settings, which allow none that is no policy. */
const policyOf = ({
  maxRetryAttempts,
  retryBackoffBase,
}: Pick<WorkerSettings, "maxRetryAttempts" | "retryBackoffBase">): CompiledRetryPolicy =>
  Result.getOrThrow(
    compile({
      ...defaultRetryPolicy,
      backoff: { kind: "exponential", base: `${Duration.toMillis(retryBackoffBase)}ms` },
      max_attempts: maxRetryAttempts,
    }),
  )

/** What a lease adds to the customer's timeout: deciding, opening, recording. */
const bookkeeping = Duration.seconds(15)
