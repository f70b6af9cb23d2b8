import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Context, type Duration, Effect, Layer, Result } from "effect"
import type { SqlError } from "effect/sql"
import * as Batcher from "./Batcher.ts"
import { makeClaim } from "./internal/claim.ts"
import { completeAttempts } from "./internal/complete.ts"
import { completeLate } from "./internal/completeLate.ts"
import { makeSegments } from "./Counters.ts"
import { openAttempts } from "./internal/open.ts"
import { expireLeases, releaseWork } from "./internal/release.ts"
import { nextDue, offerDue, waitingLeads } from "./internal/schedule.ts"
import { storeCall, type StoreError, StoreUnavailable } from "./StoreError.ts"
import type { AttemptRecord, ClaimedWork, ClaimOptions, Outlook, Released, Step, StepResult } from "./Work.ts"

/**
 * What a worker does: claim work, advance it by one step, record how an attempt ended.
 *
 * A claim is a lease: work has one owner at a time, and an owner that dies loses it when the lease ends. Every change
 * is one round trip and one transaction, which checks the lease (or, for an outcome, that the attempt is open) and
 * writes state, attempt, throttle and counts together. `openAttempt`, `completeAttempt` and `release` take
 * callbacks, since they are called for every lead: many callers share one statement. Used by the worker.
 */
export class LeadWork extends Context.Service<
  LeadWork,
  {
    /** Leases work that nobody has leased, up to `max` pieces: that of `ids`, or what is due. */
    readonly claim: (options: ClaimOptions) => Effect.Effect<ReadonlyArray<ClaimedWork>, StoreError>
    /**
     * When there will be something to claim, and whether a customer's circuit is open. It does not look at leases that
     * still run: whoever waits for as long as a lease looks again, and finds the work of lost workers.
     */
    readonly nextDue: Effect.Effect<Outlook, StoreError>
    /**
     * The sweep: up to `max` leads whose work is due, retries and the work of lost workers included. For as long as
     * `patience` they are left to the queue: only a worker that it names them to claims them.
     */
    readonly offer: (options: {
      readonly max: number
      readonly patience: Duration.Duration
    }) => Effect.Effect<ReadonlyArray<LeadId>, StoreError>
    /** A page of the leads whose work may be claimed now, whether the queue has them or not, by id. */
    readonly waiting: (options: {
      readonly after: LeadId | undefined
      readonly max: number
    }) => Effect.Effect<ReadonlyArray<LeadId>, StoreError>
    /** Stores a decision, opens an attempt, or both. */
    readonly openAttempt: (step: Step, done: Batcher.Done<StepResult, StoreError>) => void
    /**
     * Records how an attempt ended, and what follows for the lead. False when the lead did not change: it had ended, or
     * a newer attempt was opened before this failure (the attempt's own row is completed all the same), or the attempt
     * had its outcome already. May be repeated.
     */
    readonly completeAttempt: (record: AttemptRecord, done: Batcher.Done<boolean, StoreError>) => void
    /** Gives work back that was claimed and not sent. False when the lease was lost, and nothing was done. */
    readonly release: (released: Released, done: Batcher.Done<boolean, StoreError>) => void
    /**
     * Ends every lease: for a process that knows that it is alone with its database, so that whoever held them has
     * died. The next claim finds the attempts that were open.
     */
    readonly expireLeases: Effect.Effect<void, StoreError>
  }
>()("@lead-gateway/lead-store/LeadWork") {
  static readonly layer: Layer.Layer<LeadWork, never, PgClient.PgClient> = Layer.effect(
    LeadWork,
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      // Each kind of statement is committed beside the others, so each counts in a segment of its own.
      const opens = yield* shared("LeadWork.openAttempt", openAttempts(sql, makeSegments()), stepSize)
      const completions = yield* shared(
        "LeadWork.completeAttempt",
        completeAttempts(sql, makeSegments()),
        recordSize,
        // The customer has answered, and nobody waits for it to be on record.
        { gather: { items: 50, ms: 5 } },
      )
      const late = completeLate(sql, makeSegments())
      const lates = yield* shared(
        "LeadWork.completeAttempt",
        (records) => Effect.forEach(records, late),
        recordSize,
        { maxItems: 1 },
      )
      const releases = yield* shared("LeadWork.release", releaseWork(sql), () => 100)

      return LeadWork.of({
        claim: makeClaim(sql),
        nextDue: nextDue(sql),
        offer: offerDue(sql),
        waiting: waitingLeads(sql),
        openAttempt: opens.submit,
        completeAttempt: (record, done) =>
          completions.submit(record, (result) => {
            if (Result.isFailure(result)) done(Result.fail(result.failure))
            else if (result.success !== undefined) done(Result.succeed(result.success))
            else lates.submit(record, done)
          }),
        release: releases.submit,
        expireLeases: expireLeases(sql),
      })
    }),
  )
}

const shared = <Item, Value>(
  operation: string,
  run: (items: ReadonlyArray<Item>) => Effect.Effect<ReadonlyArray<Value>, SqlError.SqlError>,
  sizeOf: (item: Item) => number,
  options: Pick<Batcher.BatcherOptions<Item, Value, StoreError>, "gather" | "maxItems"> = {},
) =>
  Batcher.make({
    run: (items: ReadonlyArray<Item>) => storeCall(operation)(run(items)),
    sizeOf,
    isolate: (error: StoreError) => error._tag === "DataRefused",
    refusal: () => new StoreUnavailable({ operation }),
    ...options,
  })

const stepSize = ({ decision }: Step): number =>
  100 + (decision?.normalized?.length ?? 0) + (decision?.delivery?.body.length ?? 0)

const recordSize = ({ responseBody }: AttemptRecord): number => 200 + (responseBody?.length ?? 0)
