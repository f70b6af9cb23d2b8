import type { PgClient } from "@effect/sql-pg"
import { stringify } from "@lead-gateway/lossless-json"
import { Duration, Effect } from "effect"
import type { SqlError } from "effect/sql"
import type { AttemptRecord } from "../Step.ts"
import { storeCall } from "../StoreError.ts"
import { idsOf } from "./fragments.ts"
import { countMoved } from "./leadCount.ts"
import { batchJson, type LeadRow } from "./LeadRow.ts"

/**
 * Records outcomes, a batch in one statement: the attempt's row and the lead move together.
 *
 * An attempt takes the first known outcome; "unknown" only while nothing is known, and only from the lead's
 * owner, since nobody else may say that nobody saw it. A lead that has not ended moves with its newest attempt,
 * and with a success of any: the customer has the lead then, and a further attempt could only repeat it. An
 * outcome that is recorded twice counts once.
 */
export const recordAll = (sql: PgClient.PgClient, shard: Effect.Effect<number, SqlError.SqlError>) =>
  Effect.fnUntraced(function* (outcomes: ReadonlyArray<LeadRow>) {
    const moved = yield* sql<{ ord: number }>`
      WITH input AS MATERIALIZED (
        SELECT * FROM ROWS FROM (json_to_recordset(${batchJson(outcomes)}::text::json) AS (
          id bigint, lease uuid, attempt_no integer, success boolean, unknown boolean,
          response_status integer, response_body text, error_message text, fault text,
          status text, reason text, retry_after float8
        )) WITH ORDINALITY
      ), locked AS MATERIALIZED (
        SELECT lead.id, lead.status AS old_status,
          lead.status IN ('READY', 'FAILED') AND (input.success OR lead.attempt_count = input.attempt_no) AS moves,
          lead.lease_token = input.lease AS is_owned
        FROM inbound_lead AS lead JOIN input ON lead.id = input.id
        WHERE ${idsOf(sql, "lead.id")}
        ORDER BY lead.id
        FOR UPDATE OF lead
      ), ended AS (
        UPDATE delivery_attempt AS attempt SET
          ended_at = now(), success = input.success, outcome_unknown = input.unknown,
          response_status = input.response_status, response_body = input.response_body,
          error_message = input.error_message, fault = input.fault
        FROM input JOIN locked ON locked.id = input.id
        WHERE attempt.lead_id = input.id AND attempt.attempt_no = input.attempt_no
          AND ${idsOf(sql, "attempt.lead_id")}
          AND (attempt.ended_at IS NULL OR (attempt.outcome_unknown AND NOT input.unknown))
          AND (NOT input.unknown OR locked.is_owned)
        RETURNING input.*, locked.old_status, locked.moves
      ), moved AS (
        UPDATE inbound_lead AS lead SET
          status = ended.status,
          rejection_reason = ended.reason,
          next_attempt_at = now() + make_interval(secs => ended.retry_after),
          lease_token = NULL,
          updated_at = now()
        FROM ended
        WHERE lead.id = ended.id AND ended.moves AND ${idsOf(sql, "lead.id")}
        RETURNING lead.id, ended.ordinality, ended.old_status, lead.status, lead.rejection_reason, lead.next_attempt_at
      ), told AS (
        INSERT INTO lead_event (lead_id, type, details)
        SELECT id, type, details FROM (
          SELECT id, 1 AS step,
            CASE WHEN unknown THEN 'attempt_outcome_unknown'
              WHEN success THEN 'attempt_succeeded' ELSE 'attempt_failed' END AS type,
            jsonb_strip_nulls(jsonb_build_object(
              'attempt_no', attempt_no, 'status_code', response_status, 'fault', fault
            )) AS details
          FROM ended
          UNION ALL
          SELECT id, 2, CASE status WHEN 'FAILED' THEN 'retry_scheduled' ELSE lower(status) END,
            jsonb_strip_nulls(jsonb_build_object('reason', rejection_reason, 'next_attempt_at', next_attempt_at))
          FROM moved
        ) AS told ORDER BY id, step
      ), counted AS (${yield* countMoved(sql, shard)})
      SELECT ordinality::integer AS ord FROM moved`
    const ords = new Set(moved.map((row) => row.ord))
    return outcomes.map((_, index) => ords.has(index + 1))
  }, storeCall("LeadWork.record"))

/** What {@link recordAll} is told of an outcome. */
export const outcomeRow = (outcome: AttemptRecord): LeadRow => {
  const { id, next } = outcome
  return {
    id,
    json: stringify({
      id,
      lease: outcome.lease,
      attempt_no: outcome.attemptNo,
      success: outcome.success,
      unknown: outcome.outcomeUnknown,
      response_status: outcome.responseStatus,
      response_body: outcome.responseBody,
      error_message: outcome.errorMessage,
      fault: outcome.fault,
      status: next.status,
      reason: next.status === "PERMANENTLY_FAILED" ? next.reason : null,
      retry_after: next.status === "FAILED" ? Duration.toSeconds(next.retryAfter) : null,
    }),
  }
}
