import type { CustomerSettings, ProcessSettings, WorkerSettings } from "@lead-gateway/config"
import type { Flow } from "@lead-gateway/lead-pipeline"
import { defaultRetryPolicy } from "@lead-gateway/retry-policy"
import { Duration } from "effect"
import type { WorkerOptions } from "./Worker.ts"

/** What the settings of a process mean for its worker. */
export const workerOptions = (settings: {
  readonly flow: Flow.Flow
  readonly customer: Pick<CustomerSettings, "timeout">
  readonly worker: WorkerSettings
  readonly process: ProcessSettings
}): WorkerOptions => ({
  flow: settings.flow,
  policy: {
    ...defaultRetryPolicy,
    maxAttempts: settings.worker.maxRetryAttempts,
    backoffBase: settings.worker.retryBackoffBase,
  },
  timeout: settings.customer.timeout,
  concurrency: settings.worker.concurrency,
  // With Postgres as the queue, looking for work and sweeping for what is due are the same query.
  pollInterval: Duration.min(settings.worker.pollInterval, settings.worker.retryScanInterval),
  claimLimit: settings.worker.retryScanLimit,
  shutdownTimeout: settings.process.shutdownTimeout,
})
