import type { CustomerClient, DeliveryOutcome } from "@lead-gateway/customer-client"
import type { LeadId } from "@lead-gateway/lead"
import type { AttemptRecord, ClaimedWork, LeadWork, StepResult, StoreError } from "@lead-gateway/lead-store"
import { Result } from "effect"
import { deliveryBegan, type OpenAttempt } from "./Attempt.ts"
import { type AttemptOutcome, messageOf, workerLost, workerStopped } from "./AttemptOutcome.ts"
import type { DeliveryLog } from "./DeliveryLog.ts"
import type { DeliveryMetrics } from "./DeliveryMetrics.ts"
import type { Job } from "./Job.ts"
import type { LeadTraces } from "./LeadTrace.ts"
import { recordWithRetry, releaseWithRetry, snoozeDelay, type Snoozed } from "./Recording.ts"
import { makeSlots, type SlotsOptions } from "./Slots.ts"
import type { NextStep, Steps } from "./Step.ts"

/** The dependencies and limits of deliveries. */
export interface DeliveriesOptions extends Pick<SlotsOptions<never>, "ahead" | "concurrency"> {
  readonly work: Pick<LeadWork["Service"], "openAttempt" | "completeAttempt" | "release">
  readonly client: Pick<CustomerClient["Service"], "start">
  readonly steps: Steps
  /** Evaluates an outcome. */
  readonly recordOf: (attempt: OpenAttempt, outcome: AttemptOutcome) => AttemptRecord
  readonly log: DeliveryLog
  /** Undefined where traces are off. */
  readonly traces?: Pick<LeadTraces, "decided" | "attempted"> | undefined
  readonly metrics: DeliveryMetrics
  /** How long after a claim its work may be sent, so that the lease outlives the exchange. */
  readonly sendWithinMs: number
  /** Called when this worker holds a piece of work no more. `scheduled`: it will be due again. */
  readonly ended: (scheduled: boolean) => void
  /** Called with leads whose work was released and may be claimed at once. */
  readonly offer: (ids: ReadonlyArray<LeadId>) => void
  /** Called when the customer's address is refused; calls `noted` when that is stored. */
  readonly refused: (reason: string, noted: () => void) => void
}

/** The work that one worker holds. */
export interface Deliveries {
  /** Starts work that was claimed at `claimedAtMs` of the monotonic clock, or later. */
  readonly begin: (claimed: ReadonlyArray<ClaimedWork>, claimedAtMs: number) => void
  /** Pieces of work that are held. */
  readonly held: () => number
  /** Pieces of work among them whose lead has no stored decision yet. */
  readonly undecided: () => number
  /** Whether the documents of the held work are so large that nothing more may be claimed: parsed, they may be 20 times as large. */
  readonly isFull: () => boolean
  /** The number of exchanges with the customer that have ended since the start. */
  readonly answers: () => number
  /** Starts nothing more, and releases what is not sent. Calls `whenEmpty` when no work is held. */
  readonly stop: (whenEmpty: () => void) => void
  /** After `stop`: aborts the exchanges in progress, and records their outcome as unknown. */
  readonly abort: () => void
  /** After `abort`: retries nothing more, and logs each outcome that Postgres has not confirmed. */
  readonly abandon: () => void
}

/**
 * Advances claimed work by one step each. Completes an attempt left open by a lost worker; otherwise decides (once),
 * opens an attempt if the throttle permits, sends it and records the outcome.
 *
 * The attempt is stored before the customer can have received it. Work that fails for an internal reason is snoozed,
 * longer each time. Plain functions: they run for every lead.
 */
