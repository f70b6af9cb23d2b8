import type { PgClient } from "@effect/sql-pg"
import { Data, Duration, Effect, Schedule } from "effect"
import { partitionedTables, partitionName } from "../Partitions.ts"
import { storeCall } from "../StoreError.ts"
import { patiently } from "./patiently.ts"
import { boundsOf, hasEnded, seal } from "./remove.ts"

/** A partition stays as it was, for now. */
class PartitionKept extends Data.TaggedError("PartitionKept")<{ readonly because: "busy" | "changed" }> {}

/** The result of an attempt to drop a partition. */
export type Dropped =
  | { readonly _tag: "Dropped"; readonly leads: number }
  /** `busy`: others hold it, such as a dump. `changed`: not all of its leads have ended, or not as many as expected. */
  | { readonly _tag: "Kept"; readonly because: "busy" | "changed" }

/**
 * Drops the tables of a partition whose leads have all ended before `cutoff`: `expected` many, if that is given.
 *
 * One transaction removes its rows of `settled_lead`, writes `sealed_count` and drops the tables. An interruption
 * changes nothing, and the counts balance at any moment. The tables' parents, which intake needs, are locked last and for
 * milliseconds. If another transaction holds them longer, this one gives up, since intake would wait too.
 */
export const dropPartition = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(
    function* (partition: number, cutoff: string, expected: number | undefined) {
      const bounds = boundsOf(partition)
      const locked = lockTables(sql, partition)
      const leads = yield* patiently(sql)(
        Effect.gen(function* () {
          const [result] = yield* sql.unsafe<{ removed: number; stored: number }>(remove(partition), [
            ...bounds,
            cutoff,
            partition,
          ])
          const { removed = 0, stored = 0 } = result ?? {}
          if (removed !== stored || (expected ?? removed) !== removed) {
            return yield* new PartitionKept({ because: "changed" })
          }
          yield* locked
          // Checked once no one can write: a lead may have been replayed, or stored by a transaction with an old id.
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

/** Whether {@link dropPartition} could lock the tables now: asked before the part that takes long. */
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

const remove = (partition: number): string => `
  WITH removed AS (
    DELETE FROM settled_lead WHERE lead_id >= $1::bigint AND lead_id < $2::bigint AND ${hasEnded("$3")}
    RETURNING tenant_id, state
  ), ${seal("$4")}
  SELECT (SELECT count(*) FROM removed)::integer AS removed,
    (SELECT count(*) FROM ${partitionName("lead", partition)})::integer AS stored`

const anyLeft = `
  SELECT EXISTS (SELECT FROM work WHERE lead_id >= $1::bigint AND lead_id < $2::bigint)
    OR EXISTS (SELECT FROM settled_lead WHERE lead_id >= $1::bigint AND lead_id < $2::bigint) AS any`

/**
 * Locks a partition's tables, then their parents, for the transaction under way. Only readers of old leads wait for the
 * former; after a second and a half Postgres has cancelled its own vacuum. The latter are tried repeatedly, each time for
 * a moment.
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
