import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { countStateChanges } from "../Counters.ts"
import { partitionName, partitionOf } from "../Partitions.ts"
import { isTableMissing } from "../StoreError.ts"
import type { AttemptRecord } from "../Work.ts"
import { completeAttempts, outcomeColumns } from "./complete.ts"
import { noteChanges } from "./changes.ts"
import { event, state } from "./sql.ts"
import { noteOutcomes } from "./throttle.ts"
import { countOnTimeline } from "./timeline.ts"

/**
 * Records the outcome of an attempt that is not open; returns whether the lead changed. Rare, and a transaction of its own.
 *
 * Usually the attempt was completed as unknown; the first known outcome replaces that. A success of any attempt ends a
 * lead that has not ended: the customer has it. A failure changes the lead only if no newer attempt was opened. An attempt
 * that is open when its lead ends stays open until its own outcome comes or its worker is lost. Its work is marked as
 * ended, so that nothing else follows from that outcome.
 */
export const completeLate = (sql: PgClient.PgClient, segment: () => string) => {
  const complete = completeAttempts(sql, segment)
  return Effect.fnUntraced(
    function* (record: AttemptRecord) {
      // In the order in which all statements lock them. Later statements see the rows as they are from then on.
      yield* sql`SELECT FROM settled_lead WHERE lead_id = ${record.leadId}::bigint FOR UPDATE`
      yield* sql`SELECT FROM work WHERE lead_id = ${record.leadId}::bigint ORDER BY delivery_no FOR UPDATE`
      // The attempt may have been opened, by a transaction not yet committed, at the first try.
      const [updated] = yield* complete([record])
      if (updated !== undefined || record.outcomeUnknown) return updated ?? false
      const rows = yield* sql.unsafe<{ updated: boolean }>(statement(partitionOf(record.leadId)), [
        segment(),
        record.leadId,
        ...outcomeColumns([record]),
      ])
      return rows[0]?.updated ?? false
    },
    (record) =>
      // Retention has dropped the lead's partition.
      Effect.catchIf(sql.withTransaction(record), isTableMissing, () => Effect.succeed(false)),
  )
}

/** The attempt (of the lead $2) is the newest of its work, so a failure of it changes the lead. */
const isNewest = (attempt: string) => `
  work.lead_id = $2::bigint AND work.delivery_no = ${attempt}.delivery_no
  AND work.attempt_no = ${attempt}.attempt_no AND NOT work.attempt_is_open AND work.state <> ${state("RECEIVED")}`

