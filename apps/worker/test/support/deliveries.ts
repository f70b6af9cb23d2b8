/** Deliveries with a store and a customer that answer when a test lets them: nothing happens by itself. */
import type { CustomerClient, DeliveryOutcome, DeliveryRequest } from "@lead-gateway/customer-client"
import { type LeadId, RejectionReason } from "@lead-gateway/lead"
import type {
  AttemptRecord,
  Batcher,
  ClaimedWork,
  LeadWork,
  Released,
  Step,
  StepResult,
  StoreError,
} from "@lead-gateway/lead-store"
import { makeMetrics } from "@lead-gateway/runtime"
import { Duration, Effect, Result } from "effect"
import { type DeliveriesOptions, makeDeliveries } from "../../src/Deliveries.ts"
import { attemptRecord } from "../../src/Attempt.ts"
import type { DeliveryLog } from "../../src/DeliveryLog.ts"
import { makeDeliveryMetrics } from "../../src/DeliveryMetrics.ts"
import { retryPolicy } from "./policy.ts"

/** Calls of one method of the store, in their order; a test answers them. */
const calls = <Item, Value>() => {
  const items: Array<Item> = []
  const waiting: Array<Batcher.Done<Value, StoreError>> = []
  const answerNext = (result: Result.Result<Value, StoreError>) => {
    const done = waiting.shift()
    if (done === undefined) throw new Error("nobody waits for an answer")
    done(result)
  }
  return {
    items,
    waiting: () => waiting.length,
    call: (item: Item, done: Batcher.Done<Value, StoreError>) => {
      items.push(item)
      waiting.push(done)
    },
    succeed: (value: Value) => answerNext(Result.succeed(value)),
    fail: (error: StoreError) => answerNext(Result.fail(error)),
  }
}

interface Exchange {
  readonly request: DeliveryRequest
  readonly answer: (outcome: DeliveryOutcome) => void
  isAborted: boolean
}

/** Rejects a lead whose payload says so, breaks on one whose payload says that, and sends the rest as it is. */
const steps: DeliveriesOptions["steps"] = (work) => {
  const { correlationId, deliveryNo, leadId, lease } = work
  const key = { leadId, deliveryNo, lease }
  if (work._tag === "Due") return { step: { ...key, decision: undefined }, message: work }
  if (work.payload["breaks"] === true) throw new Error("a bug")
  const idempotencyKey = "a new key"
  const body = JSON.stringify(work.payload)
  const isReady = work.payload["reject"] !== true
  const decision = {
    verdict: isReady ? ("READY" as const) : ("REJECTED" as const),
    reason: isReady ? null : RejectionReason.make("ZIP_NOT_66XXX"),
    details: "{}",
    normalized: null,
    omitted: [],
    unread: [],
    decidedWith: "{}",
    delivery: isReady ? { customerId: 1, idempotencyKey, body } : null,
  }
  return {
    step: { ...key, decision },
    message: isReady ? { idempotencyKey, body, correlationId } : undefined,
  }
}

export const makeHarness = (more: Partial<Pick<DeliveriesOptions, "ahead" | "concurrency">> = {}) => {
  const policy = retryPolicy()
  const metrics = makeMetrics()
  const open = calls<Step, StepResult>()
  const complete = calls<AttemptRecord, boolean>()
  const release = calls<Released, boolean>()
  const exchanges: Array<Exchange> = []
  const log: Array<string> = []
  const ended: Array<boolean> = []
  const offered: Array<LeadId> = []
  const refusals: Array<{ readonly reason: string; readonly noted: () => void }> = []

  const client: Pick<CustomerClient["Service"], "start"> = {
    start: (request, done) => {
      const exchange: Exchange = { request, answer: done, isAborted: false }
      exchanges.push(exchange)
      return { abort: () => void (exchange.isAborted = true) }
    },
  }
  const note = (what: string, { leadId }: ClaimedWork, detail: unknown = "") =>
    void log.push(`${leadId} ${what} ${String(detail)}`.trim())
  const deliveryLog: DeliveryLog = {
    attempt: ({ work }, { next, outcomeUnknown }, outcome) =>
      outcomeUnknown ? note("unknown", work, next.state) : note("attempt", work, `${outcome} ${next.state}`),
    settled: ({ work }, { verdict }) => note("settled", work, verdict),
    snoozed: (work, delay, why) => note("snoozed", work, `${Duration.toSeconds(delay)} s: ${why}`),
    tooLate: (work) => note("too late", work),
    notOpened: (work) => note("not opened", work),
    notRecorded: (work) => note("not recorded", work),
    recordRefused: (work) => note("record refused", work),
    abandoned: (work, { attemptNo, responseStatus }) =>
      note("abandoned", work, `attempt ${attemptNo}: ${responseStatus}`),
  }
  const store: Pick<LeadWork["Service"], "openAttempt" | "completeAttempt" | "release"> = {
    openAttempt: open.call,
    completeAttempt: complete.call,
    release: release.call,
  }
  const deliveries = makeDeliveries({
    work: store,
    client,
    steps,
    recordOf: (attempt, outcome) =>
      attemptRecord(attempt, outcome, { policy, nowMs: 0, monotonicMs: performance.now(), random: 0 }),
    log: deliveryLog,
    metrics: makeDeliveryMetrics(metrics, "default"),
    concurrency: 5,
    ahead: () => 0,
    sendWithinMs: 10_000,
    ended: (scheduled) => void ended.push(scheduled),
    offer: (ids) => void offered.push(...ids),
    refused: (reason, noted) => void refusals.push({ reason, noted }),
    ...more,
  })
  return {
    ...deliveries,
    /** Takes on work that was claimed now, or so long ago. */
    begin: (work: ReadonlyArray<ClaimedWork>, agoMs = 0) => deliveries.begin(work, performance.now() - agoMs),
    complete,
    ended,
    exchanges,
    log,
    /** The lines of a metric, as they are scraped. */
    metric: (name: string) =>
      Effect.runSync(metrics.scrape("prometheus"))
        .split("\n")
        .filter((line) => line.startsWith(`lead_gateway_${name}`)),
    offered,
    open,
    refusals,
    release,
  }
}

/** An attempt may be sent. */
export const opened = (attemptNo = 1, isProbe = false): StepResult => ({ _tag: "Opened", attemptNo, isProbe })
