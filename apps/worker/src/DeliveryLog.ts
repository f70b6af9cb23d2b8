import type { DeliveryOutcome } from "@lead-gateway/customer-client"
import type { AttemptRecord, ClaimedWork, StoredDecision } from "@lead-gateway/lead-store"
import { Effect } from "effect"

/** What deliveries tell the log: one line for each, with the lead's ids and nothing of its data. */
export interface DeliveryLog {
  /** How an attempt ended. `moved` is false when a newer attempt or an end was on record before. */
  readonly attempt: (
    work: ClaimedWork,
    record: AttemptRecord,
    outcome: DeliveryOutcome["_tag"],
    isProbe: boolean,
    moved: boolean,
  ) => void
  readonly unknown: (work: ClaimedWork, record: AttemptRecord) => void
  /** A lead was rejected or parked. */
  readonly settled: (work: ClaimedWork, decision: StoredDecision) => void
  readonly snoozed: (work: ClaimedWork, delayMs: number, why: string, cause?: unknown) => void
  readonly tooLate: (work: ClaimedWork) => void
  readonly notOpened: (work: ClaimedWork, why: string) => void
  readonly notRecorded: (work: ClaimedWork, record: AttemptRecord, why: string) => void
  readonly recordRefused: (work: ClaimedWork, record: AttemptRecord, why: string) => void
}

/** Tells the loggers of the context. */
export const makeDeliveryLog: Effect.Effect<DeliveryLog> = Effect.gen(function* () {
  const fork = Effect.runForkWith(yield* Effect.context())
  const tell = (work: ClaimedWork, line: Effect.Effect<void>, fields: Record<string, unknown> = {}) => {
    fork(Effect.annotateLogs(line, { lead_id: work.leadId, correlation_id: work.correlationId, ...fields }))
  }
  return {
    attempt: (work, record, outcome, isProbe, moved) =>
      tell(work, Effect.logInfo(record.next.state === "DELIVERED" ? "lead delivered" : "delivery failed"), {
        attempt_no: record.attemptNo,
        outcome,
        status_code: record.responseStatus,
        error_message: record.errorMessage,
        fault: record.fault,
        duration_ms: record.durationMs,
        probe: isProbe,
        next: record.next.state,
        moved,
      }),
    unknown: (work, { attemptNo, next }) =>
      tell(work, Effect.logWarning("attempt outcome unknown"), { attempt_no: attemptNo, next: next.state }),
    settled: (work, { reason, verdict }) =>
      tell(work, Effect.logInfo(`lead ${verdict.toLowerCase()}`), { reason }),
    snoozed: (work, delayMs, why, cause) =>
      tell(
        work,
        cause === undefined
          ? Effect.logError(`a lead is snoozed: ${why}`)
          : Effect.logError("a lead is snoozed", cause),
        { delay_ms: delayMs },
      ),
    tooLate: (work) =>
      tell(work, Effect.logWarning("an attempt was opened too late to be sent; the lead is given back")),
    notOpened: (work, why) => tell(work, Effect.logError(`a step failed: ${why}`)),
    notRecorded: (work, { attemptNo, responseStatus }, why) =>
      tell(work, Effect.logError(`the outcome of an attempt is not recorded yet: ${why}`), {
        attempt_no: attemptNo,
        status_code: responseStatus,
      }),
    recordRefused: (work, { attemptNo, responseStatus }, why) =>
      tell(
        work,
        Effect.logError(`the outcome of an attempt cannot be recorded, and counts as unknown: ${why}`),
        {
          attempt_no: attemptNo,
          status_code: responseStatus,
        },
      ),
  }
})
