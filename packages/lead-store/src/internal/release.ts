import type { PgClient } from "@effect/sql-pg"
import { Duration, Effect } from "effect"
import { storeCall } from "../StoreError.ts"
import type { Released } from "../Work.ts"
import { columns, event, isOpen, state, utc } from "./sql.ts"

/**
 * Releases leased work, a batch in one statement. Returns for each piece whether its lease was still valid.
 *
 * An attempt that was opened and not sent is withdrawn, and its number is used again. An internal failure is recorded in
 * the lead's history. An attempt that may have been sent stays open: the worker that claims the work next completes it.
 */
export const releaseWork = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(function* (released: ReadonlyArray<Released>) {
    const rows = yield* sql.unsafe<{ ord: bigint }>(statement, [
      columns.int8(released.map(({ leadId }) => leadId)),
      columns.int4(released.map(({ deliveryNo }) => deliveryNo)),
      columns.uuid(released.map(({ lease }) => lease)),
      columns.int4(released.map(({ unsentAttemptNo }) => unsentAttemptNo ?? 0)),
      columns.float8(released.map(({ delay }) => Duration.toSeconds(delay))),
      columns.text(released.map(({ internalFailure }) => internalFailure ?? null)),
    ])
    const ords = new Set(rows.map(({ ord }) => Number(ord)))
    return released.map((_, index) => ords.has(index + 1))
  })

/** Ends every lease, for a process that knows that all holders have died. */
export const expireLeases = (sql: PgClient.PgClient) =>
  sql`UPDATE work SET leased_until = now() WHERE leased_until > now()`.pipe(
    Effect.asVoid,
    storeCall("LeadWork.expireLeases"),
  )

/**
 * If a row has changed since the statement began, Postgres first checks the constraints of the new row computed from the
 * old version, and then computes it again from the current version. So columns are set from the row's own columns and
 * not from those that the CTE `leased` read.
 */
const statement = `
  WITH input AS MATERIALIZED (
    SELECT * FROM unnest($1::bigint[], $2::integer[], $3::uuid[], $4::integer[], $5::float8[], $6::text[])
      WITH ORDINALITY AS released (lead_id, delivery_no, lease, unsent, delay, internal_failure, ord)
  ), leased AS MATERIALIZED (
    SELECT input.*, work.customer_id, work.attempt_opened_at, work.attempt_is_probe,
      work.attempt_is_open AND work.attempt_no = input.unsent AS withdraws,
      work.attempt_is_open AND work.attempt_no <> input.unsent AS stays_open,
      ${isOpen("work.state")} AS has_not_ended
    FROM input JOIN work ON work.lead_id = input.lead_id AND work.delivery_no = input.delivery_no AND work.lease = input.lease
    ORDER BY input.lead_id, input.delivery_no FOR UPDATE OF work
  ), freed AS (
    UPDATE work SET
      lease = NULL, leased_until = NULL, attempt_is_open = work.attempt_is_open AND work.attempt_no <> leased.unsent,
      attempt_no = work.attempt_no - (work.attempt_is_open AND work.attempt_no = leased.unsent)::integer,
      first_attempt_at = CASE WHEN NOT (work.attempt_is_open AND work.attempt_no = leased.unsent)
        OR work.first_attempt_at < work.attempt_opened_at THEN work.first_attempt_at END,
      listed_as = CASE WHEN ${isOpen("work.state")} THEN work.state ELSE work.listed_as END,
      -- An open attempt is completed without regard to the customer's throttle.
      lane = CASE WHEN work.state = ${state("RECEIVED")} OR (work.attempt_is_open AND work.attempt_no <> leased.unsent) THEN 0
        ELSE work.customer_id END,
      due_at = now() + make_interval(secs => leased.delay), scheduled_at = now() + make_interval(secs => leased.delay),
      internal_failures = work.internal_failures + (leased.internal_failure IS NOT NULL)::integer
    FROM leased
    WHERE work.lead_id = leased.lead_id AND work.delivery_no = leased.delivery_no AND (has_not_ended OR stays_open)
    RETURNING leased.*, work.scheduled_at
  ), dropped AS (
    -- The lead has ended by the late success of an older attempt: nothing is left to do.
    DELETE FROM work USING leased
    WHERE work.lead_id = leased.lead_id AND work.delivery_no = leased.delivery_no AND NOT (has_not_ended OR stays_open)
    RETURNING leased.*
  ), withdrawn AS (
    SELECT ord, lead_id, customer_id, unsent, attempt_opened_at, attempt_is_probe FROM freed WHERE withdraws
    UNION ALL
    SELECT ord, lead_id, customer_id, unsent, attempt_opened_at, attempt_is_probe FROM dropped WHERE withdraws
  ), probes AS (
    -- The probe was not sent: another lead may be the probe at once.
    UPDATE customer SET probe_lead = NULL, probe_at = clock_timestamp() FROM withdrawn
    WHERE customer.id = withdrawn.customer_id AND customer.circuit = 'open' AND customer.probe_lead = withdrawn.lead_id
  ), events AS (
    INSERT INTO lead_event (lead_id, at, type, details)
    SELECT lead_id, at, type, details FROM (
      SELECT ord, 1 AS place, lead_id, attempt_opened_at AS at, ${event("attempt_opened")} AS type,
        CASE WHEN attempt_is_probe THEN json_build_object('attempt_no', unsent, 'probe', true)
          ELSE json_build_object('attempt_no', unsent) END AS details
      FROM withdrawn
      UNION ALL
      SELECT ord, 2, lead_id, clock_timestamp(), ${event("attempt_withdrawn")}, json_build_object('attempt_no', unsent)
      FROM withdrawn
      UNION ALL
      SELECT ord, 3, lead_id, clock_timestamp(), ${event("snoozed")},
        json_build_object('because', internal_failure, 'until', ${utc("scheduled_at")})
      FROM freed WHERE internal_failure IS NOT NULL
    ) AS event ORDER BY ord, place
  )
  SELECT ord FROM freed UNION ALL SELECT ord FROM dropped`
