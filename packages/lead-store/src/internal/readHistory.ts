import type { PgClient } from "@effect/sql-pg"
import {
  type LeadId,
  type LeadState,
  type OmittedAttribute,
  RejectionReason,
  statusOf,
  type UnreadValue,
} from "@lead-gateway/lead"
import { Effect, Option } from "effect"
import { partitionName, partitionOf } from "../Partitions.ts"
import { isTableMissing } from "../StoreError.ts"
import {
  type AttemptRow,
  composeEvents,
  dateOf,
  type DecisionRow,
  type EventRow,
  type Micros,
  type PatchRow,
  type DeliveryAttempt,
  type LeadHistory,
} from "../LeadHistory.ts"
import { storedJson } from "../storable.ts"
import { bodyBytes, boundedEvents, cutBody, most } from "./historyBounds.ts"
import { isTest } from "./sources.ts"

/** Reads the history of one lead: one statement, on one partition. None if there is no such lead. */
export const readHistory = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(function* (id: LeadId) {
    const rows = yield* sql.unsafe<HistoryRow>(statement(partitionOf(id)), [id]).pipe(
      // No partition, so no such lead. Fails if there is no table `lead` either.
      Effect.catchIf(isTableMissing, () => Effect.as(sql`SELECT FROM lead WHERE false`, [])),
    )
    return Option.map(Option.fromNullishOr(rows[0]), (row) => fullHistory(id, row))
  })

interface HistoryRow {
  readonly received_at: Micros
  readonly correlation_id: string
  readonly is_test: boolean
  readonly raw_payload: string
  readonly normalized_payload: string | null
  readonly omitted_attributes: string | null
  readonly unread: string | null
  readonly customer_payload: string | null
  readonly state: LeadState
  readonly settled_at: Micros | null
  readonly reason: string | null
  readonly next_attempt_at: Date | null
  readonly decisions: string
  readonly attempts: string
  readonly events: string
  readonly patches: string
  readonly total_decisions: number
  readonly total_attempts: number
  readonly total_events: number
}

interface FullAttemptRow extends AttemptRow {
  readonly response_body: string | null
  readonly customer_reason: string | null
  readonly error_message: string | null
  readonly duration_ms: number | null
  readonly is_cut: boolean
}

/** Times are read as microseconds: a `Date` would lose the order of events within a millisecond. */
const micros = (column: string): string => `(extract(epoch FROM ${column}) * 1000000)::bigint`

const countOf = (rows: string): string => `(SELECT count(*)::integer FROM ${rows} WHERE lead_id = lead.id)`

const list = (rows: string): string => `(SELECT coalesce(json_agg(r), '[]')::text FROM (${rows}) AS r)`

