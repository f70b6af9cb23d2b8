import { PgClient } from "@effect/sql-pg"
import { LeadId } from "@lead-gateway/lead"
import { Context, Duration, Effect, Layer } from "effect"
import type { SqlError } from "effect/sql"
import * as GroupCommit from "./internal/GroupCommit.ts"
import { takeShard } from "./internal/leadCount.ts"
import { createPartitions } from "./Partitions.ts"
import { isPartitionMissing, storeCall, type StoreError, StoreUnavailable } from "./StoreError.ts"

/** A lead as it arrived, ready to be stored: every text is already storable (see `storableText`). */
export interface NewLead {
  /** The payload as JSON text; numbers keep every digit. */
  readonly payload: string
  /** The request's headers as JSON text, secrets redacted. */
  readonly sourceHeaders: string
  /** SHA-256 of the body's bytes, in hex. */
  readonly payloadHash: string
  readonly correlationId: string
  /** How long the lead is left to the queue, which is told of it, before workers look for it themselves. */
  readonly queuePatience: Duration.Duration
}

/**
 * Stores arriving leads: once `receive` succeeds, the lead is committed.
 *
 * Concurrent callers share one statement and one commit; a lead that Postgres refuses costs only itself.
 * Used by the api. It does not tell the queue: its caller does, after the commit.
 */
export class LeadIntake extends Context.Service<
  LeadIntake,
  {
    /**
     * Stores one lead as `RECEIVED` and returns its id.
     *
     * Fails with `StoreUnavailable` when Postgres does not confirm within 5 s (the lead may then be stored
     * all the same), with `DataRefused` when it cannot hold the payload.
     */
    readonly receive: (lead: NewLead) => Effect.Effect<LeadId, StoreError>
  }
>()("@lead-gateway/lead-store/LeadIntake") {
  static readonly layer = Layer.effect(
    LeadIntake,
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const insert = insertAll(sql, takeShard(sql))

      const group = yield* GroupCommit.make({
        run: (leads: ReadonlyArray<NewLead>) =>
          insert(leads).pipe(
            // Ids have run ahead of the worker that creates partitions: leads are not to wait for it.
            Effect.catchIf(isPartitionMissing, () => Effect.andThen(createPartitions(sql), insert(leads))),
            storeCall("LeadIntake.receive"),
          ),
        isolate: (error) => error._tag === "DataRefused",
        sizeOf: (lead) => lead.payload.length + lead.sourceHeaders.length,
      })

      return LeadIntake.of({
        receive: (lead) =>
          Effect.timeoutOrElse(group.submit(lead), {
            duration: patience,
            orElse: () => Effect.fail(new StoreUnavailable({ operation: "LeadIntake.receive" })),
          }),
      })
    }),
  )
}

/** How long a sender waits for a commit before it is told to come again. */
const patience = Duration.seconds(5)

/** Stores leads with their first event and their count in one statement; returns their ids in their order. */
const insertAll = (sql: PgClient.PgClient, shard: Effect.Effect<number, SqlError.SqlError>) =>
  Effect.fnUntraced(function* (leads: ReadonlyArray<NewLead>) {
    const rows = yield* sql<{ id: bigint }>`
      WITH input AS MATERIALIZED (
        SELECT nextval('inbound_lead_id_seq') AS id, *
        FROM unnest(
          ${leads.map((lead) => lead.payload)}::text[],
          ${leads.map((lead) => lead.sourceHeaders)}::text[],
          ${leads.map((lead) => lead.payloadHash)}::text[],
          ${leads.map((lead) => lead.correlationId)}::text[],
          ${leads.map((lead) => Duration.toSeconds(lead.queuePatience))}::float8[]
        ) WITH ORDINALITY AS lead (payload, source_headers, payload_hash, correlation_id, patience, ord)
      ), stored AS (
        INSERT INTO inbound_lead (id, raw_payload, source_headers, payload_hash, correlation_id)
        SELECT id, payload::jsonb, source_headers::jsonb, payload_hash, correlation_id FROM input
      ), opened AS (
        INSERT INTO open_lead (id, due_at) SELECT id, now() + make_interval(secs => patience) FROM input
      ), told AS (
        INSERT INTO lead_event (lead_id, type) SELECT id, 'received' FROM input
      ), counted AS (
        INSERT INTO lead_count AS c (shard, status, leads)
        SELECT ${yield* shard}::integer, 'RECEIVED', count(*) FROM input
        ON CONFLICT (shard, status) DO UPDATE SET leads = c.leads + excluded.leads
      ), ever AS (
        INSERT INTO lead_received_count AS c (shard, leads)
        SELECT ${yield* shard}::integer, count(*) FROM input
        ON CONFLICT (shard) DO UPDATE SET leads = c.leads + excluded.leads
      )
      SELECT id FROM input ORDER BY ord`
    return rows.map((row) => LeadId.make(Number(row.id)))
  })
