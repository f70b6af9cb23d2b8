/** One Postgres server for a whole run, and an empty database on it for each measurement. */
import { EmbeddedPostgres } from "@lead-gateway/embedded-postgres"
import { Effect, Redacted, type Scope } from "effect"
import { existsSync } from "node:fs"
import { Client, type QueryResultRow } from "pg"

export interface BenchPostgres {
  readonly version: string
  /** An empty database for the current scope; what was written before is on the disk already. */
  readonly fresh: Effect.Effect<BenchDatabase, never, Scope.Scope>
}

export interface BenchDatabase {
  readonly url: string
  /** How many rows a table has, or those that meet a condition. */
  readonly count: (table: string, condition?: string) => Effect.Effect<number>
  readonly rows: <Row extends QueryResultRow>(sql: string) => Effect.Effect<ReadonlyArray<Row>>
}

/** Debian's values of settings that the embedded server changes. Everything else is Postgres's default, including fsync. */
const stock = {
  checkpoint_timeout: "5min",
  jit: "on",
  max_parallel_workers_per_gather: 2,
  random_page_cost: 4,
  wal_compression: "off",
}

const watching = { shared_preload_libraries: "pg_stat_statements", "pg_stat_statements.track_planning": "on" }

const debian = "/usr/lib/postgresql/15/bin"

/** Starts the server for the current scope. */
export const startPostgres = Effect.fnUntraced(function* (options: {
  readonly dataDir: string
  /** The folder of its programs, or `embedded`. Default: Debian's Postgres 15 if it is installed, else the embedded. */
  readonly binDir: string | undefined
  /** Whether `pg_stat_statements` is at work. */
  readonly watchesStatements: boolean
}) {
  const wanted = options.binDir ?? (existsSync(debian) ? debian : "embedded")
  const server = yield* EmbeddedPostgres.make({
    dataDir: options.dataDir,
    binDir: wanted === "embedded" ? undefined : wanted,
    settings: { ...stock, ...(options.watchesStatements ? watching : {}) },
  })
  const url = Redacted.value(server.url)
  const admin = (sql: string) => rowsOf(url, sql)
  let made = 0
  const fresh = Effect.gen(function* () {
    const name = `bench_${++made}`
    yield* admin(`CREATE DATABASE ${name}`)
    yield* Effect.addFinalizer(() => admin(`DROP DATABASE ${name} WITH (FORCE)`))
    yield* admin("CHECKPOINT")
    const own = Object.assign(new URL(url), { pathname: `/${name}` }).href
    const rows = <Row extends QueryResultRow>(sql: string) => rowsOf<Row>(own, sql)
    const count = (table: string, condition = "true") =>
      Effect.map(
        rows<{ counted: number }>(`SELECT count(*)::int AS counted FROM ${table} WHERE ${condition}`),
        ([row]) => row?.counted ?? 0,
      )
    return { url: own, count, rows }
  })
  return { version: server.version, fresh } satisfies BenchPostgres
})

const rowsOf = <Row extends QueryResultRow>(connectionString: string, sql: string) =>
  Effect.promise(async () => {
    const client = new Client({ connectionString })
    await client.connect()
    try {
      return (await client.query<Row>(sql)).rows
    } finally {
      await client.end()
    }
  })
