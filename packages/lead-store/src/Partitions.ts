import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Duration, Effect } from "effect"
import { patiently } from "./internal/maintenance.ts"
import { storeCall } from "./StoreError.ts"
import { columns } from "./internal/sql.ts"

/** Leads of one partition. The first holds the ids below a million. */
export const partitionSize = 1_000_000

/** The tables that are partitioned by the lead's id. */
export const partitionedTables = [
  "lead",
  "decision",
  "delivery",
  "attempt",
  "lead_event",
  "lead_contact",
] as const
/** One of {@link partitionedTables}. */
export type PartitionedTable = (typeof partitionedTables)[number]

/** The partition that a lead is in: 0 for the ids below a million. */
export const partitionOf = (id: number): number => Math.floor(id / partitionSize)

/**
 * The name of one partition of a table: `lead_p000012` holds the leads from 12,000,000.
 *
 * A statement on leads of known ids names their partition. One that names the parent table locks and plans all
 * partitions each time it runs.
 */
export const partitionName = (table: PartitionedTable, partition: number): string =>
  `${table}_p${String(partition).padStart(6, "0")}`

/** Ids by the partition that they are in. */
export const byPartition = <Item>(
  items: ReadonlyArray<Item>,
  idOf: (item: Item) => LeadId,
): ReadonlyMap<number, ReadonlyArray<Item>> => {
  const groups = new Map<number, Array<Item>>()
  for (const item of items) {
    const partition = partitionOf(idOf(item))
    const group = groups.get(partition)
    if (group === undefined) groups.set(partition, [item])
    else group.push(item)
  }
  return groups
}

/** How many empty partitions {@link maintainPartitions} keeps ahead of the newest lead. */
export const spareKept = 2

interface Found {
  readonly name: string
  readonly attached: boolean
}

/**
 * Creates and attaches the partition of the newest lead and the next {@link spareKept}, as far as they are missing.
 * Returns how many complete ones are spare afterwards; fewer than {@link spareKept} deserves an alarm.
 *
 * Partitions that somebody has detached are attached again, older ones as well: lists and counts would lack their leads.
 * (Retention leaves none detached.) One that cannot be attached, such as a copy with other columns, is logged and does
 * not stop intake. May be repeated and run by many processes at once: one of them does the work. Other partitions can be
 * read and written meanwhile.
 */
export const maintainPartitions = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const first = yield* newestPartition(sql)
  const wanted = Array.from({ length: spareKept + 1 }, (_, index) => first + index)
  if ((yield* missing(sql, wanted)).length > 0) yield* createPartitions(sql)
  return wanted.length - 1 - (yield* missing(sql, wanted)).length
}).pipe(
  storeCall("maintainPartitions"),
  Effect.tap(() => PgClient.PgClient.use(attachOlder)),
)

/** Creates and attaches missing partitions at once: for a statement that failed because there was none. */
export const createPartitions = (sql: PgClient.PgClient) =>
  Effect.gen(function* () {
    yield* sql`SELECT pg_advisory_xact_lock(hashtext('lead partitions'))`
    const first = yield* newestPartition(sql)
    const wanted = Array.from({ length: spareKept + 1 }, (_, index) => first + index)
    for (const { table, partition, exists } of yield* missing(sql, wanted)) {
      const child = sql.literal(partitionName(table, partition))
      if (!exists) yield* sql`CREATE TABLE ${child} (LIKE ${sql.literal(table)} INCLUDING ALL)`
      yield* attach(sql, table, partition)
    }
  }).pipe(sql.withTransaction)

const attach = (sql: PgClient.PgClient, table: PartitionedTable, partition: number) =>
  sql.unsafe(
    `ALTER TABLE ${table} ATTACH PARTITION ${partitionName(table, partition)}
     FOR VALUES FROM (${partition * partitionSize}) TO (${(partition + 1) * partitionSize})`,
  )

/** Attaches older partitions that were detached. Postgres scans each to check that its rows belong there. */
const attachOlder = (sql: PgClient.PgClient) =>
  Effect.gen(function* () {
    const first = yield* newestPartition(sql)
    for (const name of yield* detached(sql, first)) {
      yield* attachDetached(sql, name, first).pipe(
        storeCall("maintainPartitions", Duration.minutes(10)),
        Effect.tap((attached) => (attached ? Effect.logInfo(`attached ${name} again`) : Effect.void)),
        Effect.catchCause((cause) => Effect.logWarning(`cannot attach ${name}`, cause)),
      )
    }
  }).pipe(storeCall("maintainPartitions", Duration.minutes(10)))

/** Attaches a partition, unless another process has done so or is doing so. */
const attachDetached = (sql: PgClient.PgClient, name: string, first: number) =>
  Effect.gen(function* () {
    const [turn] = yield* sql<{
      ours: boolean
    }>`SELECT pg_try_advisory_xact_lock(hashtext('detached lead partitions')) AS ours`
    if (turn?.ours !== true || !(yield* detached(sql, first)).includes(name)) return false
    const [table, partition] = name.split("_p") as [PartitionedTable, string]
    yield* attach(sql, table, Number(partition))
    return true
  }).pipe(patiently(sql))

/** Tables with the name of a partition below `before`, in the schema of their parent, that are not attached. */
const detached = (sql: PgClient.PgClient, before: number) =>
  Effect.map(
    sql.unsafe<{ readonly name: string }>(
      `SELECT child.relname AS name FROM pg_class AS child
       JOIN pg_class AS parent ON parent.relnamespace = child.relnamespace
         AND parent.relname = substring(child.relname FROM '^(.*)_p[0-9]{6}$')
       WHERE parent.oid = ANY ($1::text[]::regclass[]) AND child.relkind = 'r' AND NOT child.relispartition
         AND substring(child.relname FROM '[0-9]{6}$')::integer < $2::integer
       ORDER BY child.relname`,
      [columns.text(partitionedTables), before],
    ),
    (rows) => rows.map(({ name }) => name),
  )

/** The partition of the newest id. */
const newestPartition = (sql: PgClient.PgClient) =>
  Effect.map(sql<{ last: bigint }>`SELECT last_value AS last FROM lead_id_seq`, (rows) =>
    partitionOf(Number(rows[0]?.last ?? 0)),
  )

/** Those of these partitions that do not exist or are not attached to their table. */
const missing = (sql: PgClient.PgClient, partitions: ReadonlyArray<number>) =>
  Effect.map(
    sql<Found>`
      SELECT child.relname AS name, child.relispartition AS attached FROM pg_class AS child
      WHERE child.oid = ANY (ARRAY (
        SELECT to_regclass(name)::oid FROM unnest(${partitions.flatMap((partition) =>
          partitionedTables.map((table) => partitionName(table, partition)),
        )}::text[]) AS name
      ))`,
    (found) => {
      const known = new Map(found.map(({ name, attached }) => [name, attached]))
      return partitions.flatMap((partition) =>
        partitionedTables.flatMap((table) => {
          const attached = known.get(partitionName(table, partition))
          return attached === true ? [] : [{ table, partition, exists: attached !== undefined }]
        }),
      )
    },
  )
