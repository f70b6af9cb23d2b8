/**
 * Records outcomes and releases work until Postgres confirms: neither may be lost while Postgres is unavailable, unless
 * the worker has to stop.
 */
import { type AttemptRecord, type ClaimedWork, type LeadWork, type Released } from "@lead-gateway/lead-store"
import { Duration, Result } from "effect"
import type { DeliveryLog } from "./DeliveryLog.ts"

/**
 * Records the outcome of an attempt. It must not be lost: while Postgres is unavailable, recording is retried until
 * `isAbandoned`, which the worker's stop decides; then `recorded` is not called. `recorded` is called with whether the
 * lead changed.
 *
 * If Postgres refuses the row, it is retried without its texts. If Postgres refuses it even then, `recorded` is called
 * with undefined: the lease expires, and the next worker that claims the work completes the attempt as unknown.
 */
export const recordWithRetry = (
  store: Pick<LeadWork["Service"], "completeAttempt">,
  record: AttemptRecord,
  log: Pick<DeliveryLog, "notRecorded" | "recordRefused">,
  work: ClaimedWork,
  recorded: (updated: boolean | undefined) => void,
  isAbandoned: () => boolean,
): void => {
  const attempt = (row: AttemptRecord, failures: number) =>
    store.completeAttempt(row, (result) => {
      if (Result.isSuccess(result)) return recorded(result.success)
      if (isAbandoned()) return
      const error = result.failure
      if (failures === 0) log.notRecorded(work, record, error.message)
      if (error._tag === "StoreUnavailable") {
        return void setTimeout(() => attempt(row, failures + 1), pauseMs(failures))
      }
      if (row === record) {
        return attempt(
          { ...record, responseBody: null, customerReason: null, errorMessage: withoutText },
          failures + 1,
        )
      }
      log.recordRefused(work, record, error.message)
      recorded(undefined)
    })
  attempt(record, 0)
}

const withoutText = "the attempt's texts could not be stored"

/** Why work is snoozed, and for how long. */
export interface Snoozed {
  readonly delay: Duration.Duration
  readonly internalFailure: string
}

/** 30 s, doubling up to an hour: after 0, 1, 2 … 7 earlier internal failures 30, 60, 120 … 3600 s. */
export const snoozeDelay = (internalFailures: number): Duration.Duration =>
  Duration.seconds(Math.min(30 * 2 ** Math.min(internalFailures, 10), 3600))

/**
 * Releases work; retries while Postgres is unavailable, until `isAbandoned`. `done` is called with whether the lease was
 * still held.
 */
export const releaseWithRetry = (
  store: Pick<LeadWork["Service"], "release">,
  { attemptNo, deliveryNo, lease, leadId }: ClaimedWork,
  snoozed: Snoozed | undefined,
  done: (wasLeased: boolean) => void,
  isAbandoned: () => boolean,
): void => {
  const released: Released = {
    leadId,
    deliveryNo,
    lease,
    // The attempt that was opened, or may have been: a statement that failed may have taken effect.
    unsentAttemptNo: attemptNo + 1,
    delay: snoozed?.delay ?? Duration.zero,
    internalFailure: snoozed?.internalFailure,
  }
  const attempt = (failures: number) =>
    store.release(released, (result) => {
      if (Result.isSuccess(result)) return done(result.success)
      // A refused release is not retried: the lease expires, and another worker claims the work.
      if (result.failure._tag === "DataRefused") return done(false)
      if (!isAbandoned()) setTimeout(() => attempt(failures + 1), pauseMs(failures))
    })
  attempt(0)
}

/** The pause before a retry: 0.1 s, doubling up to 5 s. */
const pauseMs = (failures: number): number => Math.min(100 * 2 ** Math.min(failures, 6), 5000)
