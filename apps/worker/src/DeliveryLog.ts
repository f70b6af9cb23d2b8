import type { DeliveryOutcome } from "@lead-gateway/customer-client"
import type { AttemptRecord, ClaimedWork, StoredDecision } from "@lead-gateway/lead-store"
import { LineLog } from "@lead-gateway/runtime"
import { Cause, Duration, Effect } from "effect"

/** The log lines of deliveries, with the lead's ids and none of its data. */
export interface DeliveryLog {
  /** An attempt ended. `updated` is false when its lead did not change: a newer attempt or a final state was stored. */
  readonly attempt: (
    work: ClaimedWork,
    record: AttemptRecord,
    outcome: DeliveryOutcome["_tag"] | "OutcomeUnknown",
    isProbe: boolean,
    updated: boolean,
  ) => void
  /** A lead was rejected or parked. */
  readonly settled: (work: ClaimedWork, decision: StoredDecision) => void
  /** Work was snoozed after an internal failure. */
  readonly snoozed: (work: ClaimedWork, delay: Duration.Duration, why: string, cause?: unknown) => void
  /** An attempt was not sent, because the lease might have expired. */
  readonly tooLate: (work: ClaimedWork) => void
  /** A step failed in Postgres; its work is released. */
  readonly notOpened: (work: ClaimedWork, why: string) => void
  /** Recording an outcome failed, and is retried. */
  readonly notRecorded: (work: ClaimedWork, record: AttemptRecord, why: string) => void
  /** Postgres refuses an outcome for good. */
  readonly recordRefused: (work: ClaimedWork, record: AttemptRecord, why: string) => void
  /** Postgres has not confirmed an outcome by the end of a stop. */
  readonly abandoned: (work: ClaimedWork, record: AttemptRecord) => void
}

/** Writes to the program's log: prepared lines for what happens per lead, and the cause of a defect. */
export const makeDeliveryLog: Effect.Effect<DeliveryLog> = Effect.gen(function* () {
  const fork = Effect.runForkWith(yield* Effect.context())
  const log = yield* LineLog
  const lead = ["correlation_id", "lead_id"] as const
  const attemptFields = [
    ...lead,
    "attempt_no",
    "outcome",
    "status_code",
    "error_message",
    "fault",
    "duration_ms",
    "probe",
    "next",
    "updated",
  ] as const
  const delivered = log.prepare("info", "lead delivered", attemptFields)
  const failed = log.prepare("info", "delivery failed", attemptFields)
  const unknown = log.prepare("warn", "attempt outcome unknown", [...lead, "attempt_no", "next"])
  const settled = {
    REJECTED: log.prepare("info", "lead rejected", [...lead, "reason"]),
    PARKED: log.prepare("info", "lead parked", [...lead, "reason"]),
  }
  const snoozed = log.prepare("error", "lead snoozed", [...lead, "delay_ms", "cause"])
  const tooLate = log.prepare("warn", "an attempt was opened too late to be sent; the lead is released", lead)
  const notOpened = log.prepare("error", "a step failed", [...lead, "cause"])
  const unrecorded = [...lead, "attempt_no", "status_code", "cause"] as const
  const notRecorded = log.prepare("error", "the outcome of an attempt is not recorded yet", unrecorded)
  const recordRefused = log.prepare(
    "error",
    "the outcome of an attempt cannot be recorded, and counts as unknown",
    unrecorded,
  )

  const abandoned = log.prepare(
    "error",
    "the outcome of an attempt could not be recorded before the stop, and counts as unknown",
    [...lead, "attempt_no", "status_code", "next"],
  )

  return {
    attempt: ({ correlationId, leadId }, record, outcome, isProbe, updated) => {
      const { attemptNo, durationMs, errorMessage, fault, next, responseStatus } = record
      if (record.outcomeUnknown) return unknown(correlationId, leadId, attemptNo, next.state)
      const line = next.state === "DELIVERED" ? delivered : failed
      line(
        correlationId,
        leadId,
        attemptNo,
        outcome,
        responseStatus,
        errorMessage,
        fault,
        durationMs,
        isProbe,
        next.state,
        updated,
      )
    },
    settled: ({ correlationId, leadId }, { reason, verdict }) => {
      if (verdict !== "READY") settled[verdict](correlationId, leadId, reason)
    },
    snoozed: ({ correlationId, leadId }, delay, why, cause) => {
      snoozed(correlationId, leadId, Duration.toMillis(delay), why)
      if (cause === undefined) return
      fork(
        Effect.annotateLogs(Effect.logError("cause of the internal failure", Cause.die(cause)), {
          correlation_id: correlationId,
          lead_id: leadId,
        }),
      )
    },
    tooLate: ({ correlationId, leadId }) => tooLate(correlationId, leadId),
    notOpened: ({ correlationId, leadId }, why) => notOpened(correlationId, leadId, why),
    notRecorded: ({ correlationId, leadId }, { attemptNo, responseStatus }, why) =>
      notRecorded(correlationId, leadId, attemptNo, responseStatus, why),
    recordRefused: ({ correlationId, leadId }, { attemptNo, responseStatus }, why) =>
      recordRefused(correlationId, leadId, attemptNo, responseStatus, why),
    abandoned: ({ correlationId, leadId }, { attemptNo, next, responseStatus }) =>
      abandoned(correlationId, leadId, attemptNo, responseStatus, next.state),
  }
})
