import { type CustomerClient, type DeliveryOutcome } from "@lead-gateway/customer-client"
import type { LeadId } from "@lead-gateway/lead"
import type { AttemptRecord, ClaimedWork, LeadWork, StepResult, StoreError } from "@lead-gateway/lead-store"
import type { CompiledRetryPolicy } from "@lead-gateway/retry-policy"
import { Duration, Result } from "effect"
import {
  attemptRecord,
  type Circumstances,
  messageOf,
  type OpenAttempt,
  unknownAttemptRecord,
  unseen,
} from "./AttemptOutcome.ts"
import type { DeliveryLog } from "./DeliveryLog.ts"
import type { Ids } from "./Ids.ts"
import { recordWithRetry, releaseWithRetry } from "./recordWithRetry.ts"
import type { makeSteps, Message, NextStep } from "./Step.ts"

/** What deliveries are made with. */
export interface DeliveriesOptions {
  readonly work: Pick<LeadWork["Service"], "open" | "complete" | "release">
  readonly client: Pick<CustomerClient["Service"], "start">
  readonly steps: ReturnType<typeof makeSteps>
  readonly policy: CompiledRetryPolicy
  readonly log: DeliveryLog
  readonly ids: Ids
  /** Exchanges with customers at once. */
  readonly concurrency: number
  /** How many attempts may be opened before a slot is free for them. */
  readonly ahead: () => number
  /** For how long after a claim its work may be sent: its lease must outlive the exchange. */
  readonly sendWithinMs: number
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** At least 0, less than 1. */
  readonly random: () => number
  /** Called when work has ended here. `scheduled`: it is on the schedule again. */
  readonly ended: (scheduled: boolean) => void
  /** Told of leads that were given back at once. */
  readonly offer: (ids: ReadonlyArray<LeadId>) => void
  /** Told that nothing can be sent to the customer at all; calls back when the customer's state says so. */
  readonly refused: (reason: string, then: () => void) => void
}

/** The work that one worker holds. */
export interface Deliveries {
  /** Takes on work that was claimed, at this time of the monotonic clock, or later. */
  readonly begin: (claimed: ReadonlyArray<ClaimedWork>, claimedAtMs: number) => void
  /** Pieces of work that are held. */
  readonly held: () => number
  /** Answers of the customer since the start. */
  readonly answers: () => number
  /** Begins nothing more: gives back what has no slot. `whenEmpty` is called when all has ended. */
  readonly stop: (whenEmpty: () => void) => void
  /** After `stop`: waits for customers no longer. */
  readonly abort: () => void
}

/**
 * Where a piece of work is. Only while it is `sent` may the customer have its attempt without our knowing the outcome.
 * One that is `sent` or `refused` (its customer's address is, and that is being noted) holds a slot; one that is `opened`
 * waits for one.
 */
interface Job {
  readonly work: ClaimedWork
  readonly claimedAtMs: number
  stage: "ready" | "opening" | "opened" | "sent" | "refused" | "recording" | "releasing"
  attempt?: OpenAttempt
  exchange?: { readonly abort: () => void }
}

/**
 * Advances claimed work by one step each. Completes an attempt left open by a lost worker; otherwise decides (once),
 * opens an attempt if the throttle permits, sends it and records the outcome.
 *
 * The attempt is on record before the customer can have seen it. Work that fails for a reason on our side is snoozed,
 * longer each time, so that it neither comes back at once nor is forgotten. Plain functions: they run for every lead.
 */
