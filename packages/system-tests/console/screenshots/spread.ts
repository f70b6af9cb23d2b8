/** Leads that came in a minute, as if they had come over thirty days. */
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { randomOf } from "./people.ts"

const day = 86_400_000

/** How many leads come in each hour of a day, relative to each other: people fill in forms in the evening. */
const hours = [1, 1, 0, 0, 0, 1, 3, 6, 9, 10, 9, 8, 9, 8, 7, 8, 9, 11, 13, 15, 14, 10, 6, 3]

/** So many times in the last thirty days before one, the oldest first, more of them lately. */
export const timesBefore = (end: number, count: number): ReadonlyArray<number> => {
  const random = randomOf(7)
  const highest = Math.max(...hours)
  const times: Array<number> = []
  while (times.length < count) {
    const at = end - 30 * day * random() ** 1.35
    const hour = new Date(at + 3_600_000).getUTCHours()
    if (random() * highest < (hours[hour] ?? 0)) times.push(at)
  }
  return times.toSorted((a, b) => a - b)
}

/** The columns with times of a lead, by their tables and the columns that name the lead. */
const columns: ReadonlyArray<readonly [table: string, id: string, columns: ReadonlyArray<string>]> = [
  ["lead", "id", ["received_at"]],
  ["decision", "lead_id", ["decided_at"]],
  ["delivery", "lead_id", ["created_at"]],
  ["attempt", "lead_id", ["requested_at", "ended_at", "retry_at"]],
  ["lead_event", "lead_id", ["at"]],
  ["settled_lead", "lead_id", ["received_at", "settled_at"]],
  ["work", "lead_id", ["received_at"]],
]

/** Gives the lead 1, 2, … these times, and counts them in the timeline as if it had counted then. */
export const spreadLeads = Effect.fnUntraced(function* (times: ReadonlyArray<number>) {
  const sql = yield* PgClient.PgClient
  const run = (statement: string, parameters: ReadonlyArray<unknown> = []) =>
    sql.unsafe(statement, parameters)
  yield* Effect.gen(function* () {
    yield* run("CREATE TEMPORARY TABLE spread (id bigint PRIMARY KEY, by interval NOT NULL) ON COMMIT DROP")
    yield* run(
      `INSERT INTO spread SELECT id, received_at - to_timestamp(($1::float8[])[id]) FROM lead WHERE id <= $2::integer`,
      [times.map((time) => time / 1000), times.length],
    )
    for (const [table, id, names] of columns) {
      const assignments = names.map((name) => `${name} = ${name} - spread.by`).join(", ")
      yield* run(`UPDATE ${table} SET ${assignments} FROM spread WHERE ${table}.${id} = spread.id`)
    }
    for (const table of ["timeline", "timeline_entry"]) yield* run(`DELETE FROM ${table}`)
    yield* run(countAgain)
  }).pipe(sql.withTransaction)
})

/** A row for each change, as the statements that made them would have written it; a worker adds them up. */
const countAgain = `
  INSERT INTO timeline_entry (at, tenant_id, was, became, leads, latencies)
  SELECT date_trunc('minute', received_at), 1, 'RECEIVED', 'RECEIVED', 1, NULL FROM lead
  UNION ALL
  SELECT date_trunc('minute', settled_at), 1, CASE WHEN state IN ('REJECTED', 'PARKED') THEN 'RECEIVED' ELSE 'READY' END::lead_state,
    state, 1, CASE WHEN state = 'DELIVERED'
      THEN ARRAY[ceil(ln(greatest(1, extract(epoch FROM settled_at - received_at) * 1000)) / ln(1.1))::smallint] END
  FROM settled_lead
  UNION ALL
  SELECT date_trunc('minute', ended_at), 1, 'READY', 'RETRYING', 1, NULL FROM attempt WHERE retry_at IS NOT NULL`

/** Answers that the mapping does not know, as if they had come over these days, too. */
export const spreadAnswers = PgClient.PgClient.use((sql) =>
  sql.unsafe(
    `UPDATE unmapped_answer SET first_seen = now() - (30 - answers % 13) * interval '1 day',
       last_seen = now() - answers * interval '19 seconds'`,
  ),
)

/** The second customer: what the first one could not take waits for it. */
export const secondCustomer = Effect.fnUntraced(function* (name: string, firstLead: number) {
  const sql = yield* PgClient.PgClient
  const run = (statement: string, parameters: ReadonlyArray<unknown> = []) =>
    sql.unsafe(statement, parameters)
  yield* Effect.gen(function* () {
    yield* run(
      `INSERT INTO customer (id, tenant_id, name, address, circuit, circuit_changed_at, failed_leads, open_for, probe_at)
       SELECT 2, 1, $1::text, 'api.solarwerk.example:443', circuit, now() - interval '13 minutes', failed_leads, open_for,
         now() + interval '4 minutes' FROM customer WHERE id = 1`,
      [name],
    )
    yield* run(
      `UPDATE customer SET circuit = 'closed', probe_at = NULL, probe_lead = NULL, failed_leads = '{}', open_for = '0' WHERE id = 1`,
    )
    yield* run("UPDATE delivery SET customer_id = 2 WHERE lead_id >= $1::bigint", [firstLead])
    yield* run(
      `UPDATE work SET customer_id = 2, lane = 2, lease = NULL, leased_until = NULL,
         due_at = now() + interval '4 minutes', scheduled_at = now() + interval '4 minutes' WHERE customer_id IS NOT NULL`,
    )
  }).pipe(sql.withTransaction)
})
