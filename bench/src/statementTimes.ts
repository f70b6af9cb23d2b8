/** What each statement costs Postgres, by `pg_stat_statements`. */
import { Effect } from "effect"
import type { BenchDatabase } from "./BenchPostgres.ts"
import { markdownTable } from "./markdownTable.ts"

interface Statement {
  readonly query: string
  readonly calls: number
  readonly planned: number
  readonly executed: number
  readonly rows: number
}

/** Resets the counters. */
export const watchStatements = (database: BenchDatabase) =>
  Effect.andThen(
    database.rows("CREATE EXTENSION IF NOT EXISTS pg_stat_statements"),
    database.rows("SELECT pg_stat_statements_reset()"),
  )

/** The slowest statements since then, in wall-clock time: including waits for locks and processors, without the commit. */
export const describeStatements = Effect.fnUntraced(function* (database: BenchDatabase, leads: number) {
  const statements = yield* database.rows<Statement>(`
    SELECT query, calls::float8, total_plan_time AS planned, total_exec_time AS executed, rows::float8
    FROM pg_stat_statements
    WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND query NOT LIKE '%pg_stat_statements%' AND query NOT LIKE '%AS counted%'
    ORDER BY total_plan_time + total_exec_time DESC`)
  const perLead = (ms: number) => ((1000 * ms) / leads).toFixed(1)
  const row = (query: string, { calls, executed, planned, rows }: Omit<Statement, "query">) => ({
    statement: query.replaceAll(/\s+/g, " ").replaceAll("|", "\\|").slice(0, 90),
    "µs a lead": perLead(planned + executed),
    "of them planning": perLead(planned),
    "calls a lead": (calls / leads).toFixed(3),
    "rows a call": (rows / calls).toFixed(1),
  })
  const sum = (key: "calls" | "executed" | "planned" | "rows") =>
    statements.reduce((total, statement) => total + statement[key], 0)
  const total = { calls: sum("calls"), executed: sum("executed"), planned: sum("planned"), rows: sum("rows") }
  return markdownTable([
    ...statements.slice(0, 12).map((found) => row(found.query, found)),
    row("all", total),
  ])
})
