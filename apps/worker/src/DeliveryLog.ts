import type { DeliveryOutcome } from "@lead-gateway/customer-client"
import type { AttemptRecord, ClaimedWork, StoredDecision } from "@lead-gateway/lead-store"
import { LineLog, Telemetry, TraceParent } from "@lead-gateway/runtime"
import { Cause, Duration, Effect } from "effect"
import type { Job } from "./Job.ts"

/** The log lines of deliveries, with the lead's ids and none of its data. */
export interface DeliveryLog {
  /**
   * An attempt ended. `updated` is false when its lead did not change: a newer attempt or a final state was stored.
   * `recordMs`: how long recording its outcome took. One that took longer than `SLOW_MS` is a warning that says what was
   * slow, the `customer` or the `store`.
   */
  readonly attempt: (
    job: Pick<Job, "attempt" | "trace" | "work">,
    record: AttemptRecord,
    outcome: DeliveryOutcome["_tag"] | "OutcomeUnknown",
    isProbe: boolean,
    updated: boolean,
    recordMs: number,
  ) => void
  /** A lead was rejected or parked. */
  readonly settled: (job: Pick<Job, "attempt" | "trace" | "work">, decision: StoredDecision) => void
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
  const slowMs = yield* Telemetry.SlowMs
  const lead = ["correlation_id", "lead_id", "trace_id"] as const
  const attemptFields = [
    ...lead,
    "span_id",
    "attempt_no",
    "outcome",
    "status_code",
    "error_message",
    "fault",
    "duration_ms",
    "probe",
    "next",
    "updated",
    "slow",
    "record_ms",
  ] as const
  const ended = (level: "info" | "warn") => ({
    delivered: log.prepare(level, "lead delivered", attemptFields),
    failed: log.prepare(level, "delivery failed", attemptFields),
  })
  const inTime = ended("info")
  const slowly = ended("warn")
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
    attempt: (job, record, outcome, isProbe, updated, recordMs) => {
      const { correlationId, leadId } = job.work
      const { attemptNo, durationMs, errorMessage, fault, next, responseStatus } = record
      const trace = traceOf(job)
      if (record.outcomeUnknown) return unknown(correlationId, leadId, trace?.traceId, attemptNo, next.state)
      const slow = (durationMs ?? 0) > slowMs ? "customer" : recordMs > slowMs ? "store" : undefined
      const lines = slow === undefined ? inTime : slowly
      const line = next.state === "DELIVERED" ? lines.delivered : lines.failed
      line(
        correlationId,
        leadId,
        trace?.traceId,
        trace?.spanId,
        attemptNo,
        outcome,
        responseStatus,
        errorMessage,
        fault,
        durationMs,
        isProbe,
        next.state,
        updated,
        slow,
        slow === undefined ? undefined : Math.round(recordMs),
      )
    },
    settled: (job, { reason, verdict }) => {
      const { correlationId, leadId } = job.work
      if (verdict !== "READY") settled[verdict](correlationId, leadId, traceOf(job)?.traceId, reason)
    },
    snoozed: (work, delay, why, cause) => {
      const { correlationId, leadId } = work
      const trace_id = traceIdOf(work)
      snoozed(correlationId, leadId, trace_id, Duration.toMillis(delay), why)
      if (cause === undefined) return
      fork(
        Effect.annotateLogs(Effect.logError("cause of the internal failure", Cause.die(cause)), {
          correlation_id: correlationId,
          lead_id: leadId,
          ...(trace_id === undefined ? {} : { trace_id }),
        }),
      )
    },
    tooLate: (work) => tooLate(work.correlationId, work.leadId, traceIdOf(work)),
    notOpened: (work, why) => notOpened(work.correlationId, work.leadId, traceIdOf(work), why),
    notRecorded: (work, { attemptNo, responseStatus }, why) =>
      notRecorded(work.correlationId, work.leadId, traceIdOf(work), attemptNo, responseStatus, why),
    recordRefused: (work, { attemptNo, responseStatus }, why) =>
      recordRefused(work.correlationId, work.leadId, traceIdOf(work), attemptNo, responseStatus, why),
    abandoned: (work, { attemptNo, next, responseStatus }) =>
      abandoned(work.correlationId, work.leadId, traceIdOf(work), attemptNo, responseStatus, next.state),
  }
})

/**
 * The trace on a line of an attempt: the one that the customer got. None where traces are off and the sender sent none.
 */
const traceOf = ({ attempt, trace, work }: Pick<Job, "attempt" | "trace" | "work">) => {
  if (trace !== undefined) return trace.attempt
  if (work.traceparent === undefined) return undefined
  return TraceParent.ofText(attempt?.message.traceparent) ?? TraceParent.ofText(work.traceparent)
}

/** The same for rare lines, which know the lead's work only. */
const traceIdOf = ({ traceparent }: ClaimedWork) => TraceParent.ofText(traceparent)?.traceId
