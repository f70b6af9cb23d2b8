/** Reads the tables. */
import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Effect } from "effect"

/** Makes a lead's work due now: its retry is due, or its lease has ended. */
export const timeComes = (id: LeadId) =>
  PgClient.PgClient.use(
    (sql) => sql`
      UPDATE work SET scheduled_at = now(), due_at = now(), leased_until = CASE WHEN lease IS NOT NULL THEN now() END
      WHERE lead_id = ${id}`,
  )

/** Ends the lease of a lead's work. */
export const ownerIsLost = (id: LeadId) =>
  PgClient.PgClient.use((sql) => sql`UPDATE work SET leased_until = now() WHERE lead_id = ${id}`)

/** Where a lead stands, and its work (nulls when nothing is left to do). */
export interface LeadRow {
  readonly state: string
  readonly reason: string | null
  readonly delivery_no: number | null
  readonly lane: number | null
  readonly lease: string | null
  readonly attempt_no: number | null
  readonly attempt_is_open: boolean | null
  readonly uncounted_attempts: number | null
  readonly internal_failures: number | null
  readonly scheduled_at: Date | null
  readonly due_at: Date | null
}

/** A lead with its latest work. */
export const rowOf = (id: LeadId) =>
  PgClient.PgClient.use((sql) =>
    Effect.map(
      sql<LeadRow>`
        SELECT coalesce(settled.state, work.state)::text AS state, settled.reason, work.delivery_no, lane, lease,
          attempt_no, attempt_is_open, uncounted_attempts, internal_failures, scheduled_at, due_at
        FROM lead LEFT JOIN settled_lead AS settled ON settled.lead_id = lead.id LEFT JOIN work ON work.lead_id = lead.id
        WHERE lead.id = ${id} ORDER BY work.delivery_no DESC LIMIT 1`,
      (rows) => rows[0],
    ),
  )

/** The work that is left of a lead: usually one row, or none. */
export const workOf = (id: LeadId) =>
  PgClient.PgClient.use(
    (sql) => sql<{ delivery_no: number; state: string; attempt_no: number; attempt_is_open: boolean }>`
      SELECT delivery_no, state::text AS state, attempt_no, attempt_is_open FROM work
      WHERE lead_id = ${id} ORDER BY delivery_no`,
  )

/** A completed attempt, as it stands on record. */
export interface AttemptRow {
  readonly attempt_no: number
  readonly success: boolean
  readonly outcome_unknown: boolean
  readonly is_probe: boolean
  readonly response_status: number | null
  readonly error_message: string | null
  readonly fault: string | null
  readonly retry_at: Date | null
}

/** The completed attempts of a lead. */
export const attemptsOf = (id: LeadId) =>
  PgClient.PgClient.use(
    (sql) => sql<AttemptRow>`
      SELECT attempt_no, success, outcome_unknown, is_probe, response_status, error_message, fault, retry_at
      FROM attempt WHERE lead_id = ${id} ORDER BY attempt_no`,
  )

/** The events of a lead that stand in a row of their own, in order. */
export const eventsOf = (id: LeadId) =>
  PgClient.PgClient.use(
    (sql) => sql<{ type: string; details: Readonly<Record<string, unknown>> }>`
      SELECT type, details FROM lead_event WHERE lead_id = ${id} ORDER BY id`,
  )

/** How many leads are in each state, by their rows and by the counts; TOTAL is all that were received. */
export const bothCounts = PgClient.PgClient.use((sql) =>
  Effect.map(
    sql<{ account: string; kept: number; counted: number }>`
      WITH counted AS (
        SELECT coalesce(settled.state, open.state)::text AS account FROM lead
        LEFT JOIN settled_lead AS settled ON settled.lead_id = lead.id
        LEFT JOIN work AS open ON open.lead_id = lead.id AND open.state IN ('RECEIVED', 'READY', 'RETRYING')
        UNION ALL
        SELECT 'TOTAL' FROM lead
      )
      SELECT account, coalesce(kept, 0)::float8 AS kept, coalesce(counted, 0)::float8 AS counted
      FROM (SELECT account, sum(leads) AS kept FROM lead_count GROUP BY account) AS k
      FULL JOIN (SELECT account, count(*) AS counted FROM counted GROUP BY account) AS c USING (account)`,
    (rows) => {
      const of = (column: "kept" | "counted") =>
        Object.fromEntries(rows.filter((row) => row[column] !== 0).map((row) => [row.account, row[column]]))
      return { kept: of("kept"), counted: of("counted") }
    },
  ),
)
