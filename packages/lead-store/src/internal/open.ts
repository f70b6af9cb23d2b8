import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { countStateChanges } from "../Counters.ts"
import type { Step, StepResult } from "../Work.ts"
import { noteChanges } from "./changes.ts"
import { columns, event, state } from "./sql.ts"
import { permitsTaken, takePermits } from "./throttle.ts"
import { countOnTimeline } from "./timeline.ts"

interface Row {
  readonly ord: bigint
  /** Null if no attempt was opened. */
  readonly attempt_no: number | null
  readonly is_probe: boolean
  readonly is_held_back: boolean
}

/**
 * Stores decisions and opens attempts as far as the customers' throttles permit, a batch in one statement. If a delivery
 * is held back, its decision is stored, and it waits in its customer's lane.
 */
export const openAttempts = (sql: PgClient.PgClient, segment: () => string) =>
  Effect.fnUntraced(function* (steps: ReadonlyArray<Step>) {
    const decided = steps.map(({ decision }) => decision)
    const rows = yield* sql.unsafe<Row>(statement, [
      segment(),
      columns.int8(steps.map(({ leadId }) => leadId)),
      columns.int4(steps.map(({ deliveryNo }) => deliveryNo)),
      columns.uuid(steps.map(({ lease }) => lease)),
      columns.text(decided.map((decision) => decision?.verdict ?? null)),
      columns.text(decided.map((decision) => decision?.reason ?? null)),
      columns.text(decided.map((decision) => decision?.details ?? null)),
      columns.text(decided.map((decision) => decision?.normalized ?? null)),
      columns.text(decided.map((decision) => (decision === undefined ? null : listJson(decision.omitted)))),
      columns.text(decided.map((decision) => (decision === undefined ? null : listJson(decision.unread)))),
      columns.text(decided.map((decision) => decision?.decidedWith ?? null)),
      columns.int4(decided.map((decision) => decision?.delivery?.customerId ?? null)),
      columns.uuid(decided.map((decision) => decision?.delivery?.idempotencyKey ?? null)),
      columns.text(decided.map((decision) => decision?.delivery?.body ?? null)),
      columns.text(decided.map((decision) => decision?.contacts?.join(",") || null)),
    ])
    const results = steps.map(() => unchanged)
    for (const row of rows) results[Number(row.ord) - 1] = stepResult(row)
    return results
  })

const unchanged: StepResult = { _tag: "Unchanged" }

const listJson = (list: ReadonlyArray<object>) => (list.length === 0 ? "[]" : JSON.stringify(list))

const stepResult = ({ attempt_no, is_held_back, is_probe }: Row): StepResult => {
  if (attempt_no !== null) return { _tag: "Opened", attemptNo: attempt_no, isProbe: is_probe }
  return is_held_back ? { _tag: "HeldBack" } : { _tag: "Settled" }
}

const isOfStep = "work.lead_id = step.lead_id AND work.delivery_no = step.delivery_no"

/**
 * A step needs a decision if and only if its lead is undecided.
 *
 * All work of a batch is locked first, in the order of the leads, and then the customers. Every statement that changes
 * work locks in this order, so that no two deadlock.
 */
