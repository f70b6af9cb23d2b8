/**
 * Removes leads from the database: some of a partition ({@link removeLeads}), or the whole partition
 * ({@link dropPartition}). Both count what they remove in `sealed_count`, so that counts and ledger still include it.
 */
import type { PgClient } from "@effect/sql-pg"
import { Data, Duration, Effect, Schedule } from "effect"
import { partitionedTables, partitionName, partitionSize } from "../Partitions.ts"
import { storeCall } from "../StoreError.ts"
import { patiently } from "./maintenance.ts"
import { columns } from "./sql.ts"

/** The bounds of a partition's ids: `from` inclusive, `to` exclusive. */
export const boundsOf = (partition: number): readonly [from: number, to: number] => [
  partition * partitionSize,
  (partition + 1) * partitionSize,
]

/** A condition on `settled_lead`: the lead ended before the time of this placeholder. Parked leads have not ended. */
export const hasEnded = (before: string): string =>
  `settled_lead.state IN ('REJECTED', 'DELIVERED', 'PERMANENTLY_FAILED') AND settled_lead.settled_at < ${before}::timestamptz`

/** The CTE `sealed`: counts the rows of the CTE `removed`, which has `tenant_id` and `state`. */
const seal = (partition: string): string => `
  sealed AS (
    INSERT INTO sealed_count AS c (tenant_id, partition_no, account, leads)
    SELECT tenant_id, ${partition}::bigint, state::text, count(*) FROM removed
    GROUP BY tenant_id, state ORDER BY tenant_id, state::text
    ON CONFLICT ON CONSTRAINT sealed_count_pkey
    DO UPDATE SET leads = c.leads + excluded.leads, sealed_at = excluded.sealed_at
  )`

/**
 * Removes those of the given leads that ended before `cutoff` and have no work, with all their rows; returns how many.
 * Leads that another transaction has locked are left out.
 */
export const removeLeads = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(function* (partition: number, ids: ReadonlyArray<number>, cutoff: string) {
    const rows = yield* sql.unsafe<{ removed: number }>(removeEnded(partition), [
      columns.int8(ids),
      cutoff,
      partition,
    ])
    return rows[0]?.removed ?? 0
  }, storeCall("Retention.remove"))

const removeEnded = (partition: number): string => `
  WITH ended AS MATERIALIZED (
    SELECT lead_id FROM settled_lead
    WHERE lead_id = ANY ($1::bigint[]) AND ${hasEnded("$2")}
      AND NOT EXISTS (SELECT FROM work WHERE work.lead_id = settled_lead.lead_id)
    ORDER BY lead_id FOR UPDATE SKIP LOCKED
  ), removed AS (
    DELETE FROM settled_lead USING ended WHERE settled_lead.lead_id = ended.lead_id
    RETURNING settled_lead.lead_id, settled_lead.tenant_id, settled_lead.state
  ), leads AS (
    DELETE FROM ${partitionName("lead", partition)} AS t USING removed WHERE t.id = removed.lead_id
  ), decisions AS (
    DELETE FROM ${partitionName("decision", partition)} AS t USING removed WHERE t.lead_id = removed.lead_id
  ), deliveries AS (
    DELETE FROM ${partitionName("delivery", partition)} AS t USING removed WHERE t.lead_id = removed.lead_id
  ), attempts AS (
    DELETE FROM ${partitionName("attempt", partition)} AS t USING removed WHERE t.lead_id = removed.lead_id
  ), events AS (
    DELETE FROM ${partitionName("lead_event", partition)} AS t USING removed WHERE t.lead_id = removed.lead_id
  ), contacts AS (
    DELETE FROM ${partitionName("lead_contact", partition)} AS t USING removed WHERE t.lead_id = removed.lead_id
  ), patches AS (
    DELETE FROM lead_patch AS t USING removed WHERE t.lead_id = removed.lead_id
  ), ${seal("$3")}
  SELECT count(*)::integer AS removed FROM removed`

/** A partition is not dropped now. */
class PartitionKept extends Data.TaggedError("PartitionKept")<{ readonly because: "busy" | "changed" }> {}

/** The result of an attempt to drop a partition. */
export type Dropped =
  | { readonly _tag: "Dropped"; readonly leads: number }
  /** `busy`: others use it, such as a dump. `changed`: not all of its leads have ended, or not as many as expected. */
  | { readonly _tag: "Kept"; readonly because: "busy" | "changed" }

