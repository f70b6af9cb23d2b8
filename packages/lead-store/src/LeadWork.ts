import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Context, type Duration, Effect, Layer, Result } from "effect"
import type { SqlError } from "effect/sql"
import * as Batcher from "./Batcher.ts"
import { makeClaim } from "./internal/claim.ts"
import { completeAttempts } from "./internal/complete.ts"
import { completeLate } from "./internal/completeLate.ts"
import { makeSegments } from "./internal/counts.ts"
import { openAttempts } from "./internal/open.ts"
import { expireLeases, releaseWork } from "./internal/release.ts"
import { nextDue, offerDue, waitingLeads } from "./internal/schedule.ts"
import { storeCall, type StoreError, StoreUnavailable } from "./StoreError.ts"
import type { AttemptRecord, ClaimedWork, ClaimOptions, Outlook, Released, Step, StepResult } from "./Work.ts"

/**
 * What a worker does: claim work, move it one step, record what came of an attempt.
 *
 * A claim is a lease: work has one owner at a time, and an owner that dies loses it when the lease ends. Every change
 * is one round trip and one transaction, which checks the lease (or, for an outcome, that the attempt is open) and
 * writes state, attempt, throttle and counts together. `open`, `complete` and `release` take callbacks, since they are
 * called for every lead: many callers share one statement. Used by the worker.
 */
export class LeadWork extends Context.Service<
  LeadWork,
  {
    /** Takes work that nobody owns, as much as it gets up to `max`: that of `ids`, or what is due. */
    readonly claim: (options: ClaimOptions) => Effect.Effect<ReadonlyArray<ClaimedWork>, StoreError>
    /**
     * When there will be something to claim, and whether a customer is held to be down. It does not look at leases that
     * still run: who waits as long as a lease looks again, and finds what lost its owner.
     */
    readonly nextDue: Effect.Effect<Outlook, StoreError>
    /**
     * The sweep: up to `max` leads whose work is due, retries and those that lost their owner included. They are the
     * queue's for as long as `patience`: until then nobody looks for them, whoever is told of them may claim them.
     */
    readonly offer: (options: {
      readonly max: number
      readonly patience: Duration.Duration
    }) => Effect.Effect<ReadonlyArray<LeadId>, StoreError>
    /** A page of the leads whose work may be claimed now, whether the queue was told of them or not, by id. */
    readonly waiting: (options: {
      readonly after: LeadId | undefined
      readonly max: number
    }) => Effect.Effect<ReadonlyArray<LeadId>, StoreError>
    /** Stores a decision, opens an attempt, or both. */
    readonly open: (step: Step, done: Batcher.Done<StepResult, StoreError>) => void
    /**
     * Records how an attempt ended and moves the lead. False when the lead was not moved: it had ended, or it was a
     * failure and a newer attempt was opened (the attempt's own row is completed all the same), or the attempt had its
     * outcome already. May be repeated.
     */
    readonly complete: (record: AttemptRecord, done: Batcher.Done<boolean, StoreError>) => void
    /** Gives work back that was claimed and not sent. False, and nothing done, when the lease was lost. */
    readonly release: (released: Released, done: Batcher.Done<boolean, StoreError>) => void
    /**
     * Ends every lease, whoever holds it: for a process that knows that it is alone with its database, and that
     * whoever held them has died. Attempts that were open are found so.
     */
    readonly expireLeases: Effect.Effect<void, StoreError>
  }
>()("@lead-gateway/lead-store/LeadWork") {
  static readonly layer: Layer.Layer<LeadWork, never, PgClient.PgClient> = Layer.effect(
    LeadWork,
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      // Each kind of statement is committed beside the others, so each counts in a segment of its own.
      const opens = yield* shared("LeadWork.open", openAttempts(sql, makeSegments()), stepSize)
      const completions = yield* shared(
        "LeadWork.complete",
        completeAttempts(sql, makeSegments()),
        recordSize,
        // The customer has answered, and nobody waits for it to be on record.
        { gather: { items: 50, ms: 5 } },
      )
      const late = completeLate(sql, makeSegments())
      const lates = yield* shared(
        "LeadWork.complete",
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
        open: opens.submit,
        complete: (record, done) =>
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
