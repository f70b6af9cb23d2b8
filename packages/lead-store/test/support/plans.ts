/** How Postgres runs the store's statements, those inside its functions included. */
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { Statement } from "effect/sql"

/** One table that was really read: by an index, or from end to end. */
export interface Scan {
  readonly table: string
  readonly by: string
}

/** How often this connection has read each table by what; it only grows within a transaction. */
const readCounters = (sql: PgClient.PgClient) =>
  Effect.map(
    sql<Scan & { readonly scans: bigint }>`
      SELECT relname AS table, 'Seq Scan' AS by, pg_stat_get_xact_numscans(relid) AS scans FROM pg_stat_user_tables
      UNION ALL
      SELECT relname, indexrelname, pg_stat_get_xact_numscans(indexrelid) FROM pg_stat_user_indexes
      ORDER BY 1, 2`,
    (rows) => rows.map(({ by, scans, table }) => ({ table, by, scans: Number(scans) })),
  )

/**
 * Watches the statements of everything that runs with its transformer, background fibers included, by plans for
 * their parameters or by plans that are made once for all.
 */
export const watchPlans = (planCacheMode: "auto" | "force_generic_plan") => {
  let watcher: PgClient.PgClient | undefined
  let seen: Array<Scan> = []

  /** Sees what a statement reads by running it and taking it back, before it runs for good. */
  const transformer: Statement.Transformer = Effect.fnUntraced(function* (statement) {
    const sql = watcher
    if (sql === undefined) return statement
    const [text, parameters] = statement.compile()
    yield* Effect.gen(function* () {
      yield* sql.unsafe(`SET LOCAL plan_cache_mode = ${planCacheMode}`)
      // To plan, Postgres may look at the ends of indexes: that is no reading.
      const start = yield* readCounters(sql)
      yield* sql.unsafe(`EXPLAIN ${text}`, parameters)
      const planned = yield* readCounters(sql)
      yield* sql.unsafe(text, parameters)
      for (const [index, { by, scans, table }] of (yield* readCounters(sql)).entries()) {
        const [first = 0, then = 0] = [start[index]?.scans, planned[index]?.scans]
        if (scans - then > then - first) seen.push({ table, by })
      }
      return yield* Effect.fail("taken back" as const)
    }).pipe(
      sql.withTransaction,
      Effect.provideService(Statement.CurrentTransformer, undefined),
      Effect.catch((error) => (error === "taken back" ? Effect.void : Effect.die(error))),
    )
    return statement
  })

  /** Runs something; what it returned and the scans that it made. */
  const watch = Effect.fnUntraced(function* <A, E, R>(run: Effect.Effect<A, E, R>) {
    watcher = yield* PgClient.PgClient
    seen = []
    const result = yield* run
    watcher = undefined
    return { result, scans: seen }
  })

  return { transformer, watch }
}
