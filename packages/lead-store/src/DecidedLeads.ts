import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import type { Json } from "@lead-gateway/lossless-json"
import { Context, Effect, Layer, Option } from "effect"
import { storedJson } from "./storable.ts"
import type { StoredLead } from "./StoredLead.ts"
import { storeCall, type StoreError } from "./StoreError.ts"

/** The versions of documents that made decisions. */
export interface DecidedWith {
  /** As a worker stored them: one version for each part of its flow. */
  readonly versions: Json
  /** How many of the decisions that were looked at. */
  readonly decisions: number
  readonly firstDecidedAt: Date
  readonly lastDecidedAt: Date
}

/**
 * What workers have decided on the newest leads. Used by the api to show which documents workers run, and to compare drafts.
 */
export class DecidedLeads extends Context.Service<
  DecidedLeads,
  {
    /** By which versions the last 1,000 decisions on the newest leads were made, the latest first; 20 kinds at most. */
    readonly versions: Effect.Effect<ReadonlyArray<DecidedWith>, StoreError>
    /**
     * A page of leads, the newest first: up to `limit`, fewer if their payloads are large, none after the oldest. They are not
     * parsed, which `decidedLead` does: a page at once would block the event loop.
     */
    readonly page: (query: {
      readonly before: number | undefined
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<StoredLead>, StoreError>
    /** One lead, and the versions that made its last decision as JSON text: null while it waits for one. */
    readonly one: (
      id: LeadId,
    ) => Effect.Effect<
      Option.Option<{ readonly lead: StoredLead; readonly decidedWith: string | null }>,
      StoreError
    >
  }
>()("@lead-gateway/lead-store/DecidedLeads") {
  static readonly layer: Layer.Layer<DecidedLeads, never, PgClient.PgClient> = Layer.effect(
    DecidedLeads,
    Effect.map(PgClient.PgClient, (sql) =>
      DecidedLeads.of({
        versions: storeCall("DecidedLeads.versions")(
          Effect.map(sql.unsafe<VersionsRow>(newestVersions, []), (rows) =>
            rows.map((row) => ({
              versions: storedJson(row.versions) ?? null,
              decisions: row.decisions,
              firstDecidedAt: row.first_decided_at,
              lastDecidedAt: row.last_decided_at,
            })),
          ),
        ),
        page: ({ before = Number.MAX_SAFE_INTEGER, limit }) =>
          storeCall("DecidedLeads.page")(
            Effect.map(sql.unsafe<LeadRow>(newestLeads, [before, limit]), (rows) => rows.map(storedLead)),
          ),
        one: (id) =>
          storeCall("DecidedLeads.one")(
            Effect.map(
              sql.unsafe<LeadRow & { readonly decided_with: string | null }>(oneLead, [id]),
              ([row]) =>
                Option.map(Option.fromNullishOr(row), (row) => ({
                  lead: storedLead(row),
                  decidedWith: row.decided_with,
                })),
            ),
          ),
      }),
    ),
  )
}

interface LeadRow {
  readonly id: bigint
  readonly correlation_id: string
  readonly payload: string
  readonly at: number | null
  readonly verdict: "READY" | "REJECTED" | "PARKED" | null
  readonly reason: string | null
  readonly idempotency_key: string | null
  readonly customer_payload: string | null
}

const storedLead = (row: LeadRow): StoredLead => {
  const { at, customer_payload, idempotency_key: idempotencyKey, payload, reason, verdict } = row
  return {
    id: Number(row.id),
    correlationId: row.correlation_id,
    payload,
    decision:
      at === null || verdict === null
        ? undefined
        : { atMs: at, verdict, reason, idempotencyKey, customerPayload: customer_payload },
  }
}

/** Bytes of payloads in a page, as they are stored, which is compressed; and the first one however large. */
const pageBytes = 1024 * 1024

/** Leads whose ids a CTE names, with their last decision. */
const leadsOf = (cte: string, columns = "") => `
  SELECT lead.id, lead.correlation_id, coalesce(patched.payload, lead.raw_payload)::text AS payload,
    (extract(epoch FROM decision.decided_at) * 1000)::float8 AS at, decision.verdict::text AS verdict, decision.reason,
    delivery.idempotency_key::text AS idempotency_key, delivery.payload::text AS customer_payload${columns}
  FROM ${cte}
  CROSS JOIN LATERAL (
    SELECT id, correlation_id, raw_payload FROM lead WHERE lead.id = ${cte}.id AND tenant_id = 1 LIMIT 1
  ) AS lead
  LEFT JOIN LATERAL (
    SELECT delivery_no, decided_at, verdict, reason, decided_with FROM decision
    WHERE lead_id = ${cte}.id ORDER BY delivery_no DESC LIMIT 1
  ) AS decision ON true
  LEFT JOIN LATERAL (
    SELECT idempotency_key, payload FROM delivery
    WHERE lead_id = ${cte}.id AND delivery.delivery_no = decision.delivery_no AND decision.verdict = 'READY' LIMIT 1
  ) AS delivery ON true
  LEFT JOIN LATERAL (
    SELECT payload FROM lead_patch WHERE lead_id = ${cte}.id ORDER BY delivery_no DESC LIMIT 1
  ) AS patched ON true`

const newestLeads = `
  WITH newest AS MATERIALIZED (
    SELECT id, sum(bytes) OVER (ORDER BY id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before FROM (
      SELECT id, pg_column_size(raw_payload) AS bytes FROM lead
      WHERE tenant_id = 1 AND id < $1::bigint ORDER BY id DESC LIMIT $2::integer
    ) AS page
  )
  ${leadsOf("newest")}
  WHERE coalesce(bytes_before, 0) < ${pageBytes} ORDER BY newest.id DESC`

const oneLead = `
  WITH asked AS (SELECT $1::bigint AS id) ${leadsOf("asked", ", decision.decided_with::text AS decided_with")}`

interface VersionsRow {
  readonly versions: string
  readonly decisions: number
  readonly first_decided_at: Date
  readonly last_decided_at: Date
}

/** By the primary key, backwards: it ends in the newest partitions. */
const newestVersions = `
  SELECT decided_with::text AS versions, count(*)::integer AS decisions, min(decided_at) AS first_decided_at,
    max(decided_at) AS last_decided_at FROM (
    SELECT decided_with, decided_at FROM decision ORDER BY lead_id DESC, delivery_no DESC LIMIT 1000
  ) AS newest GROUP BY decided_with::text ORDER BY last_decided_at DESC LIMIT 20`
