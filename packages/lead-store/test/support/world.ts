/** A database with the schema, the store's services on it, and what tests do with leads. */
import { PgClient } from "@effect/sql-pg"
import { type Template, TestDatabase } from "@lead-gateway/testkit"
import { Duration, Effect, Layer, Redacted, type Scope } from "effect"
import type { SqlError } from "effect/sql"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import {
  Audit,
  Customers,
  CustomerStates,
  type CustomerSettings,
  defaultCustomer,
  LeadIntake,
  LeadLedger,
  LeadReader,
  LeadReplay,
  LeadWork,
  maintainPartitions,
  Migrations,
  OperatorTokens,
  type StoreError,
  UnmappedAnswers,
} from "../../src/index.ts"

import { sessionSettings } from "../../src/LeadDatabase.ts"
export * from "./leads.ts"
export * from "./locks.ts"
export * from "./outcomes.ts"
export * from "./rows.ts"

/** The SQL files of the repository. */
export const migrations = fileURLToPath(new URL("../../../../migrations", import.meta.url))

export const address = (url: string): Migrations.DatabaseAddress => ({ url: Redacted.make(url), ssl: false })

/** Connections as the apps have them. */
export const client = (url: string, options: { readonly maxConnections?: number } = {}) =>
  PgClient.layer({
    url: Redacted.make(url),
    startupParameters: sessionSettings,
    maxConnections: 20,
    ...options,
  })

/** A migrated database with its partitions, without leads. */
export const template: Template<
  Migrations.MigrationFailed | Migrations.SchemaTooNew | StoreError | SqlError.SqlError
> = {
  key: [
    "with partitions",
    ...readdirSync(migrations).map((file) => readFileSync(join(migrations, file), "utf8")),
  ].join("\n"),
  migrate: (url) =>
    Effect.andThen(
      Migrations.up({ connection: address(url), directory: migrations }),
      Effect.provide(maintainPartitions, client(url)),
    ),
}

/** A throttle that lets everything through until 20 leads have failed. */
export const settings: CustomerSettings = {
  address: "crm.example:443",
  ratePerSecond: undefined,
  failures: 20,
  openFor: Duration.seconds(30),
  ramp: Duration.seconds(30),
  probeTimeout: Duration.seconds(45),
}

/** Changes a customer's settings: the usual ones, and these. */
export const configure = (options: Partial<CustomerSettings>, customer = defaultCustomer) =>
  Customers.use((customers) => customers.configure(customer, { ...settings, ...options }))

/** The services that read and write leads. */
const services = Layer.mergeAll(
  LeadIntake.layer,
  LeadWork.layer,
  Customers.layer,
  CustomerStates.layer,
  LeadReader.layer,
  LeadReplay.layer,
  LeadLedger.layer,
  Audit.layer,
  OperatorTokens.layer,
  UnmappedAnswers.layer,
)

/** A database of its own with the services on it, on the server of the test run or on another one. */
export const worldOn = (serverUrl?: string) =>
  services.pipe(
    Layer.provideMerge(Layer.unwrap(Effect.map(TestDatabase, ({ url }) => client(url)))),
    Layer.provideMerge(TestDatabase.layer({ template, serverUrl })),
  )

export type World = Layer.Success<ReturnType<typeof worldOn>>
type WorldError = Layer.Error<ReturnType<typeof worldOn>>

/** Runs a test in a database of its own, with these settings, on the server of the test run or on another one. */
const inWorldOf =
  (options: Partial<CustomerSettings>, serverUrl?: string) =>
  <A, E>(test: Effect.Effect<A, E, World | Scope.Scope>): Effect.Effect<A, E | WorldError | StoreError> =>
    Effect.provide(Effect.scoped(Effect.andThen(configure(options), test)), worldOn(serverUrl))

/** Runs a test in a database of its own, with the services that read and write leads in it, and these settings. */
export const inWorldWith = (options: Partial<CustomerSettings>) => inWorldOf(options)

/** As {@link inWorldWith}, with the usual settings, on another server. */
export const inWorldOn = (serverUrl: string | undefined) => inWorldOf({}, serverUrl)

/** As {@link inWorldWith}, with the usual settings. */
export const inWorld = inWorldWith({})

/** The services on further connections to the same database: another process. */
export const anotherProcess = Effect.gen(function* () {
  const { url } = yield* TestDatabase
  return yield* Layer.build(Layer.fresh(services.pipe(Layer.provideMerge(client(url)))))
})

/** A second customer, with these settings. */
export const secondCustomer = Effect.fnUntraced(function* (options: Partial<CustomerSettings> = {}) {
  const sql = yield* PgClient.PgClient
  yield* sql`INSERT INTO customer (id, tenant_id, name) VALUES (2, 1, 'second')`
  yield* configure({ address: "other.example:443", ...options }, 2)
})
