import type { PgClient } from "@effect/sql-pg"
import { Duration, Effect } from "effect"
import { randomUUID } from "node:crypto"
import { storeCall } from "../StoreError.ts"
import type { ClaimOptions } from "../Work.ts"
import { readClaimed, type LeasedRow } from "./readClaimed.ts"
import { columns, event, isFree, isSuspect, utc } from "./sql.ts"
import { peek, unlimited } from "./throttle.ts"

/**
 * Leases work, skipping rows that another worker is leasing, and reads its payloads: one statement on the narrow table,
 * and one or two for each partition of its leads.
 *
 * A claim by schedule continues in each lane where the last one ended, so that it does not read the dead rows of work that
 * is done: they stay in the index while anybody holds a snapshot. It starts from the beginning once a second, and whenever
 * a claim got less than it asked for; that finds the work of lost workers.
 */
export const makeClaim = (sql: PgClient.PgClient) => {
  /** The due time that claims have reached, by lane, in seconds since 1970. */
  const reached = new Map<number, number>()
  let startedOverAt = Number.NEGATIVE_INFINITY

  /** `taken` was leased just now and counts against the permits of its customers. */
  const look = Effect.fnUntraced(function* (
    lease: string,
    seconds: number,
    max: number,
    taken: ReadonlyArray<LeasedRow> = [],
  ) {
    const lanes = [...new Set([...reached.keys(), ...taken.map(({ lane }) => lane)])]
    const rows = yield* sql.unsafe<LeasedRow>(claimDue, [
      lease,
      seconds,
      max,
      columns.int4(lanes),
      columns.float8(lanes.map((lane) => reached.get(lane) ?? null)),
      columns.int4(lanes.map((lane) => taken.filter((row) => row.lane === lane).length)),
    ])
    for (const { due_at, is_leased, lane } of rows) {
      // A little less far: a row of a slow commit may be due before others that were claimed.
      const at = due_at.getTime() / 1000 - lookBackSeconds
      if (is_leased && !(at <= (reached.get(lane) ?? Number.NEGATIVE_INFINITY))) reached.set(lane, at)
    }
    return rows
  })

  const due = Effect.fnUntraced(function* (lease: string, seconds: number, max: number) {
    if (performance.now() - startedOverAt >= startOverEveryMs) reached.clear()
    const isFromStart = reached.size === 0
    if (isFromStart) startedOverAt = performance.now()
    const rows = yield* look(lease, seconds, max)
    if (rows.length === max) return rows
    reached.clear()
    return isFromStart ? rows : [...rows, ...(yield* look(lease, seconds, max - rows.length, rows))]
  })

  return Effect.fnUntraced(function* ({ alone = false, ids, max, lease }: ClaimOptions) {
    const token = randomUUID()
    const seconds = Duration.toSeconds(lease)
    const rows = yield* alone
      ? sql.unsafe<LeasedRow>(claimSuspect, [token, seconds])
      : ids === undefined
        ? due(token, seconds, max)
        : sql.unsafe<LeasedRow>(claimByIds, [token, seconds, max, columns.int8(ids)])
    const leased = rows.filter((row) => row.is_leased)
    return leased.length === 0 ? [] : yield* readClaimed(sql, leased, token)
  }, storeCall("LeadWork.claim"))
}

const startOverEveryMs = 1000
const lookBackSeconds = 0.1

/**
 * Leases the rows of the CTE `due`. A lost worker counts as an internal failure of its work. An undecided lead may be what
 * ended the worker, by its memory or its time, so it is snoozed instead, and claimed alone afterwards. So is other work
 * from the third failure in a row on. Each snooze is longer: 10 and 60 seconds, 4, 8, 16 … 60 minutes.
 */
const leaseDue = `
  leased AS (
    UPDATE work SET
      lease = CASE WHEN rests THEN NULL ELSE $1::uuid END,
      leased_until = CASE WHEN rests THEN NULL ELSE now() + make_interval(secs => $2::float8) END,
      internal_failures = work.internal_failures + due.was_lost::integer,
      due_at = CASE WHEN rests THEN now() + rest ELSE work.due_at END,
      scheduled_at = CASE WHEN rests THEN now() + rest ELSE work.scheduled_at END
    FROM due CROSS JOIN LATERAL (
      SELECT due.was_lost AND (due.internal_failures >= 2 OR due.state = 'RECEIVED') AS rests,
        make_interval(secs => CASE due.internal_failures WHEN 0 THEN 10 WHEN 1 THEN 60
          ELSE least(30 * 2 ^ least(due.internal_failures + 1, 7), 3600) END) AS rest
    ) AS r
    WHERE work.lead_id = due.lead_id AND work.delivery_no = due.delivery_no
    RETURNING work.*, rests
  ), snoozed AS (
    INSERT INTO lead_event (lead_id, type, details)
    SELECT lead_id, ${event("snoozed")}, json_build_object(
      'because', 'its worker was lost, the internal failure no. ' || internal_failures || ' in a row', 'until', ${utc("scheduled_at")}
    ) FROM leased WHERE rests
  )
  SELECT lead_id, delivery_no, state::text AS state, attempt_no, attempt_is_open, attempt_is_probe, uncounted_attempts,
    internal_failures, unseen_attempt, extract(epoch FROM now() - first_attempt_at)::float8 AS age,
    extract(epoch FROM now() - received_at)::float8 AS received_age, lane, due_at,
    NOT rests AS is_leased
  FROM leased`

const columnsOfDue = "lead_id, delivery_no, due_at, state, lease IS NOT NULL AS was_lost, internal_failures"

const claimDue = `
  WITH lane AS MATERIALIZED (
    SELECT id, least($3::integer, greatest(0, permits - coalesce(known.taken, 0))) AS most,
      coalesce(to_timestamp(known.reached), '-infinity') AS reached
    FROM (
      SELECT 0 AS id, ${unlimited} AS permits
      UNION ALL
      SELECT c.id, throttle.permits FROM customer AS c ${peek}
    ) AS l LEFT JOIN unnest($4::integer[], $5::float8[], $6::integer[]) AS known (lane, reached, taken) ON known.lane = l.id
  ), due AS MATERIALIZED (
    SELECT w.* FROM lane CROSS JOIN LATERAL (
      SELECT ${columnsOfDue} FROM work
      WHERE work.lane = lane.id AND due_at >= lane.reached AND due_at <= now() AND ${isFree} AND NOT ${isSuspect}
      ORDER BY due_at LIMIT lane.most FOR UPDATE SKIP LOCKED
    ) AS w ORDER BY due_at LIMIT $3::integer
  ), ${leaseDue}`

const claimByIds = `
  WITH lane AS MATERIALIZED (
    SELECT 0 AS id, $3::integer AS permits
    UNION ALL
    SELECT c.id, throttle.permits FROM customer AS c ${peek}
  ), due AS MATERIALIZED (
    SELECT ${columnsOfDue} FROM work
    WHERE lead_id = ANY ($4::bigint[]) AND scheduled_at <= now() AND ${isFree} AND NOT ${isSuspect}
      AND (SELECT permits FROM lane WHERE lane.id = work.lane) > 0
    ORDER BY lead_id LIMIT $3::integer FOR UPDATE SKIP LOCKED
  ), ${leaseDue}`

/** The suspect that is due longest. */
const claimSuspect = `
  WITH due AS MATERIALIZED (
    SELECT ${columnsOfDue} FROM work
    WHERE lane = 0 AND due_at <= now() AND ${isFree} AND ${isSuspect}
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
  ), ${leaseDue}`
