import { PgClient } from "@effect/sql-pg"
import { Context, Effect, Layer } from "effect"
import * as Batcher from "./Batcher.ts"
import type { NewLead } from "./NewLead.ts"
import { createPartitions } from "./Partitions.ts"
import type { Received } from "./SenderKey.ts"
import { isPartitionMissing, storeCall, StoreBusy, type StoreError, StoreUnavailable } from "./StoreError.ts"
import { noting, writeHealthOf } from "./WriteHealth.ts"
import { insertLeads } from "./internal/insertLeads.ts"

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
