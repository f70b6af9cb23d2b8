import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Context, Effect, Layer } from "effect"
import { type Actor, record } from "./Audit.ts"
import { insertLeads } from "./internal/insertLeads.ts"
import { sources } from "./internal/sources.ts"
import type { NewLead } from "./NewLead.ts"
import { createPartitions } from "./Partitions.ts"
import { isPartitionMissing, storeCall, type StoreError } from "./StoreError.ts"

/**
 * Stores leads that operators send as tests. From then on they are leads like all others, with a source of their own: lists
 * and histories say that they are tests. Used by the api.
 */
export class TestLeads extends Context.Service<
  TestLeads,
  {
    /** Stores one lead as `RECEIVED` and audits it, in one transaction. `customer` is what the audit names. */
    readonly store: (
      lead: Omit<NewLead, "senderKey">,
      customer: string,
      by: Actor,
    ) => Effect.Effect<LeadId, StoreError>
  }
>()("@lead-gateway/lead-store/TestLeads") {
  static readonly layer: Layer.Layer<TestLeads, never, PgClient.PgClient> = Layer.effect(
    TestLeads,
    Effect.map(PgClient.PgClient, (sql) => {
      const insert = insertLeads(sql, "test")
      // The row is there for people who query by hand, and for whoever adds a source: nothing refers to it.
      const nameSource = sql`
        INSERT INTO source (id, tenant_id, name) VALUES (${sources.test}::integer, 1, 'test') ON CONFLICT DO NOTHING`
      return TestLeads.of({
        store: Effect.fnUntraced(function* (
          lead: Omit<NewLead, "senderKey">,
          customer: string,
          actor: Actor,
        ) {
          const stored = sql.withTransaction(
            Effect.gen(function* () {
              yield* nameSource
              const [received] = yield* insert([lead])
              if (received?._tag !== "Stored") return yield* Effect.die(new Error("a test lead has no key"))
              yield* record(sql, {
                actor,
                action: "lead.test",
                leadId: received.leadId,
                subject: customer,
              })
              return received.leadId
            }),
          )
          return yield* stored.pipe(
            Effect.catchIf(isPartitionMissing, () => Effect.andThen(createPartitions(sql), stored)),
          )
        }, storeCall("TestLeads.store")),
      })
    }),
  )
}
