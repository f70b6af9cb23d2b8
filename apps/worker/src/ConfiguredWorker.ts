import type {
  CustomerSettings,
  ProcessSettings,
  RetentionSettings,
  WorkerSettings,
} from "@lead-gateway/config"
import { CustomerClient } from "@lead-gateway/customer-client"
import type { Flow } from "@lead-gateway/lead-pipeline"
import { Customers, LeadWork } from "@lead-gateway/lead-store"
import { Layer, Option } from "effect"
import * as Maintenance from "./Maintenance.ts"
import * as Worker from "./Worker.ts"
import { workerOptions } from "./WorkerOptions.ts"

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
  const worker = workerOptions(options)
  const Deliver = Worker.layer(worker).pipe(
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
  return Layer.merge(Deliver, Maintenance.layer(options.retention))
}
