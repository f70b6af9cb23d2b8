import type { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Effect } from "effect"
import type { Delivery } from "../LeadPage.ts"
import { partitionName, partitionOf } from "../Partitions.ts"
import { isTableMissing } from "../StoreError.ts"

interface Row {
  readonly delivery_no: number
  readonly customer: string | null
  readonly created_at: Date
  readonly idempotency_key: string
  readonly attempts: number
}

/** Reads the newest deliveries of a lead, in order: one statement, on one partition. None if there is no such lead. */
export const readDeliveries = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(function* (id: LeadId) {
    const partition = partitionOf(id)
    const rows = yield* sql
      .unsafe<Row>(
        `SELECT delivery_no, customer.name AS customer, created_at, idempotency_key::text AS idempotency_key, (
           SELECT count(*)::integer FROM ${partitionName("attempt", partition)} AS attempt
           WHERE attempt.lead_id = newest.lead_id AND attempt.delivery_no = newest.delivery_no
         ) + (
           SELECT count(*)::integer FROM work
           WHERE work.lead_id = newest.lead_id AND work.delivery_no = newest.delivery_no AND attempt_is_open
         ) AS attempts
         FROM (
           SELECT * FROM ${partitionName("delivery", partition)} WHERE lead_id = $1::bigint
           ORDER BY delivery_no DESC LIMIT ${most}
         ) AS newest LEFT JOIN customer ON customer.id = newest.customer_id
         ORDER BY delivery_no`,
        [id],
      )
      .pipe(Effect.catchIf(isTableMissing, () => Effect.succeed([])))
    return rows.map((row): Delivery => ({
      deliveryNo: row.delivery_no,
      customer: row.customer,
      createdAt: row.created_at,
      idempotencyKey: row.idempotency_key,
      attempts: row.attempts,
    }))
  })

/** One, and one more for each replay. */
const most = 50
