/**
 * How an attempt ended: what is recorded of it, what follows, and recording it until Postgres has it.
 *
 * An outcome has one shape from the customer client to the retry policy, and one from here to the tables: it is judged
 * once, by `attemptRecord`. Which outcome means what is drawn in `docs/states.md`.
 */
import type { DeliveryOutcome } from "@lead-gateway/customer-client"
import { isCounted, RejectionReason } from "@lead-gateway/lead"
import {
  type AttemptRecord,
  type ClaimedWork,
  type LeadWork,
  type Released,
  storableText,
} from "@lead-gateway/lead-store"
import * as RetryPolicy from "@lead-gateway/retry-policy"
import { Duration, Result } from "effect"
import type { DeliveryLog } from "./DeliveryLog.ts"

/** An attempt on record, and its work. */
export interface OpenAttempt {
  readonly work: Pick<ClaimedWork, "leadId" | "deliveryNo" | "lease" | "uncountedAttempts">
  readonly attemptNo: number
  /** Made to see whether the customer is back. */
  readonly isProbe: boolean
}

/** How an attempt may end: what the client saw of it, or why nobody saw it. The retry policy takes it as it is. */
export type AttemptOutcome = Exclude<DeliveryOutcome, { readonly _tag: "AddressRefused" }> | UnseenOutcome

interface UnseenOutcome {
  readonly _tag: "OutcomeUnknown"
  readonly message: string
}

export const workerLost: UnseenOutcome = {
  _tag: "OutcomeUnknown",
  message: "outcome unknown: the worker was lost after it had opened this attempt",
}

export const workerStopped: UnseenOutcome = {
  _tag: "OutcomeUnknown",
  message: "outcome unknown: the worker was stopped before the customer had answered",
}

/** What the judgement of an outcome needs besides the attempt. */
export interface Circumstances {
  readonly policy: RetryPolicy.CompiledRetryPolicy
  /** Milliseconds since 1970. */
  readonly nowMs: number
  /** At least 0, less than 1: for the jitter. */
  readonly random: number
}

/** Judges an outcome: what is recorded of it, whose fault it is, what it tells of the customer and what follows. */
export const attemptRecord = (
  { attemptNo, isProbe, work }: OpenAttempt,
  outcome: AttemptOutcome,
  { nowMs, policy, random }: Circumstances,
): AttemptRecord => {
  const health = RetryPolicy.healthOf(outcome)
  const counted = isCounted({ isProbe, health })
  // The budget counts this attempt if it counts, and of those before the ones that do.
  const attempt = Math.max(1, attemptNo - work.uncountedAttempts - Number(!counted))
  const next = nextOf(
    RetryPolicy.decide({ policy, attempt, outcome, nowMs: timeOfAnswer(outcome, nowMs), random }),
  )
  const isAnswered = outcome._tag === "Answered"
  const isUnseen = outcome._tag === "OutcomeUnknown"
  return {
    leadId: work.leadId,
    deliveryNo: work.deliveryNo,
    lease: work.lease,
    attemptNo,
    outcomeUnknown: isUnseen,
    durationMs: isUnseen ? null : outcome.durationMs,
    responseStatus: isAnswered ? outcome.status : null,
    responseBody: isAnswered ? storableText(outcome.body) : null,
    errorMessage: next.state === "DELIVERED" ? null : messageOf(outcome),
    fault: RetryPolicy.classify(policy, outcome).fault ?? null,
    health,
    counted,
    next,
  }
}

/** Why an attempt failed, in a sentence that holds nothing of the lead or of the answer. */
export const messageOf = (outcome: DeliveryOutcome | UnseenOutcome): string => {
  switch (outcome._tag) {
    case "Answered":
      return `the customer answered ${outcome.status}`
    case "TimedOut":
      return outcome.phase === "connect"
        ? `no connection within ${outcome.durationMs} ms`
        : `no answer within ${outcome.durationMs} ms`
    default:
      return outcome.message
  }
}