const statement = (partition: number): string => `
  WITH input AS MATERIALIZED (
    SELECT *, clock_timestamp() AS at FROM unnest(
      $3::integer[], $4::boolean[], $5::integer[], $6::integer[], $7::text[], $8::text[], $9::text[], $10::text[],
      $11::text[], $12::boolean[], $13::boolean[], $14::text[], $15::text[], $16::text[], $17::float8[]
    ) AS outcome (
      attempt_no, unknown, duration_ms, response_status, response_body, error_message, fault, customer_reason,
      policy_version, unseen, counted, health, state, reason, retry_after
    )
  ), unknown AS MATERIALIZED (
    SELECT attempt.lead_id, attempt.attempt_no, attempt.ended_at, attempt.fault
    FROM input JOIN ${partitionName("attempt", partition)} AS attempt ON attempt.attempt_no = input.attempt_no
    WHERE attempt.lead_id = $2::bigint AND attempt.outcome_unknown
  ), events AS (
    -- The attempt's row will no longer show it.
    INSERT INTO lead_event (lead_id, at, type, details)
    SELECT lead_id, ended_at, ${event("attempt_outcome_unknown")}, json_build_object('attempt_no', attempt_no, 'fault', fault)
    FROM unknown
  ), known AS (
    UPDATE ${partitionName("attempt", partition)} AS attempt SET
      ended_at = input.at, success = input.state = ${state("DELIVERED")}, outcome_unknown = false,
      duration_ms = input.duration_ms, response_status = input.response_status, response_body = input.response_body,
      error_message = input.error_message, fault = input.fault, customer_reason = input.customer_reason,
      policy_version = input.policy_version,
      retry_at = CASE WHEN EXISTS (SELECT FROM work WHERE ${isNewest("attempt")})
        THEN input.at + make_interval(secs => input.retry_after) ELSE attempt.retry_at END
    FROM input
    WHERE attempt.lead_id = $2::bigint AND attempt.attempt_no = input.attempt_no AND attempt.outcome_unknown
    RETURNING attempt.*, input.health, input.state, input.reason, input.retry_after,
      -- A probe with an unknown outcome was not counted.
      (attempt.is_probe AND input.counted)::integer AS recount
  ), completed AS MATERIALIZED (
    SELECT known.*, delivery.customer_id FROM known
    JOIN ${partitionName("delivery", partition)} AS delivery USING (lead_id, delivery_no)
  ), freed AS (
    DELETE FROM work USING known
    WHERE work.lead_id = $2::bigint AND NOT work.attempt_is_open
      AND (known.success OR (known.retry_after IS NULL AND ${isNewest("known")}))
    RETURNING work.lead_id, work.tenant_id, work.received_at, work.state AS old_state, known.ended_at, known.state,
      known.reason
  ), marked AS (
    UPDATE work SET prior_state = work.state, state = ${state("DELIVERED")} FROM known
    WHERE work.lead_id = $2::bigint AND known.success AND work.attempt_is_open AND work.state <> ${state("DELIVERED")}
    RETURNING work.lead_id, work.tenant_id, work.received_at, work.prior_state AS old_state, known.ended_at, known.state,
      known.reason
  ), rescheduled AS (
    UPDATE work SET
      listed_as = ${state("RETRYING")}, lease = NULL, leased_until = NULL, lane = work.customer_id, due_at = known.retry_at, scheduled_at = known.retry_at,
      internal_failures = 0, uncounted_attempts = greatest(0, work.uncounted_attempts - known.recount)
    FROM known WHERE NOT known.success AND known.retry_after IS NOT NULL AND ${isNewest("known")}
    RETURNING work.lead_id
  ), recounted AS (
    UPDATE work SET uncounted_attempts = greatest(0, work.uncounted_attempts - known.recount) FROM known
    WHERE work.lead_id = $2::bigint AND work.delivery_no = known.delivery_no
      AND NOT known.success AND known.recount > 0 AND work.attempt_no > known.attempt_no
  ), unparked AS (
    UPDATE settled_lead SET state = ${state("DELIVERED")}, reason = NULL, settled_at = known.ended_at FROM known
    WHERE settled_lead.lead_id = $2::bigint AND known.success AND settled_lead.state = ${state("PARKED")}
    RETURNING settled_lead.lead_id, settled_lead.tenant_id, settled_lead.received_at, settled_lead.settled_at
  ), ended AS (
    SELECT * FROM freed UNION ALL SELECT * FROM marked
  ), settled AS (
    INSERT INTO settled_lead (lead_id, tenant_id, received_at, settled_at, state, reason)
    SELECT lead_id, tenant_id, received_at, ended_at, state::lead_state, reason FROM ended
  ), ${noteOutcomes}, state_changes AS (
    SELECT tenant_id, lead_id, old_state::text AS old_state, state, received_at, ended_at AS at FROM ended
    UNION ALL
    SELECT tenant_id, lead_id, ${state("PARKED")}, ${state("DELIVERED")}, received_at, settled_at FROM unparked
  ), counted AS (${countStateChanges("state_changes", "$1")}), noted_changes AS (${noteChanges("state_changes")}),
  on_timeline AS (${countOnTimeline("state_changes")})
  SELECT EXISTS (SELECT FROM state_changes) OR EXISTS (SELECT FROM rescheduled) AS updated FROM known`
