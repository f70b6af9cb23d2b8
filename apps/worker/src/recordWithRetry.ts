import type { AttemptRecord, ClaimedWork, LeadWork, Released, StoreError } from "@lead-gateway/lead-store"
import { Result } from "effect"
import type { DeliveryLog } from "./DeliveryLog.ts"

/**
 * Records how an attempt ended. It is the one thing that must not be lost: while Postgres is away it is tried again for
 * as long as the process lives. `recorded` is told whether the lead was moved.
 *
 * A text that Postgres refuses is left out rather than the outcome. What Postgres refuses even then cannot be recorded:
 * `recorded` is told undefined, the lease ends, and whoever claims the work next finds the attempt's outcome unknown.
 */
export const recordWithRetry = (
  store: Pick<LeadWork["Service"], "complete">,
  outcome: AttemptRecord,
  log: Pick<DeliveryLog, "notRecorded" | "recordRefused">,
  work: ClaimedWork,
  recorded: (moved: boolean | undefined) => void,
): void => {
  const attempt = (row: AttemptRecord, failures: number) =>
    store.complete(row, (result) => {
      if (Result.isSuccess(result)) return recorded(result.success)
      const error = result.failure
      if (failures === 0) log.notRecorded(work, outcome, error.message)
      if (error._tag === "StoreUnavailable") {
        return void setTimeout(() => attempt(row, failures + 1), pauseMs(failures))
      }
      if (row === outcome) {
        return attempt({ ...outcome, responseBody: null, errorMessage: withoutText }, failures + 1)
      }
      log.recordRefused(work, outcome, error.message)
      recorded(undefined)
    })
  attempt(outcome, 0)
}

const withoutText = "the attempt's texts could not be stored"

/** Gives work back, again while Postgres is away. `done` is told whether it was still owned. */
export const releaseWithRetry = (
  store: Pick<LeadWork["Service"], "release">,
  released: Released,
  done: (wasOwned: boolean) => void,
): void => {
  const attempt = (failures: number) =>
    store.release(released, (result: Result.Result<boolean, StoreError>) => {
      if (Result.isSuccess(result)) return done(result.success)
      // What Postgres refuses stays as it is: the lease ends, and somebody else tries.
      if (result.failure._tag === "DataRefused") return done(false)
      setTimeout(() => attempt(failures + 1), pauseMs(failures))
    })
  attempt(0)
}

/** 0.1 s, doubling up to 5 s. */
const pauseMs = (failures: number): number => Math.min(100 * 2 ** Math.min(failures, 6), 5000)
