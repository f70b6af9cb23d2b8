import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Effect } from "effect"
import { storeCall } from "./StoreError.ts"

/** Leads of one partition: the first holds the ids below a million. */
export const partitionSize = 1_000_000

/** The tables that are partitioned by the lead's id. */
export const partitionedTables = ["lead", "decision", "delivery", "attempt", "lead_event"] as const
export type PartitionedTable = (typeof partitionedTables)[number]

/** The partition that a lead is in: 0 for the ids below a million. */
export const partitionOf = (id: number): number => Math.floor(id / partitionSize)

/**
 * The name of one partition of a table: `lead_p000012` holds the leads from 12,000,000.
 *
 * Statements that know a lead's id name its partition. One that names the parent locks and prepares all partitions
 * each time that it runs, however many there are.
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

/** Partitions for leads that have not come yet, a million leads each, that {@link maintainPartitions} keeps. */
export const spareKept = 2

interface Found {
  readonly name: string
  readonly attached: boolean
}

/**
 * Makes sure that the partitions of the newest lead and of {@link spareKept} further ones exist and are attached, and
 * returns how many whole ones are spare afterwards; fewer than {@link spareKept} deserves an alarm.
 *
 * A partition that exists and was detached is attached again. Harmless to repeat, and for many processes at once: one
 * does the work. Reads and writes of other partitions go on meanwhile.
 */
export const maintainPartitions = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const first = yield* newestPartition(sql)
  const wanted = Array.from({ length: spareKept + 1 }, (_, index) => first + index)
  if ((yield* missing(sql, wanted)).length > 0) yield* createPartitions(sql)
  return wanted.length - 1 - (yield* missing(sql, wanted)).length
}).pipe(storeCall("maintainPartitions"))

/** As {@link maintainPartitions}, for a statement that found no partition; tells nothing. */
export const createPartitions = (sql: PgClient.PgClient) =>
  Effect.gen(function* () {
    yield* sql`SELECT pg_advisory_xact_lock(hashtext('lead partitions'))`
    const first = yield* newestPartition(sql)
    const wanted = Array.from({ length: spareKept + 1 }, (_, index) => first + index)
    for (const { table, partition, exists } of yield* missing(sql, wanted)) {
      const child = sql.literal(partitionName(table, partition))
      if (!exists) yield* sql`CREATE TABLE ${child} (LIKE ${sql.literal(table)} INCLUDING ALL)`
      yield* sql`
        ALTER TABLE ${sql.literal(table)} ATTACH PARTITION ${child}
        FOR VALUES FROM (${sql.literal(String(partition * partitionSize))}) TO (${sql.literal(String((partition + 1) * partitionSize))})`
    }
  }).pipe(sql.withTransaction)

/** The partition that the newest id is in. */
const newestPartition = (sql: PgClient.PgClient) =>
  Effect.map(sql<{ last: bigint }>`SELECT last_value AS last FROM lead_id_seq`, (rows) =>
    partitionOf(Number(rows[0]?.last ?? 0)),
  )

/** Which of these partitions do not exist, or exist and are not attached to their table. */
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
