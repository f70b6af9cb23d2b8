import { loadFlow, logWarnings } from "@lead-gateway/config/flow"
import { queueLayer } from "@lead-gateway/lead-queue"
import { LeadDatabase } from "@lead-gateway/lead-store"
import { runMain } from "@lead-gateway/runtime"
import { Effect, Layer } from "effect"
import { config } from "./Config.ts"
import * as ConfiguredWorker from "./ConfiguredWorker.ts"
import * as Health from "./Health.ts"

runMain({
  service: "worker",
  settings: config,
  main: Effect.fnUntraced(function* ({ customer, database, files, process, queue, retention, worker }) {
    const flow = yield* loadFlow(files, customer)
    yield* logWarnings(flow)
    const Database = LeadDatabase.layer({
      ...database,
      migrations: "migrations",
      applicationName: "lead-gateway-worker",
    })
    const App = Layer.mergeAll(
      ConfiguredWorker.layer({ flow, customer, worker, process, retention, isAlone: false }),
      Health.layer({ host: "0.0.0.0", port: worker.port, shutdownTimeout: process.shutdownTimeout }),
    ).pipe(Layer.provide(queueLayer(queue, { takes: true })), Layer.provideMerge(Database))

    const context = yield* Layer.build(App)
    yield* Effect.provideContext(
      LeadDatabase.use((database) => database.ready),
      context,
    )
    yield* Effect.logInfo("worker is ready")
    return yield* Effect.never
  }),
})
