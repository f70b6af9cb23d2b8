import type { PgClient } from "@effect/sql-pg"
import { type Json, stringify } from "@lead-gateway/lossless-json"
import { Duration, Effect } from "effect"
import type { SqlError } from "effect/sql"
import type { OpenedAttempt, Step } from "../Step.ts"
import { storeErrors } from "../StoreError.ts"

interface Row {
  readonly ord: number
  readonly attempt_no: number
  readonly body: string
}

/**
 * Stores decisions and opens attempts, a batch in one statement. Rows are locked in the order of their ids,
 * so that two batches never wait for each other; a lead whose lease was lost is left alone.
 */
export const proceedAll = (sql: PgClient.PgClient, shard: Effect.Effect<number, SqlError.SqlError>) =>
  Effect.fnUntraced(function* (steps: ReadonlyArray<Step>) {
    const input = stringify(steps.map(inputRow))
    const opened = yield* sql<Row>`
      WITH input AS MATERIALIZED (
        SELECT * FROM json_to_recordset(${input}::text::json) AS step (
          ord integer, id bigint, lease uuid, status text, reason text, normalized jsonb, customer jsonb,
          omitted jsonb, details jsonb, decided_with jsonb, hold float8
        )
      ), locked AS MATERIALIZED (
        SELECT lead.id, lead.status AS old_status, lead.attempt_count
        FROM inbound_lead AS lead JOIN input ON lead.id = input.id AND lead.lease_token = input.lease
        WHERE lead.id = ANY (ARRAY (SELECT id FROM input))
          AND (lead.status = 'RECEIVED') = (input.status IS NOT NULL)
        ORDER BY lead.id
        FOR UPDATE OF lead
      ), moved AS (
        UPDATE inbound_lead AS lead SET
          status = COALESCE(input.status, lead.status),
          rejection_reason = input.reason,
          normalized_payload = COALESCE(input.normalized, lead.normalized_payload),
          customer_payload = COALESCE(input.customer, lead.customer_payload),
          omitted_attributes = COALESCE(input.omitted, lead.omitted_attributes),
          decided_with = COALESCE(input.decided_with, lead.decided_with),
          attempt_count = CASE WHEN input.hold IS NULL THEN lead.attempt_count ELSE lead.attempt_count + 1 END,
          next_attempt_at = now() + make_interval(secs => input.hold),
          lease_token = CASE WHEN input.hold IS NULL THEN NULL ELSE lead.lease_token END,
          updated_at = now()
        FROM locked JOIN input ON input.id = locked.id
        WHERE lead.id = locked.id AND lead.id = ANY (ARRAY (SELECT id FROM input))
        RETURNING lead.id, input.ord, locked.old_status, lead.status, lead.rejection_reason, lead.attempt_count,
          lead.customer_payload, input.status AS decision, input.details, input.hold
      ), opened AS (
        INSERT INTO delivery_attempt (lead_id, attempt_no)
        SELECT id, attempt_count FROM moved WHERE hold IS NOT NULL
      ), told AS (
        INSERT INTO lead_event (lead_id, type, details)
        SELECT id, type, details FROM (
          SELECT id, 1 AS step,
            CASE decision WHEN 'FAILED' THEN 'parked' ELSE lower(decision) END AS type,
            COALESCE(details, '{}'::jsonb) AS details
          FROM moved WHERE decision IS NOT NULL
          UNION ALL
          SELECT id, 2, 'attempt_opened', jsonb_build_object('attempt_no', attempt_count) FROM moved WHERE hold IS NOT NULL
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
      SELECT ord, attempt_count AS attempt_no, customer_payload::text AS body FROM moved WHERE hold IS NOT NULL`
    const attempts = new Map(opened.map((row) => [row.ord, { attemptNo: row.attempt_no, body: row.body }]))
    return steps.map((_, ord): OpenedAttempt | undefined => attempts.get(ord))
  }, storeErrors("LeadWork.proceed"))

const inputRow = ({ id, lease, decision, hold }: Step, ord: number): Json => {
  const opens = decision === undefined || decision.status === "READY"
  const row = { ord, id, lease, hold: opens ? Duration.toSeconds(hold) : null }
  if (decision === undefined) return row
  const { status, decidedWith } = decision
  switch (status) {
    case "REJECTED":
      return { ...row, status, reason: decision.reason, details: decision.details, decided_with: decidedWith }
    case "FAILED":
      return {
        ...row,
        status,
        reason: decision.reason,
        details: decision.details,
        normalized: decision.normalized,
        omitted: decision.omitted.map((attribute) => ({ ...attribute })),
        decided_with: decidedWith,
      }
    case "READY":
      return {
        ...row,
        status,
        normalized: decision.normalized,
        customer: decision.customerPayload,
        omitted: decision.omitted.map((attribute) => ({ ...attribute })),
        decided_with: decidedWith,
      }
  }
}