export const makeDeliveries = (options: DeliveriesOptions): Deliveries => {
  const { client, concurrency, ids, log, policy, sendWithinMs, steps, work: store } = options
  const jobs = new Set<Job>()
  let ready: Array<Job> = []
  /** What waits for a slot, with what is to be sent. */
  const opened: Array<{ readonly job: Job; readonly message: Message; readonly attempt: OpenAttempt }> = []
  /** Jobs that are opening or opened, and jobs that hold a slot. */
  let opening = 0
  let sending = 0
  let answers = 0
  let pausing: ReturnType<typeof setTimeout> | undefined
  let whenEmpty: (() => void) | undefined
  let isAborted = false
  let isPumping = false

  const circumstances = (): Circumstances => ({ policy, nowMs: options.now(), random: options.random() })
  const isLate = (job: Job) => performance.now() - job.claimedAtMs > sendWithinMs

  const end = (job: Job, scheduled: boolean) => {
    jobs.delete(job)
    options.ended(scheduled)
    if (jobs.size === 0) whenEmpty?.()
  }

  /** Makes room for another job, if this one took any. */
  const leave = (job: Job, stage: "recording" | "releasing") => {
    const left = job.stage
    job.stage = stage
    if (left === "opening" || left === "opened") opening--
    else if (left === "sent" || left === "refused") sending--
    else return
    pump()
  }

  const release = (
    job: Job,
    how: { readonly delay?: Duration.Duration; readonly internalFailure?: string },
  ) => {
    const { deliveryNo, lease, leadId } = job.work
    leave(job, "releasing")
    releaseWithRetry(
      store,
      {
        leadId,
        deliveryNo,
        lease,
        // The attempt that was opened, or perhaps was: a statement that failed may have taken effect.
        unsentAttemptNo: job.work.attemptNo + 1,
        delay: how.delay ?? Duration.zero,
        internalFailure: how.internalFailure,
      },
      (released) => {
        if (released && how.delay === undefined) options.offer([leadId])
        end(job, true)
      },
    )
  }

  const snooze = (job: Job, why: string, cause?: unknown) => {
    const delay = snoozeDelay(job.work.internalFailures)
    log.snoozed(job.work, Duration.toMillis(delay), why, cause)
    release(job, { delay, internalFailure: why })
  }

  const record = (job: Job, row: AttemptRecord, recorded: (moved: boolean) => void) => {
    leave(job, "recording")
    recordWithRetry(store, row, log, job.work, (moved) => {
      if (moved !== undefined) recorded(moved)
      end(job, row.next.state === "RETRYING")
    })
  }

  const recordUnknown = (job: Job, attempt: OpenAttempt, why: (typeof unseen)[keyof typeof unseen]) => {
    const row = unknownAttemptRecord(attempt, why, circumstances())
    record(job, row, () => log.unknown(job.work, row))
  }

  const answered = (job: Job, attempt: OpenAttempt, outcome: DeliveryOutcome) => {
    answers++
    if (outcome._tag === "AddressRefused") {
      job.stage = "refused"
      return options.refused(outcome.message, () => release(job, {}))
    }
    if (outcome._tag === "Unreachable" && outcome.kind === "unsendable") {
      return snooze(job, messageOf(outcome))
    }
    const row = attemptRecord(attempt, outcome, circumstances())
    record(job, row, (moved) => log.attempt(job.work, row, outcome._tag, attempt.isProbe, moved))
  }

  const send = (job: Job, { body, idempotencyKey }: Message, attempt: OpenAttempt) => {
    // A process that was paused may own the work no more when it wakes: then the attempt must not leave.
    if (isLate(job)) {
      log.tooLate(job.work)
      return release(job, {})
    }
    opening--
    sending++
    job.stage = "sent"
    job.attempt = attempt
    const { correlationId, traceparent } = job.work
    job.exchange = client.start(
      { body, idempotencyKey, correlationId, traceparent: ids.traceparent(traceparent, idempotencyKey) },
      (outcome) => answered(job, attempt, outcome),
    )
  }

  const stepDone = (job: Job, { message, step }: NextStep, result: Result.Result<StepResult, StoreError>) => {
    if (Result.isFailure(result)) {
      const error = result.failure
      if (error._tag === "DataRefused") return snooze(job, error.message)
      log.notOpened(job.work, error.message)
      return release(job, {})
    }
    const done = result.success
    if (done._tag !== "Opened" || message === undefined) {
      if (done._tag === "Settled" && step.decision !== undefined) log.settled(job.work, step.decision)
      leave(job, "recording")
      return end(job, done._tag === "HeldBack")
    }
    // A stop waits for no slot.
    if (isAborted || (whenEmpty !== undefined && sending >= concurrency)) return release(job, {})
    job.stage = "opened"
    opened.push({
      job,
      message,
      attempt: { work: job.work, attemptNo: done.attemptNo, isProbe: done.isProbe },
    })
    pump()
  }

  const open = (job: Job) => {
    const { work } = job
    if (work._tag !== "Undecided" && work._tag !== "Due") return
    if (isLate(job)) return release(job, {})
    let next: NextStep
    try {
      next = steps(work, ids.key, options.now())
    } catch (defect) {
      return snooze(job, unexpected, defect)
    }
    job.stage = "opening"
    opening++
    store.open(next.step, (result) => stepDone(job, next, result))
  }

  /** Sends what waits for a slot, as slots are free, and opens attempts for those that will be. */
  const pump = () => {
    // What is sent or opened may end at once, and asks for the next.
    if (isPumping) return
    isPumping = true
    try {
      for (let next = nextOpened(); next !== undefined; next = nextOpened()) {
        send(next.job, next.message, next.attempt)
      }
      const room = roomToOpen()
      // In good batches, since each is a statement; after a short pause what there is.
      if (room >= Math.min(ready.length, concurrency)) openReady()
      else if (room > 0) pausing ??= setTimeout(openReady, pauseMs)
    } finally {
      isPumping = false
    }
  }
  const withdrawOpened = () => {
    for (const { job } of opened.splice(0)) release(job, {})
  }
  const nextOpened = () => (sending < concurrency ? opened.shift() : undefined)
  const openReady = () => {
    clearTimeout(pausing)
    pausing = undefined
    for (let job = nextReady(); job !== undefined; job = nextReady()) open(job)
  }
  const nextReady = () => (roomToOpen() > 0 ? ready.shift() : undefined)
  const roomToOpen = () => concurrency + options.ahead() - sending - opening

  const begin = (work: ClaimedWork, claimedAtMs: number) => {
    const job: Job = { work, claimedAtMs, stage: "ready" }
    jobs.add(job)
    if (work._tag === "LostAttempt") {
      recordUnknown(job, { work, attemptNo: work.attemptNo, isProbe: work.isProbe }, unseen.workerLost)
    } else if (work._tag === "Unreadable") snooze(job, "its stored rows cannot be read")
    else if (whenEmpty !== undefined) release(job, {})
    else ready.push(job)
  }

  return {
    begin: (claimed, claimedAtMs) => {
      for (const work of claimed) begin(work, claimedAtMs)
      pump()
    },
    held: () => jobs.size,
    answers: () => answers,
    stop: (done) => {
      whenEmpty = done
      clearTimeout(pausing)
      const left = ready
      ready = []
      for (const job of left) release(job, {})
      withdrawOpened()
      if (jobs.size === 0) done()
    },
    abort: () => {
      isAborted = true
      for (const job of jobs) {
        if (job.stage !== "sent" || job.attempt === undefined) continue
        job.exchange?.abort()
        recordUnknown(job, job.attempt, unseen.workerStopped)
      }
    },
  }
}

/** How long a slot may be free for the sake of a larger batch. */
const pauseMs = 5

const unexpected = "an unexpected error in the gateway"

/** 30 s, doubling up to an hour: after 0, 1, 2 … 7 earlier internal failures 30, 60, 120 … 3600 s. */
export const snoozeDelay = (internalFailures: number): Duration.Duration =>
  Duration.seconds(Math.min(30 * 2 ** Math.min(internalFailures, 10), 3600))