/**
 * Drops the tables of a partition whose leads have all ended before `cutoff`. If `expected` is given, their number must
 * be that.
 *
 * One transaction removes the rows of `settled_lead`, writes `sealed_count` and drops the tables, so an interruption
 * changes nothing and the counts always balance. The parent tables, which intake needs, are locked last and for
 * milliseconds. If another transaction keeps them locked, this one gives up, since intake would have to wait as well.
 */
export const dropPartition = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(
    function* (partition: number, cutoff: string, expected: number | undefined) {
      const bounds = boundsOf(partition)
      const locked = lockTables(sql, partition)
      const leads = yield* patiently(sql)(
        Effect.gen(function* () {
          const [result] = yield* sql.unsafe<{ removed: number; stored: number }>(unsettle(partition), [
            ...bounds,
            cutoff,
            partition,
          ])
          const { removed = 0, stored = 0 } = result ?? {}
          if (removed !== stored || (expected ?? removed) !== removed) {
            return yield* new PartitionKept({ because: "changed" })
          }
          yield* locked
          // Checked when nobody can write any more: a lead may have been replayed, or stored late with an old id.
          const [left] = yield* sql.unsafe<{ any: boolean }>(anyLeft, [...bounds])
          if (left?.any !== false) return yield* new PartitionKept({ because: "changed" })
          yield* sql.unsafe(`DROP TABLE ${tablesOf(partition)}`)
          return removed
        }),
      )
      const dropped: Dropped = { _tag: "Dropped", leads }
      return dropped
    },
    Effect.catchTag("PartitionKept", ({ because }) => Effect.succeed<Dropped>({ _tag: "Kept", because })),
    storeCall("Retention.dropPartition", Duration.minutes(10)),
  )

/** Whether {@link dropPartition} could lock the tables now. To check before leads are archived, which takes long. */
export const isFree = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(
    function* (partition: number) {
      yield* sql.withTransaction(lockTables(sql, partition))
      return true
    },
    Effect.catchTag("PartitionKept", () => Effect.succeed(false)),
    storeCall("Retention.isFree", Duration.minutes(1)),
  )

const tablesOf = (partition: number): string =>
  partitionedTables.map((table) => partitionName(table, partition)).join(", ")

const unsettle = (partition: number): string => `
  WITH removed AS (
    DELETE FROM settled_lead WHERE lead_id >= $1::bigint AND lead_id < $2::bigint AND ${hasEnded("$3")}
    RETURNING tenant_id, state
  ), patches AS (
    DELETE FROM lead_patch WHERE lead_id >= $1::bigint AND lead_id < $2::bigint
  ), ${seal("$4")}
  SELECT (SELECT count(*) FROM removed)::integer AS removed,
    (SELECT count(*) FROM ${partitionName("lead", partition)})::integer AS stored`

const anyLeft = `
  SELECT EXISTS (SELECT FROM work WHERE lead_id >= $1::bigint AND lead_id < $2::bigint)
    OR EXISTS (SELECT FROM settled_lead WHERE lead_id >= $1::bigint AND lead_id < $2::bigint) AS any`

/**
 * Locks a partition's tables and then their parents, for the current transaction. Only readers of old leads wait for the
 * former, so the time-out is longer than what Postgres needs to cancel an autovacuum, about a second. The parents are
 * tried three times, for 50 ms each.
 */
const lockTables = (sql: PgClient.PgClient, partition: number) => {
  const lock = (timeout: string, tables: string) =>
    Effect.andThen(
      sql.unsafe(`SET LOCAL lock_timeout = '${timeout}'`),
      sql.unsafe(`LOCK TABLE ${tables} IN ACCESS EXCLUSIVE MODE`),
    )
  return lock("1500ms", tablesOf(partition)).pipe(
    Effect.andThen(lock("50ms", partitionedTables.map((table) => `ONLY ${table}`).join(", "))),
    sql.withTransaction,
    Effect.retry({
      while: ({ reason }) => reason._tag === "LockTimeoutError" || reason._tag === "DeadlockError",
      schedule: Schedule.max([Schedule.spaced(Duration.millis(200)), Schedule.recurs(2)]),
    }),
    Effect.catchIf(
      ({ reason }) => reason._tag === "LockTimeoutError" || reason._tag === "DeadlockError",
      () => Effect.fail(new PartitionKept({ because: "busy" })),
    ),
  )
}
