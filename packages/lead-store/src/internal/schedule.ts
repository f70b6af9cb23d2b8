import type { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Duration, Effect } from "effect"
import { storeCall } from "../StoreError.ts"
import type { Outlook } from "../Work.ts"
import { isFree, isSuspect } from "./sql.ts"
import { peek } from "./throttle.ts"

/** Reads the first entry of each lane and the throttles of the customers. */
export const nextDue = (sql: PgClient.PgClient) =>
  sql
    .unsafe<{ seconds: number | null; circuit_is_open: boolean; suspect_is_due: boolean }>(
      `WITH lane AS MATERIALIZED (
         SELECT 0 AS id, now() AS again_at, false AS circuit_is_open
         UNION ALL
         SELECT c.id, CASE WHEN throttle.permits > 0 THEN now() ELSE throttle.again_at END, c.circuit = 'open'
         FROM customer AS c ${peek}
       )
       SELECT extract(epoch FROM min(
           greatest(w.due_at, lane.again_at)
         ) FILTER (WHERE w.due_at IS NOT NULL AND lane.again_at < 'infinity') - now())::float8 AS seconds,
         bool_or(lane.circuit_is_open) AS circuit_is_open,
         EXISTS (
           SELECT FROM (
             SELECT state, internal_failures FROM work
             WHERE lane = 0 AND due_at <= now() AND ${isFree} ORDER BY due_at LIMIT ${suspectsWithin}
           ) AS oldest WHERE ${isSuspect}
         ) AS suspect_is_due
       FROM lane LEFT JOIN LATERAL (
         SELECT due_at FROM work WHERE work.lane = lane.id AND ${isFree} AND NOT ${isSuspect} ORDER BY due_at LIMIT 1
       ) AS w ON true`,
      [],
    )
    .pipe(
      Effect.map((rows): Outlook => {
        const seconds = rows[0]?.seconds ?? undefined
        return {
          untilDue: seconds === undefined ? undefined : Duration.seconds(Math.max(0, seconds)),
          isCircuitOpen: rows[0]?.circuit_is_open ?? false,
          isSuspectDue: rows[0]?.suspect_is_due ?? false,
        }
      }),
      storeCall("LeadWork.nextDue"),
    )

/** Of a backlog, only the leads that are due longest are looked at: it becomes shorter. */
const suspectsWithin = 200

/**
 * The sweep: postpones due work by `patience` and returns its leads for the queue, so that workers claim them by id
 * meanwhile. The work of lost workers is among it, leads to be claimed alone are not.
 */
export const offerDue = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(function* (options: { readonly max: number; readonly patience: Duration.Duration }) {
    const rows = yield* sql.unsafe<{ id: bigint }>(
      `WITH lane AS MATERIALIZED (
         SELECT 0 AS id, $1::integer AS most
         UNION ALL
         SELECT c.id, least($1::integer, throttle.permits) FROM customer AS c ${peek}
       ), due AS MATERIALIZED (
         SELECT w.* FROM lane CROSS JOIN LATERAL (
           SELECT lead_id, delivery_no, due_at FROM work
           WHERE work.lane = lane.id AND due_at <= now() AND ${isFree} AND NOT ${isSuspect}
           ORDER BY due_at LIMIT lane.most FOR UPDATE SKIP LOCKED
         ) AS w ORDER BY due_at LIMIT $1::integer
       )
       UPDATE work SET due_at = now() + make_interval(secs => $2::float8) FROM due
       WHERE work.lead_id = due.lead_id AND work.delivery_no = due.delivery_no RETURNING work.lead_id AS id`,
      [options.max, Duration.toSeconds(options.patience)],
    )
    return rows.map(leadId)
  }, storeCall("LeadWork.offer"))

/** A page, by id, of the leads whose work may be claimed now, without deliveries to a throttled customer. */
export const waitingLeads = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(function* (options: { readonly after: LeadId | undefined; readonly max: number }) {
    const rows = yield* sql.unsafe<{ id: bigint }>(
      `WITH lane AS MATERIALIZED (
         SELECT 0 AS id
         UNION ALL
         SELECT c.id FROM customer AS c ${peek} WHERE throttle.spacing IS NULL AND throttle.permits > 1
       )
       SELECT lead_id AS id FROM work
       WHERE lead_id > $1::bigint AND ${isFree} AND NOT ${isSuspect} AND scheduled_at <= now() AND EXISTS (SELECT FROM lane WHERE lane.id = work.lane)
       ORDER BY lead_id LIMIT $2::integer`,
      [options.after ?? 0, options.max],
    )
    return rows.map(leadId)
  }, storeCall("LeadWork.waiting"))

const leadId = ({ id }: { readonly id: bigint }) => Number(id) as LeadId
