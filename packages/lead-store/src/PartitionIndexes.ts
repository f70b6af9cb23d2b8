/**
 * Builds the indexes that a migration declared on a partitioned table while it had partitions: one partition at a time,
 * while leads are stored and read.
 *
 * Postgres makes an index of a partitioned table only for all partitions at once, and blocks writes meanwhile. So a
 * migration creates it `ON ONLY` the parent; partitions made later have it from the start, and a worker builds it for the
 * others here. Until that is done, a search that needs it may take too long.
 */
import { PgClient } from "@effect/sql-pg"
import { Duration, Effect } from "effect"
import { partitionName } from "./Partitions.ts"
import { storeCall } from "./StoreError.ts"

/** The index, its table, and its columns. */
const index = {
  name: "lead_correlation",
  table: "lead",
  columns: "(hashtextextended(correlation_id, 0), id)",
} as const

/**
 * Builds what is missing, the newest partition first; returns how many indexes it has built. Nothing while another process
 * does so. May be interrupted and repeated: what an interruption has left half-built is dropped first.
 */
export const buildPartitionIndexes = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const partitions = yield* missing(sql)
  return partitions.length === 0 ? 0 : yield* Effect.scoped(buildAll(sql, partitions))
}).pipe(storeCall("buildPartitionIndexes", Duration.hours(6)))

/** The partitions without the index, newest first. */
const missing = (sql: PgClient.PgClient) =>
  Effect.map(
    sql.unsafe<{ readonly partition: number }>(
      `SELECT substring(child.inhrelid::regclass::text FROM '_p([0-9]{6})$')::integer AS partition
       FROM pg_inherits AS child
       WHERE child.inhparent = to_regclass('${index.table}')
         AND NOT (SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('${index.name}'))
         AND NOT EXISTS (
           SELECT FROM pg_index JOIN pg_inherits AS part ON part.inhrelid = pg_index.indexrelid
           WHERE pg_index.indrelid = child.inhrelid AND part.inhparent = to_regclass('${index.name}')
         )
       ORDER BY 1 DESC`,
    ),
    (rows) => rows.map(({ partition }) => partition).filter((partition) => partition !== null),
  )

/**
 * On one connection, which may take its time, and outside of a transaction, as Postgres requires. A lock of the session lets
 * one process at a time do it: a transaction that holds one would be waited for by the build.
 */
const buildAll = Effect.fnUntraced(function* (sql: PgClient.PgClient, partitions: ReadonlyArray<number>) {
  const connection = yield* sql.reserve
  const run = (statement: string) => connection.executeUnprepared(statement, [], undefined)
  const runAll = (statements: ReadonlyArray<string>) => Effect.forEach(statements, run, { discard: true })
  const [turn] = (yield* run(`SELECT pg_try_advisory_lock(${lock}) AS ours`)) as ReadonlyArray<{
    ours: boolean
  }>
  if (turn?.ours !== true) return 0
  yield* Effect.addFinalizer(() =>
    Effect.ignore(
      runAll(["RESET statement_timeout", "RESET lock_timeout", `SELECT pg_advisory_unlock(${lock})`]),
    ),
  )
  // It waits for transactions that were under way, in a way that nobody has to wait for.
  yield* runAll(["SET statement_timeout = 0", "SET lock_timeout = 0"])
  for (const partition of partitions) {
    const child = partitionName(index.table, partition)
    const childIndex = `${child}_correlation`
    yield* runAll([
      `DROP INDEX CONCURRENTLY IF EXISTS ${childIndex}`,
      `CREATE INDEX CONCURRENTLY ${childIndex} ON ${child} ${index.columns}`,
      `ALTER INDEX ${index.name} ATTACH PARTITION ${childIndex}`,
    ])
    yield* Effect.logInfo(`built the index ${childIndex}`)
  }
  return partitions.length
})

const lock = "hashtext('lead partition indexes')"
