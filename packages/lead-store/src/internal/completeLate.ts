import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { partitionName, partitionOf } from "../Partitions.ts"
import { storeCall } from "../StoreError.ts"
import type { AttemptRecord } from "../Work.ts"
import { outcomeColumns } from "./complete.ts"
import { countMoves } from "./counts.ts"
import { noteOutcomes } from "./throttle.ts"

/**
 * Records an outcome that comes late: its attempt was completed as unknown meanwhile. The attempt takes the first known
 * outcome. A success ends a lead that has not ended, whichever attempt it is of: the customer has it. Returns whether
 * the lead changed. Rare: a transaction of its own.
 *
 * An attempt that is open then stays open until its own outcome comes, or its owner is found to be lost; its work is
 * marked as ended, so that nothing follows from it.
 */
export const completeLate = (sql: PgClient.PgClient, segment: () => string) =>
  Effect.fnUntraced(
    function* (record: AttemptRecord) {
      // The work first, as everybody locks it: what follows sees it as it is then.
      yield* sql`SELECT FROM work WHERE lead_id = ${record.leadId}::bigint ORDER BY delivery_no FOR UPDATE`
      const rows = yield* sql.unsafe<{ moved: boolean }>(statement(partitionOf(record.leadId)), [
        segment(),
        record.leadId,
        ...outcomeColumns([record]),
      ])
      return rows[0]?.moved ?? false
    },
    sql.withTransaction,
    storeCall("LeadWork.complete"),
  )

const statement = (partition: number): string => `
  WITH input AS MATERIALIZED (
    SELECT $2::bigint AS lead_id, outcome.* FROM unnest(
      $3::integer[], $4::boolean[], $5::integer[], $6::integer[], $7::text[], $8::text[], $9::text[], $10::text[],
      $11::text[], $12::text[], $13::float8[]
    ) AS outcome (
      attempt_no, unknown, duration_ms, response_status, response_body, error_message, fault, health, state, reason,
      retry_after
    )
  ), known AS (
    UPDATE ${partitionName("attempt", partition)} AS attempt SET
      ended_at = clock_timestamp(), success = input.state = 'DELIVERED', outcome_unknown = false,
      duration_ms = input.duration_ms, response_status = input.response_status, response_body = input.response_body,
      error_message = input.error_message, fault = input.fault
    FROM input
    WHERE attempt.lead_id = input.lead_id AND attempt.attempt_no = input.attempt_no AND attempt.outcome_unknown
      AND NOT input.unknown
    RETURNING attempt.*, input.health
  ), completed AS MATERIALIZED (
    SELECT known.*, delivery.customer_id FROM known
    JOIN ${partitionName("delivery", partition)} AS delivery USING (lead_id, delivery_no)
  ), freed AS (
    DELETE FROM work USING known WHERE work.lead_id = known.lead_id AND known.success AND NOT work.attempt_is_open
    RETURNING work.lead_id, work.tenant_id, work.received_at, work.state AS old_state
  ), marked AS (
    UPDATE work SET prior_state = work.state, state = 'DELIVERED' FROM known
    WHERE work.lead_id = known.lead_id AND known.success AND work.attempt_is_open AND work.state <> 'DELIVERED'
    RETURNING work.lead_id, work.tenant_id, work.received_at, work.prior_state AS old_state
  ), recounted AS (
    -- While its outcome was unknown, a probe was taken for one that found nobody.
    UPDATE work SET uncounted_attempts = work.uncounted_attempts - 1 FROM known
    WHERE work.lead_id = known.lead_id AND NOT known.success AND known.is_probe AND known.health <> 'unavailable'
      AND work.uncounted_attempts > 0
  ), unparked AS (
    UPDATE settled_lead SET state = 'DELIVERED', reason = NULL, settled_at = clock_timestamp() FROM known
    WHERE settled_lead.lead_id = known.lead_id AND known.success AND settled_lead.state = 'PARKED'
    RETURNING settled_lead.lead_id, settled_lead.tenant_id
  ), delivered AS (
    SELECT * FROM freed UNION ALL SELECT * FROM marked
  ), settled AS (
    INSERT INTO settled_lead (lead_id, tenant_id, received_at, state)
    SELECT lead_id, tenant_id, received_at, 'DELIVERED' FROM delivered
  ), ${noteOutcomes}, moves AS (
    SELECT tenant_id, old_state::text AS old_state, 'DELIVERED' AS state FROM delivered
    UNION ALL
    SELECT tenant_id, 'PARKED', 'DELIVERED' FROM unparked
  ), counted AS (${countMoves("moves", "$1")})
  SELECT EXISTS (SELECT FROM moves) AS moved FROM known`
