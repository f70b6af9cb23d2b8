import { PgClient } from "@effect/sql-pg"
import { LeadId, type LeadState, RejectionReason, statusOf } from "@lead-gateway/lead"
import { Context, Effect, Layer } from "effect"
import { listQuery } from "./internal/listLeads.ts"
import { readDeliveries } from "./internal/readDeliveries.ts"
import { reasonCounts, type ReasonRow } from "./internal/reasonCounts.ts"
import type { Delivery, LeadPage, ListedLead, ListOptions, ReasonCount } from "./LeadPage.ts"
import { type StoreError, storeCall } from "./StoreError.ts"

/**
 * Lists leads by filters, in pages by id. Each page takes the same short time however many leads there are: at ten million,
 * a few milliseconds. Used by the api.
 */
export class LeadList extends Context.Service<
  LeadList,
  {
    /** One page. Leads that arrive meanwhile do not move the ones of later pages. */
    readonly page: (options: ListOptions) => Effect.Effect<LeadPage, StoreError>
    /** The deliveries of one lead, in order; the newest 50. */
    readonly deliveries: (id: LeadId) => Effect.Effect<ReadonlyArray<Delivery>, StoreError>
    /** Why leads are not delivered: the reasons that leads have now, the most frequent first; 200 at most. */
    readonly reasons: Effect.Effect<ReadonlyArray<ReasonCount>, StoreError>
  }
>()("@lead-gateway/lead-store/LeadList") {
  static readonly layer: Layer.Layer<LeadList, never, PgClient.PgClient> = Layer.effect(
    LeadList,
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const deliveries = readDeliveries(sql)
      return LeadList.of({
        reasons: storeCall("LeadList.reasons")(
          Effect.map(sql.unsafe<ReasonRow>(reasonCounts, []), (rows) => rows.map(reasonOf)),
        ),
        deliveries: (id) => storeCall("LeadList.deliveries")(deliveries(id)),
        page: Effect.fnUntraced(function* (options: ListOptions) {
          const query = listQuery(options)
          if (query === undefined) return { leads: [], next: null }
          return pageOf(options, yield* sql.unsafe<ListRow>(query.text, query.values))
        }, storeCall("LeadList.page")),
      })
    }),
  )
}

/** A lead and the edge; of an empty page, the edge alone. */
interface ListRow {
  readonly edge: bigint
  readonly lead_id: bigint | null
  readonly received_at: Date
  readonly state: LeadState
  readonly reason: string | null
  readonly correlation_id: string
  readonly attempts: number
  readonly next_attempt_at: Date | null
  readonly is_test: boolean
}

const pageOf = ({ limit }: ListOptions, rows: ReadonlyArray<ListRow>): LeadPage => {
  const found = rows.filter(({ lead_id }) => lead_id !== null)
  const leads = found.slice(0, limit).map(listed)
  const edge = Number(rows[0]?.edge ?? 0)
  if (found.length > limit) return { leads, next: leads.at(-1)?.id ?? null }
  return { leads, next: edge > 0 ? LeadId.make(edge) : null }
}

const listed = (row: ListRow): ListedLead => ({
  id: LeadId.make(Number(row.lead_id)),
  receivedAt: row.received_at,
  status: statusOf(row.state),
  rejectionReason: row.reason === null ? null : RejectionReason.make(row.reason),
  correlationId: row.correlation_id,
  attempts: row.attempts,
  nextAttemptAt: row.next_attempt_at,
  isTest: row.is_test,
})

const reasonOf = ({ leads, newest, newest_at, reason, state }: ReasonRow): ReasonCount => ({
  status: statusOf(state),
  reason: RejectionReason.make(reason),
  leads,
  newest: newest.map((id) => LeadId.make(Number(id))),
  newestAt: newest_at,
})
