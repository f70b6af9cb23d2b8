import { CustomerClient, type DeliveryOutcome } from "@lead-gateway/customer-client"
import { decide, type Flow } from "@lead-gateway/lead-pipeline"
import { LeadQueue } from "@lead-gateway/lead-queue"
import { type AttemptRecord, type ClaimedLead, LeadWork } from "@lead-gateway/lead-store"
import * as RetryPolicy from "@lead-gateway/retry-policy"
import { Clock, Duration, Effect, Random } from "effect"
import {
  asRetryOutcome,
  attemptRecord,
  conclusionOf,
  messageOf,
  timeOfAnswer,
  unknownAttemptRecord,
  unseen,
} from "./AttemptOutcome.ts"
import { metaOf, traceparent } from "./leadContext.ts"
import { recordForSure } from "./recordForSure.ts"
import { NotSent, setAside } from "./setAside.ts"
import { toStored } from "./StoredDecision.ts"
import { whilePostgresIsAway } from "./whilePostgresIsAway.ts"

/** What a worker needs to know to bring one lead a step further. */
export interface DeliveryOptions {
  readonly flow: Flow.Flow
  readonly policy: RetryPolicy.CompiledRetryPolicy
  /** How long one exchange with the customer may take. */
  readonly timeout: Duration.Duration
  /** How long a claim holds a lead; longer than `timeout`. */
  readonly lease: Duration.Duration
}

/** A lead that this worker owns. */
export interface OwnedLead extends ClaimedLead {
  /** Before the claim was made, by this machine's monotonic clock, in nanoseconds: the lease began later. */
  readonly claimedAt: bigint
}

/** An attempt on record. */
interface Attempt {
  readonly attemptNo: number
  readonly isProbe: boolean
}

/** What came of a step: whether the lead is scheduled again, and so may be due before anybody looks. */
export type StepResult = "Scheduled" | "Settled"

/**
 * Brings an owned lead one step further: closes an attempt that a lost worker left open, or decides if that is
 * still to do, opens an attempt if the customer's gate lets it, sends it and records what came of it.
 *
 * The attempt is on record before the customer can have seen it. Interrupted, it gives the lead back at once;
 * if the attempt may have left by then, its outcome is unknown. It never fails: a lead that cannot be worked on
 * for a reason on our side is set aside for a while.
 */
