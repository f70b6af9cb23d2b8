/** What is looked at: the settings of one process, as far as they can be read. */
import {
  customerSettings,
  type CustomerSettings,
  dataDirectory,
  type DatabaseConnection,
  type DatabasePool,
  databaseSettings,
  embeddedDatabaseSettings,
  embeddedQueueSettings,
  optionalCustomerSettings,
  type QueueSettings,
  queueSettings,
  retentionSettings,
  Settings,
} from "@lead-gateway/config"
import { Effect, Option } from "effect"
import type { Server } from "../servers.ts"

/** Settings by group; a group that has a mistake is none: `configuration` tells of it. */
export interface Patient {
  readonly server: Server
  readonly database: Option.Option<{
    /** None: the embedded Postgres. */
    readonly connection: Option.Option<DatabaseConnection>
    readonly pool: DatabasePool
    readonly migrateOnStart: boolean
  }>
  readonly queue: Option.Option<QueueSettings>
  /** None for the api as well, which has no customer. */
  readonly customer: Option.Option<CustomerSettings<Option.Option<URL>>>
  /** The folder of the embedded Postgres; none when another is configured. */
  readonly dataDirectory: Option.Option<string>
  readonly archiveDir: Option.Option<string>
}

const given = Settings.map(databaseSettings, (database) => ({
  ...database,
  connection: Option.some(database.connection),
}))

const groups = {
  start: {
    database: embeddedDatabaseSettings,
    queue: embeddedQueueSettings,
    customer: optionalCustomerSettings,
  },
  api: { database: given, queue: queueSettings, customer: undefined },
  worker: {
    database: given,
    queue: queueSettings,
    customer: Settings.map(customerSettings, (customer) => ({ ...customer, url: Option.some(customer.url) })),
  },
}

const read = <A>(settings: Settings.Settings<A>): Effect.Effect<Option.Option<A>> =>
  Effect.map(
    Effect.option(Settings.load(settings)),
    Option.map(({ value }) => value),
  )

/** Reads the settings of a process, each group by itself. */
export const admit = Effect.fnUntraced(function* (server: Server): Effect.fn.Return<Patient> {
  const group = groups[server]
  const database = yield* read<Option.Option.Value<Patient["database"]>>(group.database)
  const isEmbedded = Option.exists(database, ({ connection }) => Option.isNone(connection))
  const folder = yield* read(dataDirectory)
  const retention = yield* read(retentionSettings)
  return {
    server,
    database,
    queue: yield* read(group.queue),
    customer: group.customer === undefined ? Option.none() : yield* read(group.customer),
    dataDirectory: Option.filter(folder, () => isEmbedded),
    archiveDir: Option.flatMap(retention, ({ archiveDir }) => archiveDir),
  }
})
