import { PgClient } from "@effect/sql-pg"
import { Context, Effect, Layer } from "effect"
import type { SqlError } from "effect/sql"
import * as Batcher from "./Batcher.ts"
import { makeSegments } from "./Counters.ts"
import { createPartitions } from "./Partitions.ts"
import type { Received, SenderKey } from "./SenderKey.ts"
import { isPartitionMissing, storeCall, StoreBusy, type StoreError, StoreUnavailable } from "./StoreError.ts"
import { noting, writeHealthOf } from "./WriteHealth.ts"
import { noteChanges } from "./internal/changes.ts"
import {
  type KeyedRow,
  type KeyPieces,
  keyColumns,
  settleKeys,
  stored,
  withKeys,
  withoutKeys,
} from "./internal/senderKeys.ts"
import { columns, state } from "./internal/sql.ts"
import { countReceived } from "./internal/timeline.ts"

/** A lead as it arrived, ready to be stored: every text is already storable (see `storableText`). */
export interface NewLead {
  /** The payload as JSON text, kept as it is. */
  readonly payload: string
  /** The request's headers as JSON text, secrets redacted. */
  readonly sourceHeaders: string
  /** SHA-256 of the body's bytes. */
  readonly payloadHash: Uint8Array
  readonly correlationId: string
  /** How long workers leave the lead to the queue before they claim it by its schedule. */
  readonly queuePatienceMs: number
  /** What makes it a duplicate of an earlier webhook; without one, it is a lead of its own. */
  readonly senderKey?: SenderKey | undefined
}

/**
 * Stores arriving leads: once `receive` has succeeded, the lead is committed.
 *
 * Concurrent callers share one statement and one commit. If Postgres refuses a lead, the others of its statement are
 * stored all the same. A slow statement delays no other. Large leads have statements of their own. Used by the api, which offers the leads to the queue afterwards.
 */
export class LeadIntake extends Context.Service<
  LeadIntake,
  {
    /**
     * Stores one lead as `RECEIVED`, unless its key says that it came before; returns which of the two, and the lead's id.
     * Of any number of leads with one key, in any number of processes, one is stored.
     *
     * Fails with `StoreBusy` if more leads wait than Postgres stores in 100 ms, at once, or if the lead has waited for a
     * statement for 2.5 s: it was in none then, and is not stored. Fails with `StoreUnavailable` if Postgres has not confirmed
     * a statement after 5 s (the lead may be stored nevertheless), with `DataRefused` if Postgres cannot store the payload.
     */
    readonly receive: (lead: NewLead, done: Batcher.Done<Received, StoreError | StoreBusy>) => void
    /** Whether `receive` would refuse a lead of a few KB now. Costs nothing, so that a request can be refused unread. */
    readonly isBusy: () => boolean
    /** Calls back with the number of leads of every statement from now on; instead of an earlier callback. */
    readonly observeBatches: (observe: (leads: number) => void) => void
    /** How many leads were stored although `receive` had failed for them; each is logged as a warning. */
    readonly unconfirmed: () => number
  }
>()("@lead-gateway/lead-store/LeadIntake") {
  static readonly layer: Layer.Layer<LeadIntake, never, PgClient.PgClient> = Layer.effect(
    LeadIntake,
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const insert = insertLeads(sql)
      const noted = noting(writeHealthOf(sql))

      const log = Effect.runForkWith(yield* Effect.context())
      let unconfirmed = 0
      let observe: (leads: number) => void = () => {}

      const options: Batcher.BatcherOptions<NewLead, Received, StoreError | StoreBusy> = {
        run: (leads) => {
          observe(leads.length)
          return insert(leads).pipe(
            // The next partition has not been created yet by a worker: leads must not wait for one.
            Effect.catchIf(isPartitionMissing, () => Effect.andThen(createPartitions(sql), insert(leads))),
            storeCall(operation),
            noted,
          )
        },
        isolate: (error) => error._tag === "DataRefused",
        refusal: (why) => (why === "Full" || why === "Waited" ? busy : new StoreUnavailable({ operation })),
        sizeOf: (lead) => lead.payload.length + lead.sourceHeaders.length,
        maxItems: 500,
        limit: { maxItems: 10_000, maxSize: 128 * 1024 * 1024, targetMs: 100 },
        // More than the 2 s for which a migration may block others.
        maxWaitMs: 2500,
        patienceMs: 5000,
        onLate: ({ correlationId }, received) => {
          if (received._tag !== "Stored") return
          unconfirmed++
          log(
            Effect.annotateLogs(Effect.logWarning("lead stored after its sender was answered 503"), {
              correlation_id: correlationId,
              lead_id: received.leadId,
            }),
          )
        },
      }
      const small = yield* Batcher.make({ ...options, concurrency: 2 })
      // A megabyte takes Postgres as long as hundreds of ordinary leads, which must not wait for it in one statement.
      const large = yield* Batcher.make({ ...options, concurrency: 1, maxSize: largeStatement })
      return LeadIntake.of({
        receive: (lead, done) => (lead.payload.length > largeLead ? large : small).submit(lead, done),
        isBusy: () => small.isFull(ordinaryLead),
        observeBatches: (callback) => void (observe = callback),
        unconfirmed: () => unconfirmed,
      })
    }),
  )
}