export const makeDelivery = Effect.fnUntraced(function* ({ flow, policy, timeout, lease }: DeliveryOptions) {
  const work = yield* LeadWork
  const queue = yield* LeadQueue
  const client = yield* CustomerClient
  // Of the time that a lease has beyond the exchange, a third is kept for recording what came of it.
  const sendWithin = Duration.times(Duration.subtract(lease, timeout), 2 / 3)

  /** What follows from an attempt; a probe that found nobody is none that counts. */
  const conclude = Effect.fnUntraced(function* (
    lead: ClaimedLead,
    { attemptNo, isProbe }: Attempt,
    outcome: RetryPolicy.Outcome,
    answer?: DeliveryOutcome,
  ) {
    const health = RetryPolicy.healthOf(outcome)
    const uncounted = lead.uncountedAttempts + Number(isProbe && (health === "down" || health === "unclear"))
    const attempt = Math.max(1, attemptNo - uncounted)
    const nowMs = timeOfAnswer(answer, yield* Clock.currentTimeMillis)
    return conclusionOf({ policy, attempt, outcome, nowMs, random: yield* Random.next })
  })

  const record = (outcome: AttemptRecord) => recordForSure(work, outcome)

  const recordUnknown = Effect.fnUntraced(function* (
    lead: ClaimedLead,
    attempt: Attempt,
    why: (typeof unseen)[keyof typeof unseen],
  ) {
    const { attemptNo } = attempt
    const conclusion = yield* conclude(lead, attempt, { _tag: "OutcomeUnknown" })
    yield* record(unknownAttemptRecord(lead, attemptNo, why, conclusion))
    yield* Effect.annotateLogs(Effect.logWarning("attempt outcome unknown"), {
      attempt_no: attemptNo,
      next: conclusion.next.status,
    })
  })

  /** Gives a lead back whose next attempt, on record or not, is known not to have left: it costs no attempt. */
  const giveBack = ({ id, lease, attemptCount }: ClaimedLead) =>
    Effect.retry(
      work.release({
        id,
        lease,
        unsentAttemptNo: attemptCount + 1,
        delay: Duration.zero,
        trouble: undefined,
      }),
      whilePostgresIsAway,
    ).pipe(Effect.tap((released) => (released ? queue.offer([id]) : Effect.void)))

  const send = Effect.fnUntraced(function* (lead: ClaimedLead, attempt: Attempt, body: string) {
    const { attemptNo } = attempt
    const outcome = yield* client
      .send({
        body,
        idempotencyKey: lead.idempotencyKey,
        correlationId: lead.correlationId,
        traceparent: yield* traceparent(lead),
      })
      .pipe(Effect.onInterrupt(() => recordUnknown(lead, attempt, unseen.workerStopped)))
    const retryOutcome = asRetryOutcome(outcome)
    if (retryOutcome._tag === "NotSent") return yield* new NotSent({ message: messageOf(outcome) })
    const conclusion = yield* conclude(lead, attempt, retryOutcome, outcome)
    const { next } = conclusion
    const row = attemptRecord(lead, attemptNo, outcome, conclusion)
    const moved = yield* record(row)
    yield* Effect.logInfo(next.status === "DELIVERED" ? "lead delivered" : "delivery failed").pipe(
      Effect.annotateLogs({
        attempt_no: attemptNo,
        outcome: outcome._tag,
        status_code: row.responseStatus,
        error_message: row.errorMessage,
        fault: row.fault,
        duration_ms: "durationMs" in outcome ? outcome.durationMs : 0,
        probe: attempt.isProbe,
        next: next.status,
        // False: a newer attempt or an end was on record before this outcome.
        moved,
      }),
    )
    return next.status === "FAILED" ? ("Scheduled" as const) : ("Settled" as const)
  })

  const advance = Effect.fnUntraced(function* (lead: OwnedLead) {
    const nowMs = yield* Clock.currentTimeMillis
    const decision =
      lead.payload === null ? undefined : decide(flow, { payload: lead.payload, meta: metaOf(lead), nowMs })
    const proceeded = yield* work.proceed({
      id: lead.id,
      lease: lead.lease,
      decision: decision === undefined ? undefined : toStored(flow, decision),
    })
    if (decision !== undefined && decision._tag !== "Ready" && proceeded._tag === "Settled") {
      yield* Effect.annotateLogs(Effect.logInfo(`lead ${decision._tag.toLowerCase()}`), {
        reason: decision.reason,
      })
    }
    return proceeded
  })

  const step = Effect.fnUntraced(function* (
    lead: OwnedLead,
    leaves: () => void,
  ): Effect.fn.Return<StepResult, unknown> {
    if (lead.attemptIsOpen) {
      leaves()
      const attempt = { attemptNo: lead.attemptCount, isProbe: lead.attemptIsProbe }
      yield* recordUnknown(lead, attempt, unseen.workerLost)
      return "Scheduled"
    }
    const proceeded = yield* advance(lead).pipe(
      // Whether the statement took effect is unknown then: what it may have opened is taken back.
      Effect.tapErrorTag("StoreUnavailable", () => giveBack(lead)),
      Effect.onInterrupt(() => Effect.ignore(giveBack(lead))),
    )
    if (proceeded._tag === "HeldBack") return "Scheduled"
    if (proceeded._tag !== "Opened") return "Settled"
    // A process that was paused may own the lead no more when it wakes: then the attempt must not leave.
    const spent = Duration.nanos((yield* Clock.monotonicTimeNanos) - lead.claimedAt)
    if (Duration.isGreaterThan(spent, sendWithin)) {
      yield* Effect.logWarning("an attempt was opened too late to be sent; the lead is given back")
      yield* giveBack(lead)
      return "Scheduled"
    }
    leaves()
    return yield* send(lead, proceeded, proceeded.body)
  })

  return Effect.fn("Delivery.step")(
    (lead: OwnedLead) =>
      Effect.suspend(() => {
        let hasLeft = false
        const leaves = () => (hasLeft = true)
        return setAside({ work, lead, hasLeft: () => hasLeft }, step(lead, leaves))
      }),
    (step, lead) => Effect.annotateLogs(step, { lead_id: lead.id, correlation_id: lead.correlationId }),
  )
})
