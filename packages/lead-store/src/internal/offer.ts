import type { PgClient } from "@effect/sql-pg"
import { LeadId } from "@lead-gateway/lead"
import { Duration, Effect } from "effect"
import { storeCall } from "../StoreError.ts"

/** Frees leads that are due, for the queue to be told of them, and returns their ids. */
export const offerDue = (sql: PgClient.PgClient, gate: string) =>
  Effect.fnUntraced(function* (options: { readonly max: number; readonly patience: Duration.Duration }) {
    const rows = yield* sql<{ id: bigint }>`
      SELECT unnest(offer_leads(
        ${options.max}, ${Duration.toSeconds(options.patience)}::float8, ${gate}::text::jsonb
      )) AS id`
    return rows.map(leadId)
  }, storeCall("LeadWork.offer"))

/** A page of the leads that may be claimed now, by id; those that wait for their customer only while its gate is wide open. */
export const waitingLeads = (sql: PgClient.PgClient, gate: string) =>
  Effect.fnUntraced(function* (options: { readonly after: LeadId | undefined; readonly max: number }) {
    const rows = yield* sql<{ id: bigint }>`
      SELECT id FROM open_lead, peek_permits(${gate}::text::jsonb)
      WHERE (NOT is_decided OR permits = 2147483647) AND id > ${options.after ?? 0}::bigint AND lease_token IS NULL AND next_attempt_at <= now()
      ORDER BY id LIMIT ${options.max}`
    return rows.map(leadId)
  }, storeCall("LeadWork.waiting"))

const leadId = ({ id }: { readonly id: bigint }) => LeadId.make(Number(id))
