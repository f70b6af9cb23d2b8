import { PgClient } from "@effect/sql-pg"
import { Context, type Duration, Effect, Layer } from "effect"
import { claimDue, untilDue } from "./internal/claim.ts"
import { takeShard } from "./internal/countShard.ts"
import * as GroupCommit from "./internal/GroupCommit.ts"
import { proceedAll } from "./internal/proceed.ts"
import { recordAll } from "./internal/record.ts"
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
     * opens none or when the lease was lost: then the lead is somebody else's now, and nothing was changed.
     */
    readonly proceed: (step: Step) => Effect.Effect<OpenedAttempt | undefined, StoreError>
    /**
     * Records how an attempt ended and moves the lead. Returns false when the lead was not moved, because a
     * newer attempt was opened or the lead had ended; the attempt's own row is completed all the same.
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
      const shard = yield* takeShard

      const steps = yield* GroupCommit.make({
        run: proceedAll(sql, shard),
        isolate: (error: StoreError) => error._tag === "DataRefused",
        sizeOf: (step: Step) => (step.decision === undefined ? 100 : JSON.stringify(step.decision).length),
        keyOf: (step: Step) => step.id,
      })
      const outcomes = yield* GroupCommit.make({
        run: recordAll(sql, shard),
        isolate: (error: StoreError) => error._tag === "DataRefused",
        sizeOf: (outcome: AttemptRecord) => 200 + (outcome.responseBody?.length ?? 0),
        keyOf: (outcome: AttemptRecord) => outcome.id,
      })

      return LeadWork.of({
        claim: claimDue(sql),
        untilDue: untilDue(sql),
        proceed: steps.submit,
        record: outcomes.submit,
        release: releaseLease(sql),
      })
    }),
  )
}
