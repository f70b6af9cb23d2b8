/** Leads with their decisions, as workers leave them, inserted in bulk. */
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import { accepted, rejected } from "./ConsoleWorld.ts"

/** What the shipped documents make of the accepted lead. */
const customerPayload = {
  phone: accepted.phone,
  product: { name: "solar_panel_installation" },
  attributes: [{ name: "solar_offer_type", value: accepted.solar_offer_type }],
}

/** Newer than all that were sent, in the first partition. */
const firstId = 500_001

/** Stores so many leads: every tenth was rejected for its zip code, the others are ready. Returns the id of the newest. */
export const storeLeads = (databaseUrl: string, count: number): Promise<number> =>
  Effect.gen(function* () {
    const sql = yield* PgClient.makeClient({ url: Redacted.make(databaseUrl) })
    const newest = firstId + count - 1
    yield* sql`
      INSERT INTO lead (id, tenant_id, source_id, raw_payload, source_headers, payload_hash, correlation_id)
      SELECT i, 1, 1,
        CASE i % 10 WHEN 0 THEN ${JSON.stringify(rejected)}::text::json ELSE ${JSON.stringify(accepted)}::text::json END,
        '{}', sha256('x'), 'c' FROM generate_series(${firstId}::integer, ${newest}::integer) AS i`
    yield* sql`
      INSERT INTO decision (lead_id, delivery_no, verdict, reason, details, omitted_attributes, decided_with)
      SELECT i, 0, (CASE i % 10 WHEN 0 THEN 'REJECTED' ELSE 'READY' END)::lead_state,
        CASE i % 10 WHEN 0 THEN 'ZIP_NOT_66XXX' END, '{}', '[]', '{}'
      FROM generate_series(${firstId}::integer, ${newest}::integer) AS i`
    yield* sql`
      INSERT INTO delivery (lead_id, delivery_no, customer_id, idempotency_key, payload)
      SELECT i, 0, 1, gen_random_uuid(), ${JSON.stringify(customerPayload)}::text::json
      FROM generate_series(${firstId}::integer, ${newest}::integer) AS i WHERE i % 10 <> 0`
    return newest
  }).pipe(Effect.scoped, Effect.provide(Reactivity.layer), Effect.runPromise)
