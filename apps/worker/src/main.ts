import { CustomerClient } from "@lead-gateway/customer-client"
import { PostgresLeadQueue } from "@lead-gateway/lead-queue"
import { LeadDatabase, LeadWork } from "@lead-gateway/lead-store"
import { runMain } from "@lead-gateway/runtime"
import { Effect, Layer, Option } from "effect"
import { config } from "./Config.ts"
import { loadFlow } from "./FlowFiles.ts"
import * as Health from "./Health.ts"
import * as Worker from "./Worker.ts"
import { workerOptions } from "./WorkerOptions.ts"

runMain({
  service: "worker",
  settings: config,
  main: Effect.fnUntraced(function* ({ customer, database, files, process, worker }) {
    const flow = yield* loadFlow(files, customer)
    const Database = LeadDatabase.layer({
      ...database,
      migrations: "migrations",
      applicationName: "lead-gateway-worker",
    })
    const Queue = PostgresLeadQueue.layer({ listen: true })
    const Customer = CustomerClient.layer({ ...customer, token: Option.getOrUndefined(customer.token) })
    const App = Layer.mergeAll(
      Worker.layer(workerOptions({ flow, customer, worker, process })),
      Health.layer({ host: "0.0.0.0", port: worker.port, shutdownTimeout: process.shutdownTimeout }),
    ).pipe(Layer.provide([LeadWork.layer, Queue, Customer]), Layer.provideMerge(Database))

    const context = yield* Layer.build(App)
    yield* Effect.provideContext(
      LeadDatabase.use((database) => database.ready),
      context,
    )
    yield* Effect.logInfo("worker is ready")
    return yield* Effect.never
  }),
})
