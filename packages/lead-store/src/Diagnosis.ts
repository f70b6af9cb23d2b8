/**
 * Examines a database: its version, its clock, the role's rights and the connection's settings.
 *
 * For operators who look for the cause of a failure. It changes nothing and reads no lead.
 */
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { differingSettings, sessionSettings } from "./LeadDatabase.ts"
import { type StoreError, storeCall } from "./StoreError.ts"

/** What {@link diagnose} has read. */
export interface Diagnosis {
  /** Such as `18.4`. */
  readonly version: string
  /** Whether the major version is one that the schema supports. */
  readonly isVersionFit: boolean
  /** Whether the server refuses writes: it is a replica, or `default_transaction_read_only` is on. */
  readonly isReadOnly: boolean
  /** By how many milliseconds the server's clock is ahead of this machine's; below zero when it is behind. */
  readonly clockAheadMs: number
  /** The largest error of `clockAheadMs`: half of the round trip. */
  readonly clockErrorMs: number
  /** Rights that the role lacks on tables and sequences, such as `INSERT on attempt`. Empty without a schema. */
  readonly missingRights: ReadonlyArray<string>
  /** Whether the role may create tables: for migrations, and for the partitions of new leads. */
  readonly mayCreateTables: boolean
  /** Settings that differ from those the connection asked for, such as `jit is on`: a pooler did not pass them on. */
  readonly differingSettings: ReadonlyArray<string>
}

/** The oldest major version of Postgres that the schema supports. */
const oldestMajor = 14

/** Operators' commands have no statement time-out, so theirs differs from that of processes. */
const { statement_timeout: _, ...expectedSettings } = sessionSettings

/** Queries the server. */
export const diagnose: Effect.Effect<Diagnosis, StoreError, PgClient.PgClient> = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  // The first statement also connects, which takes longer than a round trip.
  const [server] = yield* sql<{ version: string; read_only: boolean; may_create: boolean }>`
    SELECT current_setting('server_version') AS version,
      pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean AS read_only,
      coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create`
  const [clock, earliest, latest] = yield* withTimes(
    sql<{ ms: number }>`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms`,
  )
  const version = server?.version ?? "unknown"
  return {
    version,
    isVersionFit: Number.parseInt(version, 10) >= oldestMajor,
    isReadOnly: server?.read_only === true,
    clockAheadMs: Math.round((clock[0]?.ms ?? Number.NaN) - (earliest + latest) / 2),
    clockErrorMs: Math.ceil((latest - earliest) / 2),
    missingRights: yield* missingRights(sql),
    mayCreateTables: server?.may_create === true,
    differingSettings: yield* differingSettings(sql, expectedSettings),
  }
}).pipe(storeCall("diagnose"))

/** A result with the times, by this machine's clock, just before the request and just after the response. */
const withTimes = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const earliest = Date.now()
    const result = yield* effect
    return [result, earliest, Date.now()] as const
  })

/** The gateway's tables are those that have the same owner as `lead`. */
const missingRights = (sql: PgClient.PgClient) =>
  Effect.map(
    sql<{ missing: string }>`
      WITH ours AS (
        SELECT mine.oid, mine.relname, mine.relkind FROM pg_class AS mine
        JOIN pg_class AS lead ON lead.oid = to_regclass('lead')
          AND lead.relnamespace = mine.relnamespace AND lead.relowner = mine.relowner
        WHERE mine.relkind IN ('r', 'p', 'S') AND NOT mine.relispartition
      )
      SELECT wanted || ' on ' || relname AS missing
      FROM ours, unnest(CASE relkind WHEN 'S' THEN ARRAY['USAGE'] ELSE ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'] END) AS wanted
      WHERE NOT CASE relkind WHEN 'S' THEN has_sequence_privilege(oid, wanted) ELSE has_table_privilege(oid, wanted) END
      ORDER BY relname, wanted`,
    (rows) => rows.map(({ missing }) => missing),
  )