const statement = `
  WITH input AS MATERIALIZED (
    SELECT * FROM unnest(
      $2::bigint[], $3::integer[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
      $11::text[], $12::integer[], $13::uuid[], $14::text[], $15::text[]
    ) WITH ORDINALITY AS step (
      lead_id, delivery_no, lease, verdict, reason, details, normalized, omitted, unread, decided_with, new_customer,
      idempotency_key, body, contacts, ord
    )
  ), leased AS MATERIALIZED (
    SELECT input.*, work.tenant_id, coalesce(work.customer_id, input.new_customer) AS customer_id,
      coalesce(input.verdict, ${state("READY")}) = ${state("READY")} AS wants
    FROM input JOIN work ON work.lead_id = input.lead_id AND work.delivery_no = input.delivery_no AND work.lease = input.lease
    WHERE NOT work.attempt_is_open AND (work.state = ${state("RECEIVED")}) = (input.verdict IS NOT NULL)
    ORDER BY input.lead_id, input.delivery_no FOR UPDATE OF work
  ), ${takePermits}, step AS MATERIALIZED (
    SELECT leased.*, throttled.circuit, clock_timestamp() AS at, wants AND ${permitsTaken} >=
      row_number() OVER (PARTITION BY leased.customer_id, wants ORDER BY lead_id, delivery_no) AS opens
    FROM leased LEFT JOIN throttled ON throttled.customer_id = leased.customer_id
  ), opened AS (
    UPDATE work SET
      state = CASE work.state WHEN ${state("RECEIVED")} THEN ${state("READY")} ELSE work.state END, customer_id = step.customer_id,
      attempt_no = work.attempt_no + 1, attempt_is_open = true, attempt_id = nextval('attempt_id_seq'),
      attempt_opened_at = step.at, first_attempt_at = coalesce(work.first_attempt_at, step.at),
      attempt_is_probe = step.circuit IS NOT DISTINCT FROM 'open',
      -- If its worker is lost, the attempt is completed without regard to the customer's throttle.
      lane = 0
    FROM step WHERE step.opens AND ${isOfStep}
    RETURNING step.*, work.attempt_no, work.attempt_is_probe
  ), held_back AS (
    UPDATE work SET
      state = CASE work.state WHEN ${state("RECEIVED")} THEN ${state("READY")} ELSE work.state END, customer_id = step.customer_id,
      listed_as = CASE work.listed_as WHEN ${state("RECEIVED")} THEN ${state("READY")} ELSE work.listed_as END,
      lane = step.customer_id, due_at = work.scheduled_at, lease = NULL, leased_until = NULL, internal_failures = 0
    FROM step WHERE step.wants AND NOT step.opens AND ${isOfStep}
    RETURNING step.*
  ), settled AS (
    DELETE FROM work USING step WHERE NOT step.wants AND ${isOfStep}
    RETURNING step.*, work.received_at
  ), done AS (
    SELECT ord, attempt_no, attempt_is_probe AS is_probe, false AS is_held_back, lead_id, delivery_no, tenant_id, customer_id,
      verdict, reason, details, normalized, omitted, unread, decided_with, idempotency_key, body, circuit FROM opened
    UNION ALL
    SELECT ord, NULL, false, true, lead_id, delivery_no, tenant_id, customer_id,
      verdict, reason, details, normalized, omitted, unread, decided_with, idempotency_key, body, circuit FROM held_back
    UNION ALL
    SELECT ord, NULL, false, false, lead_id, delivery_no, tenant_id, customer_id,
      verdict, reason, details, normalized, omitted, unread, decided_with, idempotency_key, body, circuit FROM settled
  ), decisions AS (
    INSERT INTO decision (
      lead_id, delivery_no, verdict, reason, details, normalized_payload, omitted_attributes, unread, decided_with
    )
    SELECT lead_id, delivery_no, verdict::lead_state, reason, details::json, normalized::json, omitted::json,
      unread::jsonb, decided_with::json
    FROM done WHERE verdict IS NOT NULL
  ), deliveries AS (
    INSERT INTO delivery (lead_id, delivery_no, customer_id, idempotency_key, payload)
    SELECT lead_id, delivery_no, customer_id, idempotency_key, body::json FROM done WHERE verdict = ${state("READY")}
  ), contacts AS (
    INSERT INTO lead_contact (tenant_id, hash, lead_id)
    SELECT tenant_id, hash::uuid, lead_id FROM step CROSS JOIN LATERAL string_to_table(contacts, ',') AS hash
    WHERE verdict IS NOT NULL
  ), settled_leads AS (
    INSERT INTO settled_lead (lead_id, tenant_id, received_at, state, reason)
    SELECT lead_id, tenant_id, received_at, verdict::lead_state, reason FROM settled
  ), events AS (
    -- Once for each decision: a retry is in the history already, with its time.
    INSERT INTO lead_event (lead_id, type, details)
    SELECT lead_id, ${event("held_back")}, json_build_object('circuit', circuit) FROM done
    WHERE is_held_back AND verdict IS NOT NULL ORDER BY lead_id
  ), state_changes AS (
    SELECT tenant_id, lead_id, ${state("RECEIVED")} AS old_state, verdict AS state, now() AS received_at, now() AS at
    FROM done WHERE verdict IS NOT NULL
  ), counted AS (${countStateChanges("state_changes", "$1")}), noted_changes AS (${noteChanges("state_changes")}),
  on_timeline AS (${countOnTimeline("state_changes")})
  SELECT ord, attempt_no, is_probe, is_held_back FROM done`
