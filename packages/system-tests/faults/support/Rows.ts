import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"

/** A lead's row. Times are milliseconds since 1970. */
export interface LeadRow {
  readonly id: number
  readonly status: string
  readonly reason: string | null
  readonly uid: string | null
  readonly correlationId: string | null
  /** When it reached its terminal status; null while it has none. */
  readonly endedAt: number | null
}

/** A delivery attempt's row. */
export interface AttemptRow {
  readonly leadId: number
  readonly no: number
  readonly requestedAt: number
  readonly endedAt: number | null
  readonly success: boolean
  readonly unknown: boolean
  readonly status: number | null
  readonly error: string | null
}

/** What happened to a lead and no other row says. */
export interface EventRow {
  readonly leadId: number
  readonly type: string
  readonly attemptNo: number | null
}

/** What the database says. */
export interface Rows {
  readonly leads: ReadonlyArray<LeadRow>
  readonly attempts: ReadonlyArray<AttemptRow>
  /** In the order of their ids. */
  readonly events: ReadonlyArray<EventRow>
}

/** A busy machine takes its time to connect. */
const connect = (url: string) =>
  PgClient.makeClient({ url: Redacted.make(url), connectTimeout: "30 seconds" })

/** Runs one statement by a connection of its own: one that is kept would not outlive the faults. */
export const query = <A extends object>(url: string, statement: string) =>
  connect(url).pipe(
    Effect.flatMap((sql) => sql.unsafe<A>(statement).unprepared),
    Effect.scoped,
    Effect.provide(Reactivity.layer),
  )

/** Does something while a transaction that has read from a table stays open: a report that somebody runs, say. */
export const whileReading = <A, E, R>(url: string, table: string, something: Effect.Effect<A, E, R>) =>
  connect(url).pipe(
    Effect.flatMap((sql) =>
      sql.withTransaction(Effect.andThen(sql.unsafe(`SELECT FROM ${table} LIMIT 1`), something)),
    ),
    Effect.scoped,
    Effect.provide(Reactivity.layer),
  )

const time = (column: string) => `extract(epoch FROM ${column})::float8 * 1000`

/** Reads all rows of leads, attempts and events. */
export const readRows = Effect.fnUntraced(function* (url: string) {
  const leads = yield* query<LeadRow>(
    url,
    `SELECT id::float8 AS id, status, rejection_reason AS reason, raw_payload ->> 'source' AS uid,
       source_headers ->> 'x-correlation-id' AS "correlationId", ended.at AS "endedAt"
     FROM inbound_lead LEFT JOIN (
       SELECT lead_id, ${time("settled_at")} AS at FROM settled_lead WHERE state <> 'PARKED'
     ) AS ended ON ended.lead_id = id ORDER BY id`,
  )
  const attempts = yield* query<AttemptRow>(
    url,
    `SELECT lead_id::float8 AS "leadId", attempt_no AS no, ${time("requested_at")} AS "requestedAt",
       ${time("ended_at")} AS "endedAt", success, outcome_unknown AS unknown, response_status AS status,
       error_message AS error FROM delivery_attempt ORDER BY lead_id, attempt_no`,
  )
  const events = yield* query<EventRow>(
    url,
    `SELECT lead_id::float8 AS "leadId", type, (details ->> 'attempt_no')::integer AS "attemptNo"
       FROM lead_event ORDER BY lead_id, id`,
  )
  return { leads, attempts, events } satisfies Rows
})

/** How many leads are neither at an end nor parked. */
export const inFlight = (url: string) =>
  Effect.map(
    query<{ readonly leads: number }>(
      url,
      `SELECT count(*)::integer AS leads FROM inbound_lead WHERE status IN ('RECEIVED', 'READY')
         OR (status = 'FAILED' AND rejection_reason IS DISTINCT FROM 'MISSING_REQUIRED_FIELD')`,
    ),
    (rows) => rows[0]?.leads ?? 0,
  )
