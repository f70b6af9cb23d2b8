/** What a worker does with leads, so that an api has something to show. */
import { PgClient } from "@effect/sql-pg"
import { type LeadId, Reason } from "@lead-gateway/lead"
import {
  type Batcher,
  type Lease,
  LeadWork,
  type StepResult,
  type StoredDecision,
  type StoreError,
} from "@lead-gateway/lead-store"
import { Duration, Effect, Layer } from "effect"
import type { WorldShape } from "./World.ts"

const decided = {
  details: "{}",
  normalized: "{}",
  omitted: [],
  unread: [],
  decidedWith: '{"rules":"1","profile":"1","mapping":"1","template":"1"}',
}

const decisions = {
  parked: { ...decided, verdict: "PARKED", reason: Reason.missingRequiredField, delivery: null },
  rejected: { ...decided, verdict: "REJECTED", reason: Reason.missingRequiredField, delivery: null },
  delivered: {
    ...decided,
    verdict: "READY",
    reason: null,
    delivery: { customerId: 1, idempotencyKey: "9a1d2f6e-51c0-4f43-8d5c-0d1f6a7b8c9d", body: "{}" },
  },
} as const satisfies Readonly<Record<string, StoredDecision>>

const called = <Value>(submit: (done: Batcher.Done<Value, StoreError>) => void) =>
  Effect.callback<Value, StoreError>((resume) => submit((result) => resume(Effect.fromResult(result))))

/** Claims what is due, and ends it so; the payloads that were claimed. */
export const endAll = (world: Pick<WorldShape, "sql">, end: keyof typeof decisions) =>
  Effect.gen(function* () {
    const work = yield* LeadWork
    const claimed = yield* work.claim({ max: 500, lease: Duration.seconds(45) })
    yield* Effect.forEach(
      claimed,
      (lead) =>
        Effect.gen(function* () {
          const decision = lead._tag === "Undecided" ? decisions[end] : undefined
          const opened = yield* called<StepResult>((done) =>
            work.openAttempt({ ...leaseOf(lead), decision }, done),
          )
          if (opened._tag === "Opened") yield* succeed(work, leaseOf(lead), opened.attemptNo)
        }),
      { concurrency: "unbounded" },
    )
    return claimed
  }).pipe(
    Effect.provide(Layer.provide(LeadWork.layer, Layer.succeed(PgClient.PgClient, world.sql))),
    Effect.scoped,
    Effect.orDie,
  )

const leaseOf = ({ deliveryNo, leadId, lease }: Lease): Lease & { readonly leadId: LeadId } => ({
  leadId,
  deliveryNo,
  lease,
})

const succeed = (work: LeadWork["Service"], lease: Lease, attemptNo: number) =>
  called<boolean>((done) =>
    work.completeAttempt(
      {
        ...lease,
        attemptNo,
        outcomeUnknown: false,
        durationMs: 20,
        responseStatus: 200,
        responseBody: "ok",
        errorMessage: null,
        fault: null,
        customerReason: null,
        policyVersion: null,
        unseen: false,
        health: "success",
        counted: true,
        next: { state: "DELIVERED" },
      },
      done,
    ),
  )
