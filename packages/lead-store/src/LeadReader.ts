import { PgClient } from "@effect/sql-pg"
import { LeadId, LeadStatus, type OmittedAttribute, RejectionReason } from "@lead-gateway/lead"
import { Context, Effect, Layer, Option } from "effect"
import { storedJson } from "./internal/storedJson.ts"
import type { DeliveryAttempt, LeadCounts, LeadEvent, LeadHistory, LeadSummary } from "./LeadHistory.ts"
import { type StoreError, storeCall } from "./StoreError.ts"

/** Which leads a list shows. */
export interface RecentOptions {
  /** Leads at most. */
  readonly limit: number
  /** Only leads with a smaller id: the last one of the page before. */
  readonly before: LeadId | undefined
  readonly status: LeadStatus | undefined
}

/** What a sender sent. */
export interface LeadPayload {
  readonly id: LeadId
  readonly json: string
}

/**
 * What people ask about leads: how many, which came last, what happened to one. Changes nothing.
 *
 * Each answer costs the same however many leads there are: counts are kept, lists go by id, a history
 * touches one partition. Used by the api and by operators' commands.
 */
export class LeadReader extends Context.Service<
  LeadReader,
  {
    /** How many leads are in each status now. */
    readonly counts: Effect.Effect<LeadCounts, StoreError>
    /** The newest leads, newest first. */
    readonly recent: (options: RecentOptions) => Effect.Effect<ReadonlyArray<LeadSummary>, StoreError>
    /** The payloads of the newest leads as they came, newest first: each the text of a JSON object, without a line feed. */
    readonly payloads: (options: RecentOptions) => Effect.Effect<ReadonlyArray<LeadPayload>, StoreError>
    /** Everything known of one lead; none for an id that was never given. */
    readonly history: (id: LeadId) => Effect.Effect<Option.Option<LeadHistory>, StoreError>
  }
>()("@lead-gateway/lead-store/LeadReader") {
  static readonly layer = Layer.effect(
    LeadReader,
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient

      const counts = Effect.gen(function* () {
        const rows = yield* sql<{ status: LeadStatus; leads: number }>`
          SELECT status, sum(leads)::float8 AS leads FROM lead_count GROUP BY status`
        const byStatus = new Map(rows.map((row) => [row.status, row.leads]))
        return Object.fromEntries(
          LeadStatus.literals.map((status) => [status, byStatus.get(status) ?? 0]),
        ) as LeadCounts
      }).pipe(storeCall("LeadReader.counts"))

      const newest = ({ limit, before, status }: RecentOptions) => sql`
        FROM inbound_lead
        WHERE id < ${before ?? Number.MAX_SAFE_INTEGER}::bigint ${status === undefined ? sql`` : sql`AND status = ${status}`}
        ORDER BY id DESC LIMIT ${limit}`

      const recent = Effect.fnUntraced(function* (options: RecentOptions) {
        const rows =
          yield* sql<SummaryRow>`SELECT id, received_at, status, rejection_reason ${newest(options)}`
        return rows.map(summary)
      }, storeCall("LeadReader.recent"))

      const payloads = Effect.fnUntraced(function* (options: RecentOptions) {
        const rows = yield* sql<PayloadRow>`SELECT id, raw_payload::text AS json ${newest(options)}`
        return rows.map(({ id, json }): LeadPayload => ({ id: LeadId.make(Number(id)), json }))
      }, storeCall("LeadReader.payloads"))

      const history = Effect.fnUntraced(function* (id: LeadId) {
        const rows = yield* sql<HistoryRow>`
          SELECT id, received_at, status, rejection_reason, correlation_id, omitted_attributes,
            raw_payload::text AS raw_payload, normalized_payload::text AS normalized_payload,
            customer_payload::text AS customer_payload,
            (
              SELECT next_attempt_at FROM open_lead
              WHERE open_lead.id = ${id} AND lease_token IS NULL AND (status <> 'RECEIVED' OR next_attempt_at > now())
            ) AS next_attempt_at,
            (
              SELECT COALESCE(jsonb_agg(jsonb_build_object(
                'attemptNo', attempt_no, 'attemptedAt', requested_at, 'success', success,
                'statusCode', response_status, 'errorMessage', error_message, 'fault', fault
              ) ORDER BY attempt_no), '[]')
              FROM delivery_attempt WHERE lead_id = ${id}
            ) AS attempts,
            (
              SELECT COALESCE(jsonb_agg(jsonb_build_object('at', at, 'type', type, 'details', details::text) ORDER BY id), '[]')
              FROM lead_event WHERE lead_id = ${id}
            ) AS events
          FROM inbound_lead WHERE id = ${id}`
        return Option.map(Option.fromNullishOr(rows[0]), fullHistory)
      }, storeCall("LeadReader.history"))

      return LeadReader.of({ counts, recent, payloads, history })
    }),
  )
}

interface PayloadRow {
  readonly id: bigint
  readonly json: string
}

interface SummaryRow {
  readonly id: bigint
  readonly received_at: Date
  readonly status: LeadStatus
  readonly rejection_reason: string | null
}

interface HistoryRow extends SummaryRow {
  readonly correlation_id: string
  readonly omitted_attributes: ReadonlyArray<OmittedAttribute>
  readonly raw_payload: string
  readonly normalized_payload: string | null
  readonly customer_payload: string | null
  readonly next_attempt_at: Date | null
  readonly attempts: ReadonlyArray<Omit<DeliveryAttempt, "attemptedAt"> & { readonly attemptedAt: string }>
  readonly events: ReadonlyArray<Record<keyof LeadEvent, string>>
}

const summary = (row: SummaryRow): LeadSummary => ({
  id: LeadId.make(Number(row.id)),
  receivedAt: row.received_at,
  status: row.status,
  rejectionReason: row.rejection_reason === null ? null : RejectionReason.make(row.rejection_reason),
})

const fullHistory = (row: HistoryRow): LeadHistory => ({
  ...summary(row),
  correlationId: row.correlation_id,
  rawPayload: storedJson(row.raw_payload),
  normalizedPayload: row.normalized_payload === null ? null : storedJson(row.normalized_payload),
  customerPayload: row.customer_payload === null ? null : storedJson(row.customer_payload),
  omittedAttributes: row.omitted_attributes,
  nextAttemptAt: row.next_attempt_at,
  deliveryAttempts: row.attempts.map((attempt) => ({
    ...attempt,
    attemptedAt: new Date(attempt.attemptedAt),
  })),
  events: row.events.map((event) => ({
    ...event,
    details: storedJson(event.details),
    at: new Date(event.at),
  })),
})
