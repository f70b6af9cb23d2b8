/** What is in a database, counted at one moment. */
import { PgClient } from "@effect/sql-pg"
import { imbalance, LeadLedger, type Ledger } from "@lead-gateway/lead-store"
import { Effect } from "effect"
import type { Contents, LedgerAccounts } from "./Manifest.ts"

/** A moment of the database that other sessions can see as well, until the transaction ends. */
export interface Snapshot {
  readonly id: string
  readonly takenAt: Date
  /** The major version of the server, and its name for people. */
  readonly server: number
  readonly postgres: string
}

/**
 * Runs `use` with a snapshot that it can give to `pg_dump`, while the same snapshot's rows are counted; returns both.
 *
 * No partition is dropped meanwhile, and vacuum removes no row that was there at that moment.
 */
export const withSnapshot = Effect.fnUntraced(function* <A, E, R>(
  use: (snapshot: Snapshot) => Effect.Effect<A, E, R>,
) {
  const sql = yield* PgClient.PgClient
  return yield* sql.withTransaction(
    Effect.gen(function* () {
      yield* sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY`
      yield* sql`SET LOCAL idle_in_transaction_session_timeout = 0`
      // Before the snapshot is taken: a partition that is dropped in between would be counted and not dumped.
      yield* sql`LOCK TABLE lead IN ACCESS SHARE MODE`
      const [row] = yield* sql<{ id: string; at: Date; version: number; postgres: string }>`
        SELECT pg_export_snapshot() AS id, now() AS at, current_setting('server_version_num')::int AS version,
          current_setting('server_version') AS postgres`
      const { at, id = "", postgres = "", version = 0 } = row ?? {}
      const snapshot = { id, takenAt: at ?? new Date(), server: Math.floor(version / 10_000), postgres }
      const [used, contents] = yield* Effect.all([use(snapshot), countContents], { concurrency: 2 })
      return { snapshot, used, contents }
    }),
  )
})

const tablesOf = (sql: PgClient.PgClient) => sql<{ name: string; quoted: string }>`
  SELECT CASE WHEN nspname = current_schema() THEN relname ELSE nspname || '.' || relname END AS name,
    format('%I.%I', nspname, relname) AS quoted
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
  WHERE relkind IN ('r', 'p') AND NOT relispartition AND relpersistence = 'p'
    AND nspname <> 'information_schema' AND nspname !~ '^pg_'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
  ORDER BY 1`

/** Counts every table, and the ledger in both ways. Of one moment if it runs in one transaction. */
export const countContents = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const ledger = yield* LeadLedger
  const counters = accounts({ ...(yield* ledger.fromCounters), stranded: 0 })
  const rows = accounts(yield* ledger.fromRows)
  const tables: Record<string, number> = {}
  for (const { name, quoted } of yield* tablesOf(sql)) {
    const [counted] = yield* sql.unsafe<{ rows: number }>(`SELECT count(*)::float8 AS rows FROM ${quoted}`)
    tables[name] = counted?.rows ?? 0
  }
  const [newest] = yield* sql<{ name: string }>`SELECT name FROM schema_migration ORDER BY id DESC LIMIT 1`
  return { schema_version: newest?.name ?? "none", tables, ledger: { counters, rows } } satisfies Contents
})

const accounts = (ledger: Ledger & { readonly stranded: number }): LedgerAccounts => ({
  received: ledger.received,
  rejected: ledger.rejected,
  delivered: ledger.delivered,
  retrying: ledger.retrying,
  parked: ledger.parked,
  permanently_failed: ledger.permanentlyFailed,
  in_flight: ledger.inFlight,
  stranded: ledger.stranded,
  unaccounted: imbalance(ledger),
})

/** In what two databases differ, a line each. */
export const differences = (backup: Contents, restored: Contents): ReadonlyArray<string> => {
  const lines: Array<string> = []
  const compare = (what: string, left: number | string | undefined, right: number | string | undefined) => {
    if (left !== right)
      lines.push(`${what}: the backup has ${left ?? "none"}, the database ${right ?? "none"}`)
  }
  compare("newest migration", backup.schema_version, restored.schema_version)
  for (const name of new Set([...Object.keys(backup.tables), ...Object.keys(restored.tables)])) {
    compare(`rows of ${name}`, backup.tables[name], restored.tables[name])
  }
  for (const side of ["counters", "rows"] as const) {
    const [left, right] = [backup.ledger[side], restored.ledger[side]]
    for (const account of Object.keys(left) as ReadonlyArray<keyof LedgerAccounts>) {
      compare(`ledger by ${side}, ${account}`, left[account], right[account])
    }
  }
  return lines
}

/** Why the ledger of a database does not balance; empty when it does. */
export const imbalances = ({ ledger: { counters, rows } }: Contents): ReadonlyArray<string> => [
  ...(counters.unaccounted === 0 ? [] : [`unaccounted by the counters: ${counters.unaccounted}`]),
  ...(rows.unaccounted === 0 ? [] : [`unaccounted by the rows: ${rows.unaccounted}`]),
  ...(rows.stranded === 0 ? [] : [`stranded, so that no worker looks at them: ${rows.stranded}`]),
  ...(Object.keys(counters) as ReadonlyArray<keyof LedgerAccounts>)
    .filter((account) => account !== "stranded" && counters[account] !== rows[account])
    .map((account) => `${account}: the counters have ${counters[account]}, the rows ${rows[account]}`),
]
