import type {
  CustomerSettings,
  ProcessSettings,
  RetentionSettings,
  WorkerSettings,
} from "@lead-gateway/config"
import { CustomerClient } from "@lead-gateway/customer-client"
import type { Flow } from "@lead-gateway/lead-pipeline"
import { Customers, type CustomerSettings as ThrottleSettings, LeadWork } from "@lead-gateway/lead-store"
import { compile, type CompiledRetryPolicy, defaultRetryPolicy } from "@lead-gateway/retry-policy"
import { Duration, Layer, Option, Result } from "effect"
import { maintenance } from "./Loops.ts"
import * as Worker from "./Worker.ts"

/** What a configured worker is made of. */
export interface ConfiguredWorkerOptions {
  readonly flow: Flow.Flow
  readonly customer: CustomerSettings
  readonly worker: WorkerSettings
  readonly process: ProcessSettings
  readonly retention: RetentionSettings
  /** Whether no other process works on the leads of this database. */
  readonly isAlone: boolean
}

/** A worker as a process's settings want it, with its own store and customer client. */
export const layer = (options: ConfiguredWorkerOptions) => {
  const { customer } = options
  const Deliver = Worker.layer(workerOptions(options)).pipe(
    Layer.provide([
      LeadWork.layer,
      Customers.layer,
      CustomerClient.layer({
        url: customer.url,
        auth: Option.match(customer.token, {
          onNone: () => undefined,
          onSome: (token) => ({ _tag: "Bearer", token }),
        }),
        timeout: customer.timeout,
        allowPrivate: customer.allowPrivate,
      }),
    ]),
  )
  return Layer.merge(Deliver, maintenance(options.retention))
}

/** What the settings of a process mean for its worker. */
export const workerOptions = (
  settings: Pick<ConfiguredWorkerOptions, "flow" | "isAlone" | "process" | "worker"> & {
    readonly customer: Pick<CustomerSettings, "timeout" | "url">
  },
): Worker.WorkerOptions => {
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

/** The shipped policy, with the number of attempts and the first wait of the settings; whatever they allow is valid. */
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
