import type { CustomerSettings, ProcessSettings, WorkerSettings } from "@lead-gateway/config"
import type { Flow } from "@lead-gateway/lead-pipeline"
import type { Gate } from "@lead-gateway/lead-store"
import { compile, defaultRetryPolicy, type CompiledRetryPolicy } from "@lead-gateway/retry-policy"
import { Duration, Option, Result } from "effect"
import type { WorkerOptions } from "./Worker.ts"

/** What the settings of a process mean for its worker. */
export const workerOptions = (settings: {
  readonly flow: Flow.Flow
  readonly customer: Pick<CustomerSettings, "timeout">
  readonly worker: WorkerSettings
  readonly process: ProcessSettings
  readonly isAlone: boolean
}): WorkerOptions => ({
  flow: settings.flow,
  policy: policyOf(settings.worker),
  timeout: settings.customer.timeout,
  lease: Duration.sum(settings.customer.timeout, bookkeeping),
  concurrency: settings.worker.concurrency,
  pollInterval: settings.worker.pollInterval,
  scanInterval: settings.worker.retryScanInterval,
  scanLimit: settings.worker.retryScanLimit,
  shutdownTimeout: settings.process.shutdownTimeout,
  isAlone: settings.isAlone,
})

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

/** What the settings mean for the customer's gate, which all workers of this customer share. */
export const gateOf = (settings: {
  readonly customer: Pick<CustomerSettings, "url">
  readonly worker: Pick<WorkerSettings, "breaker" | "ratePerSecond">
}): Gate => ({
  // Without path, query or credentials: it stands in a table.
  customer: settings.customer.url.host,
  ratePerSecond: Option.getOrUndefined(settings.worker.ratePerSecond),
  ...settings.worker.breaker,
})

/** What a lease adds to the customer's timeout: deciding, opening, recording. */
const bookkeeping = Duration.seconds(15)
