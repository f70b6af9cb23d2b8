/**
 * The outcome of an attempt: what is recorded, what follows, and recording it until Postgres confirms.
 *
 * `attemptRecord` evaluates an outcome once, and turns what the customer client reports into the row of the store.
 * `docs/states.md` shows which outcome leads to which state.
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

/** An attempt that is stored as open, and its work. */
export interface OpenAttempt {
  readonly work: Pick<ClaimedWork, "leadId" | "deliveryNo" | "lease" | "uncountedAttempts">
  readonly attemptNo: number
  /** Whether it tests if the customer is available again, while the circuit is open. */
  readonly isProbe: boolean
}

/** How an attempt may end: as the client reports it, or unknown. It is also the input of the retry policy. */
export type AttemptOutcome = Exclude<DeliveryOutcome, { readonly _tag: "AddressRefused" }> | UnseenOutcome

interface UnseenOutcome {
  readonly _tag: "OutcomeUnknown"
  readonly message: string
}

/** Completes an attempt that a lost worker left open. */
export const workerLost: UnseenOutcome = {
  _tag: "OutcomeUnknown",
  message: "outcome unknown: the worker was lost after it had opened this attempt",
}

/** Completes an attempt whose exchange a stop aborted. */
export const workerStopped: UnseenOutcome = {
  _tag: "OutcomeUnknown",
  message: "outcome unknown: the worker was stopped before the customer had answered",
}

/** What evaluating an outcome needs besides the attempt. */
export interface Circumstances {
  readonly policy: RetryPolicy.CompiledRetryPolicy
  /** Milliseconds since 1970. */
  readonly nowMs: number
  /** At least 0, less than 1: for the jitter. */
  readonly random: number
}

/** Evaluates an outcome: the row that records it, with the fault, the customer's health and what follows. */
export const attemptRecord = (
  { attemptNo, isProbe, work }: OpenAttempt,
  outcome: AttemptOutcome,
  { nowMs, policy, random }: Circumstances,
): AttemptRecord => {
  const classification = RetryPolicy.classify(policy, outcome)
  const { health } = classification
  const counted = isCounted({ isProbe, health })
  // The number of this attempt in the retry budget, which leaves out attempts that do not count.
  const attempt = Math.max(1, attemptNo - work.uncountedAttempts - Number(!counted))
  const next = nextOf(
    RetryPolicy.decide({
      policy,
      attempt,
      outcome,
      classification,
      counted,
      nowMs: timeOfAnswer(outcome, nowMs),
      random,
    }),
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
    fault: classification.fault ?? null,
    customerReason: null,
    policyVersion: policy.version ?? null,
    unseen: isUnseen,
    health,
    counted,
    next,
  }
}

/** Why an attempt failed, in a sentence that quotes neither the lead nor the answer's body. */
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
 * The time by the customer's clock, in milliseconds since 1970; by ours, if the answer has no readable `Date`.
 * A `Retry-After` that is a date refers to the customer's clock, so the wait is computed with that clock.
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
 * Records the outcome of an attempt. It must not be lost: while Postgres is unavailable, recording is retried for as long
 * as the process lives. `recorded` is called with whether the lead changed.
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

/** Why work is snoozed, and for how long. */
export interface Snoozed {
  readonly delay: Duration.Duration
  readonly internalFailure: string
}

/** 30 s, doubling up to an hour: after 0, 1, 2 … 7 earlier internal failures 30, 60, 120 … 3600 s. */
export const snoozeDelay = (internalFailures: number): Duration.Duration =>
  Duration.seconds(Math.min(30 * 2 ** Math.min(internalFailures, 10), 3600))

/** Releases work; retries while Postgres is unavailable. `done` is called with whether the lease was still held. */
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
      setTimeout(() => attempt(failures + 1), pauseMs(failures))
    })
  attempt(0)
}

/** The pause before a retry: 0.1 s, doubling up to 5 s. */
const pauseMs = (failures: number): number => Math.min(100 * 2 ** Math.min(failures, 6), 5000)
