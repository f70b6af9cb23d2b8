/** What the rows of a lead say. */
import type { LeadId } from "@lead-gateway/lead"
import { Effect } from "effect"
import { eventually } from "./waiting.ts"
import type { World } from "./World.ts"

type Sql = Pick<World["Service"], "sql">

/** How long after the outcome of its last attempt a lead is tried again. */
export const secondsUntilRetry = ({ sql }: Sql, id: LeadId) =>
  Effect.map(
    sql<{ seconds: number }>`
      SELECT extract(epoch FROM scheduled_at - ended_at)::float8 AS seconds
      FROM work JOIN attempt USING (lead_id, attempt_no) WHERE lead_id = ${id}`,
    ([row]) => row?.seconds ?? Number.NaN,
  )

/** Leads that a worker owns now. */
export const ownedLeads = ({ sql }: Sql) =>
  Effect.map(
    sql<{ lead_id: bigint }>`SELECT lead_id FROM work WHERE lease IS NOT NULL ORDER BY lead_id`,
    (rows) => rows.map(({ lead_id }) => Number(lead_id)),
  )

/** The events that have a row of their own. */
export const eventRows = ({ sql }: Sql) =>
  Effect.map(sql<{ type: string }>`SELECT type FROM lead_event ORDER BY id`, (rows) =>
    rows.map(({ type }) => type),
  )

/** Sessions of this database that wait for a lock, as soon as there are any. */
export const waitForLock = ({ sql }: Sql) =>
  eventually(
    Effect.map(
      sql<{ pid: number }>`
        SELECT DISTINCT pid FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE NOT granted AND datname = current_database()`,
      (rows) => (rows.length === 0 ? undefined : rows.map(({ pid }) => pid)),
    ),
  )
