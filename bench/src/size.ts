/** The cost of the store's calls with ten thousand leads and with millions, which should be the same. */
import { PgClient } from "@effect/sql-pg"
import { EmbeddedPostgres } from "@lead-gateway/embedded-postgres"
import { LeadDatabase, LeadList, LeadReader, LeadWork } from "@lead-gateway/lead-store"
import { scratchFolder } from "@lead-gateway/testkit"
import { Duration, Effect, Layer, Option, Redacted } from "effect"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { markdownTable } from "./markdownTable.ts"
import { dueLeads, growTo, makePartitions } from "./size/generate.ts"
import { measure, type Measured } from "./size/measure.ts"
import { quantile } from "./statistics.ts"
import { sizesOf } from "./size/sizesOf.ts"

const migrations = fileURLToPath(new URL("../../migrations", import.meta.url))

/** Partitions of each table at the end: as many as a hundred million leads have, the most of them empty. */
const partitions = 100

/** Passes of measurements on each of two databases, in turn. */
const passes = 10

/**
 * Makes a database with the first of these sizes, such as `10k,1m,10m`, and one that grows to each of the others; measures
 * both in turn, so that whatever else the machine has to do concerns both; prints a table.
 */
export const size = Effect.fnUntraced(function* (options: {
  readonly leads: string | undefined
  /** The folder of Postgres's programs; by default the embedded one's. */
  readonly postgres: string | undefined
}) {
  const [smallest = 0, ...sizes] = sizesOf(options.leads ?? "10k,1m,10m")
  const folder = yield* scratchFolder()
  const server = yield* EmbeddedPostgres.make({
    dataDir: join(folder, "data"),
    binDir: options.postgres === "embedded" ? undefined : options.postgres,
    settings: { max_wal_size: "8GB", checkpoint_timeout: "15min" },
  })
  console.log(`Postgres ${server.version}`)
  const large = yield* openDatabase(Redacted.value(server.url), "large")
  const columns: Array<Column> = []

  /** Beside a fresh small database: claims have used up what was due in the one before. */
  const compare = Effect.fnUntraced(function* (name: string, leads: number) {
    const small = yield* openDatabase(Redacted.value(server.url), `small_${columns.length}`)
    yield* small.grow(smallest)
    const [left, right]: [Array<Measured>, Array<Measured>] = [[], []]
    // The first pass warms up this program.
    for (let pass = -1; pass < passes; pass++) {
      if (pass < 0) {
        yield* small.measure(smallest)
        yield* small.grow(smallest + dueLeads)
        continue
      }
      left.push(yield* small.measure(smallest))
      right.push(yield* large.measure(leads))
    }
    columns.push({ name, small: together(left), large: together(right) })
  }, Effect.scoped)

  for (const leads of sizes) {
    const [took] = yield* Effect.timed(large.grow(leads))
    console.log(
      `${nameOf(leads)} leads after ${Math.round(Duration.toSeconds(took))} s, ${yield* large.bytes}`,
    )
    yield* compare(nameOf(leads), leads)
  }
  const last = sizes.at(-1) ?? 0
  yield* large.addPartitions(partitions)
  yield* large.grow(last + 2 * dueLeads)
  yield* compare(`${nameOf(last)}, ${partitions} partitions`, last)
  console.log(table(nameOf(smallest), columns))
}, Effect.scoped)

/** A database with the schema, for the current scope, and what is done with it. */
const openDatabase = Effect.fnUntraced(function* (serverUrl: string, name: string) {
  const url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href
  const connection = { url: Redacted.make(url), ssl: false }
  // What makes the leads takes longer than connections of the gateway let a statement take.
  const asOperator = (to: string) => Effect.provide(PgClient.layer({ url: Redacted.make(to) }))
  yield* PgClient.PgClient.use((sql) => sql.unsafe(`CREATE DATABASE ${name}`).unprepared).pipe(
    asOperator(serverUrl),
  )
  const services = yield* Layer.build(
    Layer.mergeAll(LeadReader.layer, LeadList.layer, LeadWork.layer).pipe(
      Layer.provideMerge(
        LeadDatabase.layer({
          connection,
          pool: { maxConnections: 2, minConnections: 1, connectionTTL: Option.none() },
          migrations,
          applicationName: "lead-gateway-bench",
        }),
      ),
    ),
  )
  yield* Effect.provide(
    LeadDatabase.use(({ ready }) => ready),
    services,
  )
  return {
    grow: (leads: number) => asOperator(url)(Effect.andThen(growTo(leads), settle)),
    addPartitions: (count: number) => asOperator(url)(makePartitions(count - 1)),
    bytes: asOperator(url)(databaseSize),
    measure: (leads: number) => Effect.provide(measure(leads), services),
  }
})

/** Does the work of autovacuum now. */
const settle = PgClient.PgClient.use((sql) =>
  Effect.forEach(["VACUUM (ANALYZE)", "CHECKPOINT"], (statement) => sql.unsafe(statement).unprepared, {
    discard: true,
  }),
)

const databaseSize = PgClient.PgClient.use((sql) =>
  Effect.map(
    sql<{ size: string }>`SELECT pg_size_pretty(pg_database_size(current_database())) AS size`,
    (rows) => rows[0]?.size ?? "",
  ),
)

const nameOf = (leads: number): string => {
  if (leads % 1_000_000 === 0) return `${leads / 1_000_000} million`
  return leads % 1000 === 0 ? `${leads / 1000} thousand` : String(leads)
}

/** Measurements on the large database, and those on the small one that were made between them. */
interface Column {
  readonly name: string
  readonly small: Measured
  readonly large: Measured
}

const together = (passes: ReadonlyArray<Measured>): Measured =>
  new Map(
    [...(passes[0]?.keys() ?? [])].map((call) => [call, passes.flatMap((pass) => pass.get(call) ?? [])]),
  )

/** Median and, in brackets, the 95th percentile in milliseconds; the ratio is that of the medians. */
const table = (smallest: string, columns: ReadonlyArray<Column>): string => {
  const cell = (times: ReadonlyArray<number>) =>
    `${quantile(times, 0.5).toFixed(2)} (${quantile(times, 0.95).toFixed(2)})`
  const small = together(columns.map((column) => column.small))
  return markdownTable(
    [...small].map(([call, times]) => {
      const row: Record<string, string> = { "ms (95 %)": call, [smallest]: cell(times) }
      for (const column of columns) {
        const [base, measured] = [column.small.get(call) ?? [], column.large.get(call) ?? []]
        row[column.name] = cell(measured)
        row[`${column.name}: ratio`] = (quantile(measured, 0.5) / quantile(base, 0.5)).toFixed(2)
      }
      return row
    }),
  )
}