const operation = "LeadIntake.receive"

/** Made once: an error of its own for each of thousands of leads a second would cost more than the refusal. */
const busy = new StoreBusy({ operation })

/** The size of an ordinary lead, in characters. */
const ordinaryLead = 2048

/** Longer payloads, in characters, are stored in statements of their own, one at a time. */
const largeLead = 64 * 1024

/** How many characters such a statement takes, unless one payload is longer. */
const largeStatement = 1024 * 1024

/** Stores leads, their work, counts and keys in one statement; returns what came of each, in the same order. */
const insertLeads = (sql: PgClient.PgClient) => {
  /** Segments that no statement uses now. Two statements in one segment would wait for each other's commit. */
  const idle: Array<() => string> = []
  const insert = <Row extends object>(
    statement: string,
    leads: ReadonlyArray<NewLead>,
    keys: ReturnType<typeof keyColumns> = [],
  ) =>
    Effect.suspend(() => {
      const segment = idle.pop() ?? makeSegments()
      return sql
        .unsafe<Row>(statement, [
          segment(),
          columns.text(leads.map((lead) => lead.payload)),
          columns.text(leads.map((lead) => lead.sourceHeaders)),
          columns.bytea(leads.map((lead) => lead.payloadHash)),
          columns.text(leads.map((lead) => lead.correlationId)),
          columns.float8(leads.map((lead) => lead.queuePatienceMs / 1000)),
          ...keys,
        ])
        .pipe(Effect.ensuring(Effect.sync(() => idle.push(segment))))
    })
  const insertKeyed = (leads: ReadonlyArray<NewLead>) =>
    insert<KeyedRow>(keyedStatement, leads, keyColumns(leads))
  return (leads: ReadonlyArray<NewLead>): Effect.Effect<ReadonlyArray<Received>, SqlError.SqlError> =>
    leads.some(hasKey)
      ? settleKeys(leads, insertKeyed)
      : Effect.map(insert<{ readonly id: bigint }>(plainStatement, leads), (rows) =>
          rows.map(({ id }) => stored(id)),
        )
}

const hasKey = ({ senderKey }: NewLead): boolean => senderKey !== undefined

const statementOf = (keys: KeyPieces): string => `
  WITH input AS MATERIALIZED (
    SELECT ${keys.id} AS id, lead.*${keys.earlier}
    FROM unnest($2::text[], $3::text[], $4::bytea[], $5::text[], $6::float8[]${keys.types})
      WITH ORDINALITY AS lead (payload, source_headers, payload_hash, correlation_id, patience${keys.names}, ord)
      ${keys.join}
  )${keys.keyed}, stored AS (
    INSERT INTO lead (id, tenant_id, source_id, raw_payload, source_headers, payload_hash, correlation_id)
    SELECT id, 1, 1, payload::json, source_headers::json, payload_hash, correlation_id FROM input ${keys.whereNew}
  ), opened AS (
    INSERT INTO work (lead_id, tenant_id, due_at)
    SELECT id, 1, now() + make_interval(secs => patience) FROM input ${keys.whereNew}
  ), counted AS (
    INSERT INTO lead_count AS c (segment, tenant_id, account, leads)
    SELECT $1::bigint, 1, account, count(*) FROM input CROSS JOIN unnest(ARRAY['RECEIVED', 'TOTAL']) AS account
    ${keys.whereNew} GROUP BY account
    ON CONFLICT ON CONSTRAINT lead_count_pkey DO UPDATE SET leads = c.leads + excluded.leads
  ), on_timeline AS (${countReceived(keys.whereNew)}), changes AS (
    SELECT id AS lead_id, ${state("RECEIVED")} AS state FROM input ${keys.whereNew}
  ), noted_changes AS (${noteChanges("changes")})
  SELECT ${keys.result} FROM input ORDER BY ord`

const plainStatement = statementOf(withoutKeys)
const keyedStatement = statementOf(withKeys)
