import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Context, type Duration, Effect, Layer, Result } from "effect"
import type { SqlError } from "effect/sql"
import * as Batcher from "./Batcher.ts"
import { makeSegments } from "./Counters.ts"
import { makeClaim } from "./internal/claim.ts"
import { completeAttempts } from "./internal/complete.ts"
import { completeLate } from "./internal/completeLate.ts"
import { openAttempts } from "./internal/open.ts"
import { expireLeases, releaseWork } from "./internal/release.ts"
import { nextDue, offerDue, waitingLeads } from "./internal/schedule.ts"
import { storeCall, type StoreError, StoreUnavailable } from "./StoreError.ts"
import { noting, writeHealthOf } from "./WriteHealth.ts"
import type { AttemptRecord, ClaimedWork, ClaimOptions, Outlook, Released, Step, StepResult } from "./Work.ts"

/**
 * The operations of a worker: claim work, advance it by one step, record the outcome of an attempt.
 *
 * A claim is a lease: one worker holds a piece of work at a time, and loses it when the lease ends. Every change is one
 * round trip and one transaction, which checks the lease (or, for an outcome, that the attempt is open) and writes
 * state, attempt, throttle and counts together. `openAttempt`, `completeAttempt` and `release` are called for every
 * lead, so they have callbacks instead of effects, and concurrent callers share a statement. Used by the worker.
 */
export class LeadWork extends Context.Service<
  LeadWork,
  {
    /** Leases up to `max` pieces of work that are not leased: those of `ids`, or those that are due. */
    readonly claim: (options: ClaimOptions) => Effect.Effect<ReadonlyArray<ClaimedWork>, StoreError>
    /**
     * When the next work is due, and whether a customer's circuit is open. Leased work is left out: to find the work of
     * lost workers, look again when a lease may have ended.
     */
    readonly nextDue: Effect.Effect<Outlook, StoreError>
    /**
     * The sweep: returns up to `max` leads whose work is due, retries and the work of lost workers included, for the
     * caller to offer to the queue. For `patience` they are not due any more; only a claim by id leases them.
     */
    readonly offer: (options: {
      readonly max: number
      readonly patience: Duration.Duration
    }) => Effect.Effect<ReadonlyArray<LeadId>, StoreError>
    /** A page, by id, of the leads whose work may be claimed now, whether the queue has them or not. */
    readonly waiting: (options: {
      readonly after: LeadId | undefined
      readonly max: number
    }) => Effect.Effect<ReadonlyArray<LeadId>, StoreError>
    /** Stores a decision, opens an attempt, or both. */
    readonly openAttempt: (step: Step, done: Batcher.Done<StepResult, StoreError>) => void
    /**
     * Records the outcome of an attempt and updates its lead. False if the lead did not change: it had ended, a newer
     * attempt was opened before this failure (the attempt's own row is completed nevertheless), or the outcome was on
     * record already. May be repeated.
     */
    readonly completeAttempt: (record: AttemptRecord, done: Batcher.Done<boolean, StoreError>) => void
    /** Releases work that was claimed and not sent. False if the lease was lost; nothing changes then. */
    readonly release: (released: Released, done: Batcher.Done<boolean, StoreError>) => void
    /**
     * Ends every lease. Only for a process that is alone with its database: every holder of a lease has died. The next
     * claim finds the attempts that are open.
     */
    readonly expireLeases: Effect.Effect<void, StoreError>
  }
>()("@lead-gateway/lead-store/LeadWork") {
  static readonly layer: Layer.Layer<LeadWork, never, PgClient.PgClient> = Layer.effect(
    LeadWork,
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const shared = sharedBy(noting(writeHealthOf(sql)))
      // Statements of different kinds commit concurrently, so each kind counts in a segment of its own.
      const opens = yield* shared("LeadWork.openAttempt", openAttempts(sql, makeSegments()), stepSize)
      const completions = yield* shared(
        "LeadWork.completeAttempt",
        completeAttempts(sql, makeSegments()),
        recordSize,
        // No caller waits for an outcome to be recorded, so a batch may wait for more of them.
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

const sharedBy =
  (noted: ReturnType<typeof noting>) =>
  <Item, Value>(
    operation: string,
    run: (items: ReadonlyArray<Item>) => Effect.Effect<ReadonlyArray<Value>, SqlError.SqlError>,
    sizeOf: (item: Item) => number,
    options: Pick<Batcher.BatcherOptions<Item, Value, StoreError>, "gather" | "maxItems"> = {},
  ) =>
    Batcher.make({
      run: (items: ReadonlyArray<Item>) => noted(storeCall(operation)(run(items))),
      sizeOf,
      isolate: (error: StoreError) => error._tag === "DataRefused",
      refusal: () => new StoreUnavailable({ operation }),
      ...options,
    })

const stepSize = ({ decision }: Step): number =>
  100 + (decision?.normalized?.length ?? 0) + (decision?.delivery?.body.length ?? 0)

const recordSize = ({ responseBody }: AttemptRecord): number => 200 + (responseBody?.length ?? 0)
