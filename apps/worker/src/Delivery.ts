import { CustomerClient } from "@lead-gateway/customer-client"
import { decide, type Flow } from "@lead-gateway/lead-pipeline"
import { type AttemptRecord, type ClaimedLead, LeadWork, type OpenedAttempt } from "@lead-gateway/lead-store"
import * as RetryPolicy from "@lead-gateway/retry-policy"
import { TraceParent } from "@lead-gateway/telemetry"
import { Clock, Duration, Effect, Option, Schedule } from "effect"
import { asRetryOutcome, attemptRecord, nextOf, unknownAttemptRecord } from "./AttemptOutcome.ts"
import { toStored } from "./StoredDecision.ts"

/** What a worker needs to know to bring one lead a step further. */
export interface DeliveryOptions {
  readonly flow: Flow.Flow
  readonly policy: RetryPolicy.RetryPolicy
  /** How long one exchange with the customer may take. */
  readonly timeout: Duration.Duration
  /** How long a claim holds a lead, counted anew when an attempt is opened; longer than `timeout`. */
  readonly lease: Duration.Duration
}

/**
 * Brings an owned lead one step further: closes an attempt that a lost worker left open, or decides if that is
 * still to do, opens an attempt, sends it and records what came of it.
 *
 * The attempt is on record before the customer can have seen it. Interrupted while sending, it leaves the
 * attempt open: the next owner finds it when the lease ends. Fails when Postgres cannot open an attempt; the
 * lead is then given back, or left to its lease.
 */
export const makeDelivery = Effect.fnUntraced(function* ({ flow, policy, timeout, lease }: DeliveryOptions) {
  const work = yield* LeadWork
  const client = yield* CustomerClient
  // Of the time that a lease has beyond the exchange, a third is kept for recording what came of it.
  const sendWithin = Duration.times(Duration.subtract(lease, timeout), 2 / 3)

  const conclude = Effect.fnUntraced(function* (attempt: number, outcome: RetryPolicy.Outcome) {
    const now = yield* Clock.currentTimeMillis
    return nextOf(RetryPolicy.decide({ policy, attempt, outcome, now }))
  })

  /** An outcome is the one thing that must not be lost while Postgres is away: it waits here for it. */
  const record = (outcome: AttemptRecord) =>
    Effect.retry(work.record(outcome), whilePostgresIsAway).pipe(
      Effect.onInterrupt(() =>
        Effect.annotateLogs(Effect.logError("stopped before the outcome of an attempt was recorded"), {
          attempt_no: outcome.attemptNo,
          status_code: outcome.responseStatus,
        }),
      ),
    )

  /** Gives a lead back whose next attempt, on record or not, is known not to have left: it costs no attempt. */
  const giveBack = ({ id, lease, attemptCount }: ClaimedLead) =>
    Effect.retry(work.release({ id, lease, unsentAttemptNo: attemptCount + 1 }), whilePostgresIsAway)

  const closeUnknown = Effect.fnUntraced(function* (lead: ClaimedLead) {
    const next = yield* conclude(lead.attemptCount, { _tag: "OutcomeUnknown" })
    yield* record(unknownAttemptRecord(lead, next))
    yield* Effect.annotateLogs(Effect.logWarning("attempt outcome unknown"), {
      attempt_no: lead.attemptCount,
      next: next.status,
    })
  })

  const send = Effect.fnUntraced(function* (lead: ClaimedLead, attempt: OpenedAttempt) {
    const outcome = yield* client.send({
      body: attempt.body,
      idempotencyKey: lead.idempotencyKey,
      correlationId: lead.correlationId,
      traceparent: yield* traceparent(lead),
    })
    const next = yield* conclude(attempt.attemptNo, asRetryOutcome(outcome))
    const row = attemptRecord(lead, attempt.attemptNo, outcome, next)
    const moved = yield* record(row)
    yield* Effect.logInfo(next.status === "DELIVERED" ? "lead delivered" : "delivery failed").pipe(
      Effect.annotateLogs({
        attempt_no: attempt.attemptNo,
        outcome: outcome._tag,
        status_code: row.responseStatus,
        error_message: row.errorMessage,
        fault: row.fault,
        duration_ms: "durationMs" in outcome ? outcome.durationMs : 0,
        next: next.status,
        // False: a newer attempt or an end was on record before this outcome.
        moved,
      }),
    )
  })

  return Effect.fn("Delivery.step")(
    function* (lead: ClaimedLead) {
      if (lead.attemptIsOpen) return yield* closeUnknown(lead)
      const began = yield* Clock.monotonicTimeNanos
      const decision =
        lead.payload === null
          ? undefined
          : decide(flow, { payload: lead.payload, meta: { lead_id: lead.id } })
      const attempt = yield* work
        .proceed({
          id: lead.id,
          lease: lead.lease,
          hold: lease,
          decision: decision === undefined ? undefined : toStored(flow, decision),
        })
        .pipe(Effect.tapErrorTag("StoreUnavailable", () => giveBack(lead)))
      if (decision !== undefined && decision._tag !== "Ready") {
        yield* Effect.annotateLogs(Effect.logInfo(`lead ${decision._tag.toLowerCase()}`), {
          reason: decision.reason,
        })
      }
      if (attempt === undefined) return
      // A process that was paused may own the lead no more when it wakes: then the attempt must not leave.
      const spent = Duration.nanos((yield* Clock.monotonicTimeNanos) - began)
      if (Duration.isGreaterThan(spent, sendWithin)) {
        yield* Effect.logWarning("an attempt was opened too late to be sent; the lead is given back")
        return yield* giveBack(lead)
      }
      yield* send(lead, attempt)
    },
    (step, lead) => Effect.annotateLogs(step, { lead_id: lead.id, correlation_id: lead.correlationId }),
  )
})

/** The sender's trace goes on; without one, a lead's attempts share a trace that is its idempotency key. */
const traceparent = (lead: ClaimedLead): Effect.Effect<string> => {
  const sent = Option.flatMap(Option.fromNullishOr(lead.traceparent), TraceParent.parse)
  const trace = Option.getOrElse(sent, () => ({
    traceId: lead.idempotencyKey.replaceAll("-", ""),
    spanId: "",
    sampled: false,
  }))
  return Effect.map(TraceParent.child(trace), TraceParent.format)
}

/** 0.1 s, doubling up to 5 s, until it succeeds or the process stops. */
const whilePostgresIsAway = {
  schedule: Schedule.min([Schedule.exponential(Duration.millis(100)), Schedule.spaced(Duration.seconds(5))]),
  while: (error: { readonly _tag: string }) => error._tag === "StoreUnavailable",
}
