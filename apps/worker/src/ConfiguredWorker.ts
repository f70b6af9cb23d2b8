import {
  customerClientOptions,
  type CustomerSettings,
  type ProcessSettings,
  type RetentionSettings,
  type SearchSettings,
  type WorkerSettings,
} from "@lead-gateway/config"
import { CustomerClient } from "@lead-gateway/customer-client"
import type { Flow } from "@lead-gateway/lead-pipeline"
import {
  Customers,
  type CustomerSettings as ThrottleSettings,
  LeadWork,
  SearchKey,
  UnmappedAnswers,
} from "@lead-gateway/lead-store"
import type { CompiledRetryPolicy } from "@lead-gateway/retry-policy"
import { Duration, Effect, Layer, Option } from "effect"
import { makeContacts } from "./Contacts.ts"
import { maintenance } from "./Loops.ts"
import { concurrencyWithinOpenFiles } from "./openFiles.ts"
import { makeUnmappedTally, unmappedTally } from "./UnmappedTally.ts"
import * as Worker from "./Worker.ts"

/** The flow, the retry policy and the settings of a worker. */
export interface ConfiguredWorkerOptions {
  readonly flow: Flow.Flow
  readonly policy: CompiledRetryPolicy
  readonly customer: CustomerSettings
  readonly worker: WorkerSettings
  readonly process: ProcessSettings
  readonly retention: RetentionSettings
  readonly search: SearchSettings
  /** Whether no other process runs a worker on this database. */
  readonly isAlone: boolean
}

/** A worker with the settings of its process, its own store and its own customer client. */
export const layer = (options: ConfiguredWorkerOptions) => {
  const tally = makeUnmappedTally(options.flow.mapping)
  const Deliver = Layer.unwrap(
    Effect.gen(function* () {
      const concurrency = yield* concurrencyWithinOpenFiles(options.worker.concurrency)
      const contacts = makeContacts(options.flow, yield* SearchKey)
      return Worker.layer({ ...workerOptions(options), concurrency, contacts, decided: tally.note })
    }),
  ).pipe(
    Layer.provide([
      LeadWork.layer,
      Customers.layer,
      CustomerClient.layer(customerClientOptions(options.customer)),
      SearchKey.layer(options.search),
    ]),
  )
  // Closed after the deliveries, whose last decisions it stores.
  const Counted = Layer.provide(unmappedTally(tally), UnmappedAnswers.layer)
  return Layer.merge(Layer.provideMerge(Deliver, Counted), maintenance(options.retention))
}

/** The options of a worker, from the settings of its process. */
export const workerOptions = (
  settings: Pick<ConfiguredWorkerOptions, "flow" | "isAlone" | "policy" | "process" | "worker"> & {
    readonly customer: Pick<CustomerSettings, "timeout" | "url">
  },
): Worker.WorkerOptions => {
  const lease = Duration.sum(settings.customer.timeout, bookkeeping)
  return {
    flow: settings.flow,
    policy: settings.policy,
    timeout: settings.customer.timeout,
    lease,
    concurrency: settings.worker.concurrency,
    pollInterval: settings.worker.pollInterval,
    scanInterval: settings.worker.retryScanInterval,
    scanLimit: settings.worker.retryScanLimit,
    addressCheckInterval: Duration.seconds(30),
    shutdownTimeout: settings.process.shutdownTimeout,
    customer: {
      // Without path, query or credentials, because it is stored in a table.
      address: settings.customer.url.host,
      ratePerSecond: Option.getOrUndefined(settings.worker.ratePerSecond),
      ...settings.worker.breaker,
      probeTimeout: lease,
    } satisfies ThrottleSettings,
    isAlone: settings.isAlone,
  }
}

/** Lease time in addition to the customer's timeout: for deciding, opening and recording. */
const bookkeeping = Duration.seconds(15)
