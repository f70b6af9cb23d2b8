import { PgClient } from "@effect/sql-pg"
import { Context, type Duration, Effect, Layer } from "effect"
import { claimDue, untilDue } from "./internal/claim.ts"
import * as GroupCommit from "./internal/GroupCommit.ts"
import { takeShard } from "./internal/leadCount.ts"
import type { LeadRow } from "./internal/LeadRow.ts"
import { proceedAll, stepRow } from "./internal/proceed.ts"
import { outcomeRow, recordAll } from "./internal/record.ts"
import { releaseLease } from "./internal/release.ts"
import type { AttemptRecord, ClaimedLead, OpenedAttempt, Released, Step } from "./Step.ts"
import type { StoreError } from "./StoreError.ts"

/**
 * What a worker does to a lead: claim it, move it one step, record what came of an attempt.
 *
 * A claim is a lease: a lead has one owner at a time, and an owner that dies loses it when the lease ends.
 * Every change is one statement that checks the lease (or, for an outcome, that no newer attempt was
 * opened) and writes status, attempt, event and counts together. Used by the worker.
 */
export class LeadWork extends Context.Service<
  LeadWork,
  {
    /** Takes up to `max` leads that are due and not owned, for as long as `lease`. Empty when there are none. */
    readonly claim: (options: {
      readonly max: number
      readonly lease: Duration.Duration
    }) => Effect.Effect<ReadonlyArray<ClaimedLead>, StoreError>
    /** How long until the next lead is due, zero if one is; undefined when none is scheduled. */
    readonly untilDue: Effect.Effect<Duration.Duration | undefined, StoreError>
    /**
     * Stores a decision, opens an attempt, or both. Returns the opened attempt, or undefined when the step
     * opens none. Also undefined, and nothing changed, when the lease was lost (the lead is somebody else's
     * now), when the lead is decided already, or while its last attempt has no outcome.
     */
    readonly proceed: (step: Step) => Effect.Effect<OpenedAttempt | undefined, StoreError>
    /**
     * Records how an attempt ended and moves the lead. Returns false when the lead was not moved: it had ended,
     * or it was a failure and a newer attempt was opened (the attempt's own row is completed all the same), or
     * the attempt had its outcome already. May be repeated.
     */
    readonly record: (outcome: AttemptRecord) => Effect.Effect<boolean, StoreError>
    /**
     * Gives a lead back that was claimed and not sent, so that another worker may take it at once. Does
     * nothing when the lease was lost.
     */
    readonly release: (released: Released) => Effect.Effect<void, StoreError>
  }
>()("@lead-gateway/lead-store/LeadWork") {
  static readonly layer = Layer.effect(
    LeadWork,
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      // Decisions and outcomes are committed beside each other, so each counts in a shard of its own.
      const steps = yield* shared(proceedAll(sql, takeShard(sql)))
      const outcomes = yield* shared(recordAll(sql, takeShard(sql)))

      return LeadWork.of({
        claim: claimDue(sql),
        untilDue: untilDue(sql),
        proceed: (step) => Effect.suspend(() => steps.submit(stepRow(step))),
        record: (outcome) => Effect.suspend(() => outcomes.submit(outcomeRow(outcome))),
        release: releaseLease(sql),
      })
    }),
  )
}

/** Many callers' leads in one statement, each lead once. */
const shared = <Result>(
  run: (rows: ReadonlyArray<LeadRow>) => Effect.Effect<ReadonlyArray<Result>, StoreError>,
) =>
  GroupCommit.make({
    run,
    isolate: (error) => error._tag === "DataRefused",
    sizeOf: (row) => row.json.length,
    keyOf: (row) => row.id,
  })