const statement = (partition: number): string => {
  const from = (table: Parameters<typeof partitionName>[0]) =>
    `${partitionName(table, partition)} AS ${table}`
  return `
  SELECT ${micros("lead.received_at")}::float8 AS received_at, lead.correlation_id, ${isTest("lead")} AS is_test, lead.raw_payload::text AS raw_payload,
    decision.normalized_payload::text AS normalized_payload, decision.omitted_attributes::text AS omitted_attributes,
    decision.unread::text AS unread, delivery.payload::text AS customer_payload, stands.state::text AS state,
    ${micros("settled.settled_at")}::float8 AS settled_at, settled.reason,
    CASE WHEN work.lease IS NULL AND NOT work.attempt_is_open AND (work.state <> 'RECEIVED' OR work.scheduled_at > now())
      THEN work.scheduled_at END AS next_attempt_at,
    ${list(`
      SELECT * FROM (
        SELECT ${micros("decided_at")} AS decided_at, verdict, details, delivery_no FROM ${from("decision")}
        WHERE lead_id = lead.id ORDER BY delivery_no DESC LIMIT ${most.decisions}
      ) AS newest ORDER BY delivery_no`)} AS decisions,
    ${list(`
      SELECT attempt_no, requested_at, ended_at, success, outcome_unknown, is_probe, response_status,
        CASE WHEN bytes > ${bodyBytes} THEN left(response_body, ${cutBody}) ELSE response_body END AS response_body,
        error_message, fault, customer_reason, policy_version, duration_ms, retry_at,
        bytes > ${bodyBytes} AND length(response_body) > ${cutBody} AS is_cut
      FROM (
        SELECT attempt_no, ${micros("requested_at")} AS requested_at, ${micros("ended_at")} AS ended_at, success,
          outcome_unknown, is_probe, response_status, response_body, error_message, fault, customer_reason,
          policy_version, duration_ms, ${micros("retry_at")} AS retry_at,
          sum(octet_length(to_json(response_body)::text)) OVER (ORDER BY attempt_no DESC) AS bytes
        FROM (
          SELECT * FROM ${from("attempt")} WHERE lead_id = lead.id ORDER BY attempt_no DESC LIMIT ${most.attempts}
        ) AS newest
        UNION ALL
        SELECT attempt_no, ${micros("attempt_opened_at")}, NULL, false, false, attempt_is_probe, NULL, NULL, NULL, NULL, NULL,
          NULL, NULL, NULL, NULL
        FROM work WHERE lead_id = lead.id AND attempt_is_open
      ) AS attempts ORDER BY attempt_no`)} AS attempts,
    ${list(`
      SELECT * FROM (
        SELECT ${micros("at")} AS at, type, details, id FROM ${from("lead_event")}
        WHERE lead_id = lead.id ORDER BY id DESC LIMIT ${most.events}
      ) AS newest ORDER BY id`)} AS events,
    ${list(`
      SELECT * FROM (
        SELECT ${micros("patched_at")} AS at, request_id AS request, operator AS by, via, patch FROM lead_patch
        WHERE lead_id = lead.id ORDER BY delivery_no DESC LIMIT ${most.decisions}
      ) AS newest ORDER BY at`)} AS patches,
    ${countOf(from("decision"))} AS total_decisions, ${countOf(from("attempt"))} AS total_attempts,
    ${countOf(from("lead_event"))} AS total_events
  FROM ${from("lead")}
  LEFT JOIN settled_lead AS settled ON settled.lead_id = lead.id
  LEFT JOIN LATERAL (
    SELECT * FROM work WHERE lead_id = lead.id ORDER BY delivery_no DESC LIMIT 1
  ) AS work ON true
  LEFT JOIN LATERAL (
    SELECT * FROM ${from("decision")} WHERE lead_id = lead.id ORDER BY delivery_no DESC LIMIT 1
  ) AS last_decision ON true
  CROSS JOIN LATERAL (
    SELECT coalesce(settled.state, work.state, last_decision.verdict, 'RECEIVED') AS state
  ) AS stands
  -- A replayed lead has no decision until it is decided again.
  LEFT JOIN LATERAL (
    SELECT last_decision.normalized_payload, last_decision.omitted_attributes, last_decision.unread WHERE stands.state <> 'RECEIVED'
  ) AS decision ON true
  LEFT JOIN LATERAL (
    SELECT payload FROM ${from("delivery")}
    WHERE lead_id = lead.id AND stands.state NOT IN ('RECEIVED', 'REJECTED', 'PARKED') ORDER BY delivery_no DESC LIMIT 1
  ) AS delivery ON true
  WHERE lead.id = $1::bigint AND lead.tenant_id = 1`
}

const json = (text: string | null) => (text === null ? null : (storedJson(text) ?? null))

/** The rows of a {@link list}. */
const rowsOf = (text: string): unknown => json(text)

const fullHistory = (id: LeadId, row: HistoryRow): LeadHistory => {
  const attempts = rowsOf(row.attempts) as ReadonlyArray<FullAttemptRow>
  const decisions = rowsOf(row.decisions) as ReadonlyArray<DecisionRow>
  const events = rowsOf(row.events) as ReadonlyArray<EventRow>
  const composed = boundedEvents(
    composeEvents({
      received_at: row.received_at,
      decisions,
      attempts,
      events,
      patches: rowsOf(row.patches) as ReadonlyArray<PatchRow>,
      settled: row.settled_at === null ? null : { at: row.settled_at, state: row.state, reason: row.reason },
    }),
  )
  const attemptsLeftOut = Math.max(0, row.total_attempts - most.attempts)
  const leftOut = {
    deliveryAttempts: attemptsLeftOut,
    responseBodies: attempts.filter(({ is_cut }) => is_cut).length,
    events:
      Math.max(0, row.total_decisions - decisions.length) +
      Math.max(0, row.total_events - events.length) +
      2 * attemptsLeftOut +
      composed.leftOut,
  }
  return {
    id,
    receivedAt: dateOf(row.received_at),
    status: statusOf(row.state),
    rejectionReason: row.reason === null ? null : RejectionReason.make(row.reason),
    correlationId: row.correlation_id,
    isTest: row.is_test,
    rawPayload: json(row.raw_payload),
    normalizedPayload: json(row.normalized_payload),
    customerPayload: json(row.customer_payload),
    omittedAttributes: rowsOf(row.omitted_attributes ?? "[]") as ReadonlyArray<OmittedAttribute>,
    unread: rowsOf(row.unread ?? "[]") as ReadonlyArray<UnreadValue>,
    nextAttemptAt: row.next_attempt_at,
    deliveryAttempts: attempts.map(deliveryAttempt),
    events: composed.events,
    leftOut: Object.values(leftOut).some((count) => count > 0) ? leftOut : null,
  }
}

const deliveryAttempt = (row: FullAttemptRow): DeliveryAttempt => ({
  attemptNo: row.attempt_no,
  attemptedAt: dateOf(row.requested_at),
  success: row.success,
  statusCode: row.response_status,
  errorMessage: row.error_message,
  durationMs: row.duration_ms,
  fault: row.fault,
  responseBody: row.response_body,
  customerReason: row.customer_reason,
})