export const makeDeliveries = (options: DeliveriesOptions): Deliveries => {
  const {
    ahead,
    client,
    concurrency,
    log,
    metrics,
    recordOf,
    sendWithinMs,
    steps,
    traces,
    work: store,
  } = options
  const jobs = new Set<Job>()
  let answers = 0
  let characters = 0
  let whenEmpty: (() => void) | undefined
  let isAborted = false
  let isAbandoned = false
  const isLate = (job: Job) => performance.now() - job.claimedAtMs > sendWithinMs

  // The stages of a piece of work, from top to bottom.

  const begin = (work: ClaimedWork, claimedAtMs: number) => {
    const job: Job = { work, claimedAtMs, stage: "ready" }
    jobs.add(job)
    characters += work.characters
    if (work._tag === "LostAttempt") {
      const { attemptNo, isProbe } = work
      record(job, { work, attemptNo, isProbe, beganMs: deliveryBegan(work, claimedAtMs) }, workerLost)
    } else if (work._tag === "Unreadable") snooze(job, "its stored rows cannot be read")
    else if (whenEmpty !== undefined || work._tag === "TooMuch") release(job)
    else slots.add(job)
  }

  const open = (job: Job) => {
    const { work } = job
    if (work._tag !== "Undecided" && work._tag !== "Due") return
    if (isLate(job)) return release(job)
    let next: NextStep
    job.steppedAtMs = performance.now()
    try {
      next = steps(work)
    } catch (defect) {
      return snooze(job, "an unexpected error in the gateway", defect)
    }
    job.trace = next.trace
    slots.move(job, "opening")
    store.openAttempt(next.step, (result) => opened(job, next, result))
  }

  const opened = (job: Job, { message, step }: NextStep, result: Result.Result<StepResult, StoreError>) => {
    if (Result.isFailure(result)) {
      const error = result.failure
      if (error._tag === "DataRefused") return snooze(job, error.message)
      log.notOpened(job.work, error.message)
      return release(job)
    }
    const done = result.success
    if (step.decision !== undefined && done._tag !== "Unchanged") {
      metrics.decided(step.decision)
      if (job.trace !== undefined) {
        traces?.decided(job.work, job.trace, step.decision, job.steppedAtMs ?? 0)
      }
    }
    if (done._tag !== "Opened" || message === undefined) {
      if (done._tag === "Settled" && step.decision !== undefined) log.settled(job, step.decision)
      slots.move(job, "recording")
      return end(job, done._tag === "HeldBack")
    }
    // On a stop, opened work does not wait for a slot.
    if (isAborted || (whenEmpty !== undefined && slots.areTaken())) return release(job)
    const { attemptNo, isProbe } = done
    const beganMs = deliveryBegan(job.work, job.claimedAtMs)
    job.attempt = { work: job.work, attemptNo, isProbe, beganMs, message }
    slots.move(job, "opened")
  }

  const send = (job: Job) => {
    const { attempt } = job
    if (attempt === undefined) return
    // A process that was paused may have lost the lease when it resumes: then the attempt must not be sent.
    if (isLate(job)) {
      log.tooLate(job.work)
      return release(job)
    }
    slots.move(job, "sent")
    job.sentAtMs = performance.now()
    job.exchange = client.start(attempt.message, (outcome) => answered(job, attempt, outcome))
  }

  const answered = (job: Job, attempt: OpenAttempt, outcome: DeliveryOutcome) => {
    answers++
    if (outcome._tag === "AddressRefused") {
      slots.move(job, "refused")
      return options.refused(outcome.message, () => release(job))
    }
    if (outcome._tag === "Unreachable" && outcome.kind === "unsendable") {
      return snooze(job, messageOf(outcome))
    }
    record(job, attempt, outcome)
  }

  const record = (job: Job, attempt: OpenAttempt, outcome: AttemptOutcome) => {
    const row = recordOf(attempt, outcome)
    job.row = row
    const endedAtMs = performance.now()
    if (job.trace !== undefined && job.sentAtMs !== undefined)
      traces?.attempted(job.work, job.trace, outcome, row, job.sentAtMs)
    slots.move(job, "recording")
    const recorded = (updated: boolean | undefined) => {
      if (updated !== undefined) {
        const nowMs = performance.now()
        log.attempt(job, row, outcome._tag, attempt.isProbe, updated, nowMs - endedAtMs)
        metrics.recorded(row, updated, job.work.receivedAgeMs + nowMs - job.claimedAtMs)
      }
      end(job, row.next.state === "RETRYING")
    }
    recordWithRetry(store, row, log, job.work, recorded, () => isAbandoned)
  }

  const snooze = (job: Job, internalFailure: string, cause?: unknown) => {
    const delay = snoozeDelay(job.work.internalFailures)
    log.snoozed(job.work, delay, internalFailure, cause)
    release(job, { delay, internalFailure })
  }

  /** Releases work. It may be claimed at once, unless it is snoozed. */
  const release = (job: Job, snoozed?: Snoozed) => {
    slots.move(job, "releasing")
    const released = (wasLeased: boolean) => {
      if (wasLeased && snoozed === undefined) options.offer([job.work.leadId])
      end(job, true)
    }
    releaseWithRetry(store, job.work, snoozed, released, () => isAbandoned)
  }

  const end = (job: Job, scheduled: boolean) => {
    jobs.delete(job)
    characters -= job.work.characters
    options.ended(scheduled)
    if (jobs.size === 0) whenEmpty?.()
  }

  const slots = makeSlots<Job>({ concurrency, ahead, open, send })

  return {
    begin: (claimed, claimedAtMs) => {
      for (const work of claimed) begin(work, claimedAtMs)
      slots.pump()
    },
    held: () => jobs.size,
    undecided: () => {
      let count = 0
      for (const { attempt, work } of jobs) if (work._tag === "Undecided" && attempt === undefined) count++
      return count
    },
    isFull: () => characters > maxCharacters,
    answers: () => answers,
    stop: (done) => {
      whenEmpty = done
      for (const job of slots.clear()) release(job)
      if (jobs.size === 0) done()
    },
    abort: () => {
      isAborted = true
      for (const job of jobs) {
        if (job.stage !== "sent" || job.attempt === undefined) continue
        job.exchange?.abort()
        record(job, job.attempt, workerStopped)
      }
    },
    abandon: () => {
      isAbandoned = true
      for (const { row, stage, work } of jobs) {
        if (stage === "recording" && row !== undefined) log.abandoned(work, row)
      }
    },
  }
}

const maxCharacters = 4 * 1024 * 1024
