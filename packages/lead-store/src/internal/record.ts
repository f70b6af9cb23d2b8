import type { PgClient } from "@effect/sql-pg"
import { stringify } from "@lead-gateway/lossless-json"
import { Duration, Effect } from "effect"
import type { SqlError } from "effect/sql"
import type { AttemptRecord } from "../Step.ts"
import { storeErrors } from "../StoreError.ts"

/**
 * Records outcomes, a batch in one statement: the attempt's row and the lead move together.
 *
 * An attempt takes the first known outcome; "unknown" only while nothing is known. The lead moves if this
 * is its newest attempt and it has not ended; for an unknown outcome the lease must still be held, since
 * only an owner may say that nobody saw it. So a late 2xx counts, also after somebody called it unknown.
 */
export const recordAll = (sql: PgClient.PgClient, shard: Effect.Effect<number, SqlError.SqlError>) =>
  Effect.fnUntraced(function* (outcomes: ReadonlyArray<AttemptRecord>) {
    const input = stringify(outcomes.map(inputRow))
    const moved = yield* sql<{ ord: number }>`
      WITH input AS MATERIALIZED (
        SELECT * FROM json_to_recordset(${input}::text::json) AS outcome (
          ord integer, id bigint, lease uuid, attempt_no integer, success boolean, unknown boolean,
          response_status integer, response_body text, error_message text, fault text,
          status text, reason text, retry_after float8
        )
      ), locked AS MATERIALIZED (
        SELECT lead.id, input.ord, lead.status AS old_status
        FROM inbound_lead AS lead JOIN input ON lead.id = input.id
        WHERE lead.id = ANY (ARRAY (SELECT id FROM input))
          AND lead.status IN ('READY', 'FAILED') AND lead.attempt_count = input.attempt_no
          AND (NOT input.unknown OR lead.lease_token = input.lease)
        ORDER BY lead.id
        FOR UPDATE OF lead
      ), ended AS (
        UPDATE delivery_attempt AS attempt SET
          ended_at = now(), success = input.success, outcome_unknown = input.unknown,
          response_status = input.response_status, response_body = input.response_body,
          error_message = input.error_message, fault = input.fault
        FROM input LEFT JOIN locked ON locked.ord = input.ord
        WHERE attempt.lead_id = input.id AND attempt.attempt_no = input.attempt_no
          AND attempt.lead_id = ANY (ARRAY (SELECT id FROM input))
          AND (attempt.ended_at IS NULL OR (attempt.outcome_unknown AND NOT input.unknown))
          AND (NOT input.unknown OR locked.id IS NOT NULL)
        RETURNING attempt.lead_id, input.ord
      ), moved AS (
        UPDATE inbound_lead AS lead SET
          status = input.status,
          rejection_reason = input.reason,
          next_attempt_at = now() + make_interval(secs => input.retry_after),
          lease_token = NULL,
          updated_at = now()
        FROM locked JOIN input ON input.ord = locked.ord
        WHERE lead.id = locked.id AND lead.id = ANY (ARRAY (SELECT id FROM input))
        RETURNING lead.id, input.ord, locked.old_status, lead.status, lead.rejection_reason, lead.next_attempt_at
      ), told AS (
        INSERT INTO lead_event (lead_id, type, details)
        SELECT id, type, details FROM (
          SELECT input.id, 1 AS step,
            CASE WHEN input.unknown THEN 'attempt_outcome_unknown'
              WHEN input.success THEN 'attempt_succeeded' ELSE 'attempt_failed' END AS type,
            jsonb_strip_nulls(jsonb_build_object(
              'attempt_no', input.attempt_no, 'status_code', input.response_status, 'fault', input.fault
            )) AS details
          FROM ended JOIN input ON input.ord = ended.ord
          UNION ALL
          SELECT id, 2, CASE status WHEN 'FAILED' THEN 'retry_scheduled' ELSE lower(status) END,
            jsonb_strip_nulls(jsonb_build_object('reason', rejection_reason, 'next_attempt_at', next_attempt_at))
          FROM moved
        ) AS told ORDER BY id, step
      ), counted AS (
        INSERT INTO lead_count AS c (shard, status, leads)
        SELECT ${yield* shard}::integer, status, sum(change) FROM (
          SELECT old_status AS status, -1 AS change FROM moved WHERE status <> old_status
          UNION ALL
          SELECT status, 1 FROM moved WHERE status <> old_status
        ) AS changes GROUP BY status ORDER BY status
        ON CONFLICT (shard, status) DO UPDATE SET leads = c.leads + excluded.leads
      )
      SELECT ord FROM moved`
    const ords = new Set(moved.map((row) => row.ord))
    return outcomes.map((_, ord) => ords.has(ord))
  }, storeErrors("LeadWork.record"))

const inputRow = (outcome: AttemptRecord, ord: number) => ({
  ord,
  id: outcome.id,
  lease: outcome.lease,
  attempt_no: outcome.attemptNo,
  success: outcome.success,
  unknown: outcome.outcomeUnknown,
  response_status: outcome.responseStatus,
  response_body: outcome.responseBody,
  error_message: outcome.errorMessage,
  fault: outcome.fault,
  status: outcome.next.status,
  reason: outcome.next.status === "PERMANENTLY_FAILED" ? outcome.next.reason : null,
  retry_after: outcome.next.status === "FAILED" ? Duration.toSeconds(outcome.next.retryAfter) : null,
})
