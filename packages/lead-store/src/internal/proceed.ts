import type { PgClient } from "@effect/sql-pg"
import { type Json, stringify } from "@lead-gateway/lossless-json"
import { Duration, Effect } from "effect"
import type { SqlError } from "effect/sql"
import type { OpenedAttempt, Step, StoredDecision } from "../Step.ts"
import { storeCall } from "../StoreError.ts"
import { idsOf, lastAttemptIsOpen } from "./fragments.ts"
import { countMoved } from "./leadCount.ts"
import { batchJson, type LeadRow } from "./LeadRow.ts"

interface Opened {
  readonly ord: number
  readonly attempt_no: number
  readonly body: string
}

/**
 * Stores decisions and opens attempts, a batch in one statement. Rows are locked in the order of their ids,
 * so that two batches never wait for each other. A lead whose lease was lost is left alone, and so is one
 * that is decided already or has an attempt open.
 */
export const proceedAll = (sql: PgClient.PgClient, shard: Effect.Effect<number, SqlError.SqlError>) =>
  Effect.fnUntraced(function* (steps: ReadonlyArray<LeadRow>) {
    const opened = yield* sql<Opened>`
      WITH input AS MATERIALIZED (
        SELECT * FROM ROWS FROM (json_to_recordset(${batchJson(steps)}::text::json) AS (
          id bigint, lease uuid, status text, reason text, normalized jsonb, customer jsonb,
          omitted jsonb, details jsonb, decided_with jsonb, hold float8
        )) WITH ORDINALITY
      ), locked AS MATERIALIZED (
        SELECT lead.id, lead.status AS old_status
        FROM inbound_lead AS lead JOIN input ON lead.id = input.id AND lead.lease_token = input.lease
        WHERE ${idsOf(sql, "lead.id")}
          AND CASE WHEN lead.status = 'RECEIVED' THEN input.status IS NOT NULL
            ELSE input.status IS NULL AND NOT ${lastAttemptIsOpen(sql)} END
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
        WHERE lead.id = locked.id AND ${idsOf(sql, "lead.id")}
        RETURNING lead.id, input.ordinality, locked.old_status, lead.status, lead.attempt_count,
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
      ), counted AS (${yield* countMoved(sql, shard)})
      SELECT ordinality::integer AS ord, attempt_count AS attempt_no, customer_payload::text AS body
      FROM moved WHERE hold IS NOT NULL`
    const attempts = new Map(opened.map((row) => [row.ord, { attemptNo: row.attempt_no, body: row.body }]))
    return steps.map((_, index): OpenedAttempt | undefined => attempts.get(index + 1))
  }, storeCall("LeadWork.proceed"))

/** What {@link proceedAll} is told of a step. */
export const stepRow = ({ id, lease, decision, hold }: Step): LeadRow => {
  const opens = decision === undefined || decision.status === "READY"
  const row = { id, lease, hold: opens ? Duration.toSeconds(hold) : null }
  return { id, json: stringify(decision === undefined ? row : { ...row, ...decisionColumns(decision) }) }
}

const decisionColumns = (decision: StoredDecision): { readonly [column: string]: Json } => {
  const { status, decidedWith: decided_with } = decision
  switch (status) {
    case "REJECTED":
      return { status, decided_with, reason: decision.reason, details: decision.details }
    case "FAILED":
      return {
        status,
        decided_with,
        reason: decision.reason,
        details: decision.details,
        normalized: decision.normalized,
        omitted: decision.omitted.map((attribute) => ({ ...attribute })),
      }
    case "READY":
      return {
        status,
        decided_with,
        normalized: decision.normalized,
        customer: decision.customerPayload,
        omitted: decision.omitted.map((attribute) => ({ ...attribute })),
      }
  }
}