/**
 * The time by the clock of whoever answered, in milliseconds since 1970; ours, if the answer has no readable `Date`.
 * A `Retry-After` that is a date was written by that clock, and only that clock says how long to wait.
 */
const timeOfAnswer = (outcome: AttemptOutcome, ourTimeMs: number): number =>
  outcome._tag === "Answered" && outcome.retryAfter !== undefined && outcome.date !== undefined
    ? (RetryPolicy.httpDate(outcome.date.trim(), ourTimeMs) ?? ourTimeMs)
    : ourTimeMs

const nextOf = (decision: RetryPolicy.Decision): AttemptRecord["next"] => {
  switch (decision._tag) {
    case "Delivered":
      return { state: "DELIVERED" }
    case "RetryAfter":
      return { state: "RETRYING", retryAfterMs: decision.delayMs }
    case "GiveUp":
      return { state: "PERMANENTLY_FAILED", reason: RejectionReason.make(decision.reason) }
  }
}

/**
 * Records how an attempt ended. An outcome must not be lost: while Postgres is away it is tried again for as long as
 * the process lives. `recorded` gets whether the lead changed.
 *
 * A text that Postgres refuses is left out rather than the outcome. What Postgres refuses even then cannot be recorded:
 * `recorded` gets undefined, the lease ends, and whoever claims the work next finds the attempt's outcome unknown.
 */
export const recordWithRetry = (
  store: Pick<LeadWork["Service"], "completeAttempt">,
  record: AttemptRecord,
  log: Pick<DeliveryLog, "notRecorded" | "recordRefused">,
  work: ClaimedWork,
  recorded: (updated: boolean | undefined) => void,
): void => {
  const attempt = (row: AttemptRecord, failures: number) =>
    store.completeAttempt(row, (result) => {
      if (Result.isSuccess(result)) return recorded(result.success)
      const error = result.failure
      if (failures === 0) log.notRecorded(work, record, error.message)
      if (error._tag === "StoreUnavailable") {
        return void setTimeout(() => attempt(row, failures + 1), pauseMs(failures))
      }
      if (row === record) {
        return attempt({ ...record, responseBody: null, errorMessage: withoutText }, failures + 1)
      }
      log.recordRefused(work, record, error.message)
      recorded(undefined)
    })
  attempt(record, 0)
}

const withoutText = "the attempt's texts could not be stored"

/** Why work rests, and for how long. */
export interface Snoozed {
  readonly delay: Duration.Duration
  readonly internalFailure: string
}

/** 30 s, doubling up to an hour: after 0, 1, 2 … 7 earlier internal failures 30, 60, 120 … 3600 s. */
export const snoozeDelay = (internalFailures: number): Duration.Duration =>
  Duration.seconds(Math.min(30 * 2 ** Math.min(internalFailures, 10), 3600))

/** Gives work back, again while Postgres is away. `done` gets whether its lease still held. */
export const releaseWithRetry = (
  store: Pick<LeadWork["Service"], "release">,
  { attemptNo, deliveryNo, lease, leadId }: ClaimedWork,
  snoozed: Snoozed | undefined,
  done: (wasLeased: boolean) => void,
): void => {
  const released: Released = {
    leadId,
    deliveryNo,
    lease,
    // The attempt that was opened, or perhaps was: a statement that failed may have taken effect.
    unsentAttemptNo: attemptNo + 1,
    delay: snoozed?.delay ?? Duration.zero,
    internalFailure: snoozed?.internalFailure,
  }
  const attempt = (failures: number) =>
    store.release(released, (result) => {
      if (Result.isSuccess(result)) return done(result.success)
      // What Postgres refuses stays as it is: the lease ends, and another worker claims the work.
      if (result.failure._tag === "DataRefused") return done(false)
      setTimeout(() => attempt(failures + 1), pauseMs(failures))
    })
  attempt(0)
}

/** 0.1 s, doubling up to 5 s. */
const pauseMs = (failures: number): number => Math.min(100 * 2 ** Math.min(failures, 6), 5000)
