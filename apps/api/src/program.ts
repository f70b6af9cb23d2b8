import { Settings } from "@lead-gateway/config"
import { queueLayer } from "@lead-gateway/lead-queue"
import { LeadDatabase, LeadIntake, LeadReader, type Migrations } from "@lead-gateway/lead-store"
import { type ListenFailed, runService } from "@lead-gateway/runtime"
import { Effect, Layer } from "effect"
import packageJson from "../package.json" with { type: "json" }
import { serve } from "./Api.ts"
import { config } from "./Config.ts"

/** The api as a process of its own, until it is interrupted. `migrations` is the folder of the SQL files. */
export const api = ({
  migrations,
}: {
  readonly migrations: string
}): Effect.Effect<
  never,
  Settings.SettingsInvalid | Migrations.MigrationFailed | Migrations.SchemaTooNew | ListenFailed
> =>
  runService({
    service: "api",
    load: Settings.load(config),
    main: Effect.fnUntraced(function* ({ api, database, process, queue }) {
      const Database = LeadDatabase.layer({ ...database, migrations, applicationName: "lead-gateway-api" })
      const Services = Layer.mergeAll(
        LeadIntake.layer,
        LeadReader.layer,
        queueLayer(queue, { takes: false }),
      ).pipe(Layer.provideMerge(Database))

      const services = yield* Layer.build(Services)
      return yield* Effect.gen(function* () {
        const { address, port } = yield* serve({
          api,
          info: { version: packageJson.version, queueType: queue.type },
          shutdownTimeout: process.shutdownTimeout,
        })
        yield* Effect.annotateLogs(Effect.logInfo("api is listening"), { address, port })
        yield* (yield* LeadDatabase).ready
        yield* Effect.logInfo("api is ready")
        return yield* Effect.never
      }).pipe(Effect.provideContext(services))
    }),
  })
