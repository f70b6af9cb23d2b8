import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { countStateChanges } from "../Counters.ts"
import type { AttemptRecord } from "../Work.ts"
import { noteChanges } from "./changes.ts"
import { columns, isOpen, state } from "./sql.ts"
import { noteOutcomes } from "./throttle.ts"
import { countOnTimeline } from "./timeline.ts"

interface Row {
  readonly ord: bigint
  readonly updated: boolean
}

/**
 * Completes open attempts, a batch in one statement: the attempt, its lead and its customer's throttle change together.
 * Returns for each attempt whether its lead changed; undefined if the attempt is not open.
 */
export const completeAttempts = (sql: PgClient.PgClient, segment: () => string) =>
  Effect.fnUntraced(function* (records: ReadonlyArray<AttemptRecord>) {
    const rows = yield* sql.unsafe<Row>(statement, [
      segment(),
      columns.int8(records.map(({ leadId }) => leadId)),
      columns.int4(records.map(({ deliveryNo }) => deliveryNo)),
      columns.uuid(records.map(({ lease }) => lease)),
      ...outcomeColumns(records),
    ])
    const results = records.map((): boolean | undefined => undefined)
    for (const row of rows) results[Number(row.ord) - 1] = row.updated
    return results
  })

/** The parameters, from `attempt_no` on, that the two statements which record outcomes share. */
export const outcomeColumns = (records: ReadonlyArray<AttemptRecord>) => [
  columns.int4(records.map(({ attemptNo }) => attemptNo)),
  columns.bool(records.map(({ outcomeUnknown }) => outcomeUnknown)),
  columns.int4(records.map(({ durationMs }) => durationMs)),
  columns.int4(records.map(({ responseStatus }) => responseStatus)),
  columns.text(records.map(({ responseBody }) => responseBody)),
  columns.text(records.map(({ errorMessage }) => errorMessage)),
  columns.text(records.map(({ fault }) => fault)),
  columns.text(records.map(({ customerReason }) => customerReason)),
  columns.text(records.map(({ policyVersion }) => policyVersion)),
  columns.bool(records.map(({ unseen }) => unseen)),
  columns.bool(records.map(({ counted }) => counted)),
  columns.text(records.map(({ health }) => health)),
  columns.text(records.map(({ next }) => next.state)),
  columns.text(records.map(({ next }) => (next.state === "PERMANENTLY_FAILED" ? next.reason : null))),
  columns.float8(records.map(({ next }) => (next.state === "RETRYING" ? next.retryAfterMs / 1000 : null))),
]

/** If the lead has ended by the late success of an older attempt, this attempt is completed and nothing else changes. */
const hasNotEnded = isOpen("work.state")

const isOfOutcome = "work.lead_id = open.lead_id AND work.delivery_no = open.delivery_no"

/** Only the holder of the lease may record that an outcome is unknown. */
const statement = `
  WITH input AS MATERIALIZED (
    -- All that follows from an outcome has the same time.
    SELECT *, clock_timestamp() AS at FROM unnest(
      $2::bigint[], $3::integer[], $4::uuid[], $5::integer[], $6::boolean[], $7::integer[], $8::integer[], $9::text[],
      $10::text[], $11::text[], $12::text[], $13::text[], $14::boolean[], $15::boolean[], $16::text[], $17::text[],
      $18::text[], $19::float8[]
    ) WITH ORDINALITY AS outcome (
      lead_id, delivery_no, lease, attempt_no, unknown, duration_ms, response_status, response_body, error_message,
      fault, customer_reason, policy_version, unseen, counted, health, state, reason, retry_after, ord
    )
  ), open AS MATERIALIZED (
    SELECT input.*, work.tenant_id, work.customer_id, work.received_at, work.attempt_id, work.attempt_opened_at,
      work.attempt_is_probe, work.state AS old_state, ${hasNotEnded} AS updated,
      CASE WHEN ${hasNotEnded} THEN input.at + make_interval(secs => input.retry_after) END AS retry_at
    FROM input JOIN work ON work.lead_id = input.lead_id AND work.delivery_no = input.delivery_no
    WHERE work.attempt_no = input.attempt_no AND work.attempt_is_open AND (NOT input.unknown OR work.lease = input.lease)
    ORDER BY input.lead_id, input.delivery_no FOR UPDATE OF work
  ), ended AS (
    DELETE FROM work USING open WHERE ${isOfOutcome} AND open.retry_at IS NULL
    RETURNING open.*
  ), rescheduled AS (
    UPDATE work SET
      state = ${state("RETRYING")}, listed_as = ${state("RETRYING")}, lane = open.customer_id, lease = NULL, leased_until = NULL,
      due_at = open.retry_at, scheduled_at = open.retry_at,
      attempt_is_open = false, internal_failures = 0, unseen_attempt = work.unseen_attempt OR open.unseen,
      -- A probe that does not count is no part of the delivery's age either.
      first_attempt_at = CASE WHEN open.counted OR work.first_attempt_at < work.attempt_opened_at THEN work.first_attempt_at END,
      -- If the attempt was opened after the statement began, Postgres also checks constraints on the row as it was before.
      uncounted_attempts = work.uncounted_attempts + (work.attempt_is_open AND NOT open.counted)::integer
    FROM open WHERE ${isOfOutcome} AND open.retry_at IS NOT NULL
    RETURNING open.*
  ), completed AS MATERIALIZED (
    SELECT * FROM ended UNION ALL SELECT * FROM rescheduled
  ), attempts AS (
    INSERT INTO attempt (
      id, lead_id, delivery_no, attempt_no, requested_at, ended_at, success, outcome_unknown, is_probe, duration_ms,
      response_status, response_body, error_message, fault, customer_reason, policy_version, retry_at
    )
    SELECT attempt_id, lead_id, delivery_no, attempt_no, attempt_opened_at, at, state = ${state("DELIVERED")}, unknown, attempt_is_probe,
      duration_ms, response_status, response_body, error_message, fault, customer_reason, policy_version, retry_at
    FROM completed
  ), settled AS (
    INSERT INTO settled_lead (lead_id, tenant_id, received_at, settled_at, state, reason)
    SELECT lead_id, tenant_id, received_at, at, state::lead_state, reason FROM ended WHERE updated
  ), ${noteOutcomes}, state_changes AS (
    SELECT tenant_id, old_state, state FROM completed WHERE updated AND old_state::text <> state
  ), counted AS (${countStateChanges("state_changes", "$1")}), changes AS (
    -- Another failed attempt is news, though the state is the same.
    SELECT lead_id, tenant_id, old_state, state, received_at, at FROM completed WHERE updated
  ), noted_changes AS (${noteChanges("changes")}), on_timeline AS (${countOnTimeline("changes")})
  SELECT ord, updated FROM completed`
