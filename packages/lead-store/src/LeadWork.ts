import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Context, type Duration, Effect, Layer } from "effect"
import { type Gate, gateJson } from "./Gate.ts"
import { claimLeads } from "./internal/claim.ts"
import * as GroupCommit from "./internal/GroupCommit.ts"
import { takeShard } from "./internal/leadCount.ts"
import type { LeadRow } from "./internal/LeadRow.ts"
import { offerDue, waitingLeads } from "./internal/offer.ts"
import { lookAhead } from "./internal/outlook.ts"
import { proceedAll, stepRow } from "./internal/proceed.ts"
import { outcomeRow, recordAll } from "./internal/record.ts"
import { releaseAll, releaseLead } from "./internal/release.ts"
import type { AttemptRecord, ClaimedLead, ClaimOptions, Outlook, Proceeded, Released, Step } from "./Step.ts"
import type { StoreError } from "./StoreError.ts"

/** How leads are worked on. */
export interface LeadWorkOptions {
  /** How long a claim holds a lead. */
  readonly lease: Duration.Duration
  /** What holds deliveries to the customer back. */
  readonly gate: Gate
}

/**
 * What a worker does to a lead: claim it, move it one step, record what came of an attempt.
 *
 * A claim is a lease: a lead has one owner at a time, and an owner that dies loses it when the lease ends.
 * Every change is one round trip and one transaction, which checks the lease (or, for an outcome, that no newer
 * attempt was opened) and writes status, attempt, event and counts together. Used by the worker.
 */
export class LeadWork extends Context.Service<
  LeadWork,
  {
    /** Takes leads that nobody owns, as many as it gets up to `max`: those of `ids`, or what is due. */
    readonly claim: (options: ClaimOptions) => Effect.Effect<ReadonlyArray<ClaimedLead>, StoreError>
    /** When there will be something to claim, and whether the customer is held to be down. */
    readonly outlook: Effect.Effect<Outlook, StoreError>
    /**
     * The sweep: up to `max` leads that are due, retries and leads that lost their owner included. They are the
     * queue's for as long as `patience`: until then nobody looks for them, whoever is told of them may claim them.
     */
    readonly offer: (options: {
      readonly max: number
      readonly patience: Duration.Duration
    }) => Effect.Effect<ReadonlyArray<LeadId>, StoreError>
    /** A page of the leads that may be claimed now, whether the queue was told of them or not, by id. */
    readonly waiting: (options: {
      readonly after: LeadId | undefined
      readonly max: number
    }) => Effect.Effect<ReadonlyArray<LeadId>, StoreError>
    /** Stores a decision, opens an attempt, or both. */
    readonly proceed: (step: Step) => Effect.Effect<Proceeded, StoreError>
    /**
     * Records how an attempt ended and moves the lead. Returns false when the lead was not moved: it had ended,
     * or it was a failure and a newer attempt was opened (the attempt's own row is completed all the same), or
     * the attempt had its outcome already. May be repeated.
     */
    readonly record: (outcome: AttemptRecord) => Effect.Effect<boolean, StoreError>
    /** Gives a lead back that was claimed and not sent. False, and nothing done, when the lease was lost. */
    readonly release: (released: Released) => Effect.Effect<boolean, StoreError>
    /**
     * Ends every lease, whoever holds it: for a process that knows that it is alone with its database, and that
     * whoever held them has died. Attempts that were open are found so.
     */
    readonly releaseAll: Effect.Effect<void, StoreError>
  }
>()("@lead-gateway/lead-store/LeadWork") {
  static readonly layer = ({
    gate,
    lease,
  }: LeadWorkOptions): Layer.Layer<LeadWork, never, PgClient.PgClient> =>
    Layer.effect(
      LeadWork,
      Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        const policy = gateJson(gate, lease)
        // Decisions and outcomes are committed beside each other, so each counts in a shard of its own.
        const steps = yield* shared(proceedAll(sql, takeShard(sql), policy))
        const outcomes = yield* shared(recordAll(sql, takeShard(sql), policy))

        return LeadWork.of({
          claim: claimLeads(sql, lease, policy),
          outlook: lookAhead(sql, policy),
          offer: offerDue(sql, policy),
          waiting: waitingLeads(sql, policy),
          proceed: (step) => Effect.suspend(() => steps.submit(stepRow(step))),
          record: (outcome) => Effect.suspend(() => outcomes.submit(outcomeRow(outcome))),
          release: releaseLead(sql),
          releaseAll: releaseAll(sql),
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
