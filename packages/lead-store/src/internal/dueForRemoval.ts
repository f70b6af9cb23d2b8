import type { PgClient } from "@effect/sql-pg"
import { Duration, Effect } from "effect"
import { partitionName } from "../Partitions.ts"
import { storeCall } from "../StoreError.ts"
import { patiently } from "./maintenance.ts"
import { boundsOf, hasEnded } from "./removeLeads.ts"

/** How long leads are kept after their end, in calendar units: the sum of all parts, more than zero. */
export interface Age {
  readonly months?: number
  readonly days?: number
  readonly hours?: number
}

/** The bounds of a round of retention. Times are strings, since a `Date` has no microseconds. */
export interface Outlook {
  /** Leads that ended before this are removed. */
  readonly cutoff: string
  /** A partition whose leads have all ended before this waits until it can be dropped as a whole. */
  readonly soon: string
  /** The partition of the newest lead. */
  readonly newest: number
  /** The existing partitions, oldest first. */
  readonly partitions: ReadonlyArray<number>
}

/** Reads the database's clock and its partitions. */
export const lookOut = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(function* ({ days = 0, hours = 0, months = 0 }: Age) {
    const [row] = yield* sql.unsafe<
      Omit<Outlook, "partitions"> & { readonly partitions: ReadonlyArray<number> }
    >(lookingOut, [months, days, hours])
    return row as Outlook
  }, storeCall("Retention.lookOut"))

const utc = (time: string): string => `to_char((${time}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

const lookingOut = `
  WITH age AS MATERIALIZED (
    SELECT make_interval(months => $1::integer, days => $2::integer, hours => $3::integer) AS kept
  ), newest AS MATERIALIZED (
    SELECT (last_value / 1000000)::integer AS partition FROM lead_id_seq
  )
  SELECT ${utc("now() - kept")} AS cutoff, ${utc("now() - kept + least(interval '1 day', kept / 30)")} AS soon,
    newest.partition AS newest,
    ARRAY (
      SELECT p FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
        CROSS JOIN LATERAL (SELECT substring(child.relname FROM '^lead_p([0-9]{6,})$')::integer AS p) AS number
      WHERE inhparent = 'lead'::regclass AND p <= newest.partition ORDER BY p
    ) AS partitions
  FROM age CROSS JOIN newest`

/** Whether a partition is dropped as a whole: now, soon (its leads are kept until then), or not. */
export type Fate = "Ended" | "EndsSoon" | "Mixed"

/** Reads the leads of a partition up to the first one that stays. */
export const fateOf = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(
    function* (partition: number, { cutoff, soon }: Outlook) {
      const [row] = yield* patiently(sql)(
        sql.unsafe<{ fate: Fate }>(fate(partition), [...boundsOf(partition), cutoff, soon]),
      )
      return row?.fate ?? "Mixed"
    },
    storeCall("Retention.fateOf", Duration.minutes(10)),
  )

const inBounds = "lead_id >= $1::bigint AND lead_id < $2::bigint"
const stays = (before: string): string => `EXISTS (
  SELECT FROM settled_lead WHERE ${inBounds} AND NOT (${hasEnded(before)})
)`

/** Checks the newest lead first, which suffices for most partitions. A lead without a state would be a bug; it stays. */
const fate = (partition: number): string => `
  SELECT CASE
    WHEN EXISTS (SELECT FROM work WHERE ${inBounds})
      OR (SELECT NOT (${hasEnded("$4")}) FROM settled_lead WHERE ${inBounds} ORDER BY lead_id DESC LIMIT 1)
      OR ${stays("$4")} THEN 'Mixed'
    WHEN ${stays("$3")} THEN 'EndsSoon'
    WHEN (SELECT count(*) FROM settled_lead WHERE ${inBounds}) <> (SELECT count(*) FROM ${partitionName("lead", partition)}) THEN 'Mixed'
    ELSE 'Ended'
  END AS fate`

/** A page of a partition's settled leads, by id. */
export interface DuePage {
  /** The leads that ended before `cutoff` and have no work. */
  readonly due: ReadonlyArray<number>
  /** The last lead of the page, due or not; undefined when there is no further page. */
  readonly last: number | undefined
  /** True if no lead of the page was received before `cutoff`: then no lead with a higher id is due. */
  readonly isFresh: boolean
}

/** Leads of one page, and of one transaction, at most. */
export const pageSize = 1000

/** Reads the page after a lead. */
export const readDue = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(function* (partition: number, after: number, cutoff: string) {
    const [row] = yield* sql.unsafe<PageRow>(page, [after, boundsOf(partition)[1], cutoff, pageSize])
    const { due = [], last = 0n, looked_at: lookedAt = 0, was_received: wasReceived = null } = row ?? {}
    const read: DuePage = {
      due: due.map(Number),
      last: lookedAt < pageSize ? undefined : Number(last),
      isFresh: wasReceived === false,
    }
    return read
  }, storeCall("Retention.readDue"))

interface PageRow {
  readonly due: ReadonlyArray<bigint>
  readonly last: bigint | null
  readonly looked_at: number
  /** Null for an empty page. */
  readonly was_received: boolean | null
}

const page = `
  SELECT coalesce(array_agg(lead_id ORDER BY lead_id) FILTER (WHERE is_due), '{}') AS due,
    max(lead_id) AS last, count(*)::integer AS looked_at, bool_or(was_received) AS was_received
  FROM (
    SELECT lead_id, received_at < $3::timestamptz AS was_received, ${hasEnded("$3")}
        AND NOT EXISTS (SELECT FROM work WHERE work.lead_id = settled_lead.lead_id) AS is_due
    FROM settled_lead WHERE lead_id > $1::bigint AND lead_id < $2::bigint ORDER BY lead_id LIMIT $4::integer
  ) AS p`
