/** Keeps ended spans until the collector has them, within bounds: the batching span processor of OpenTelemetry. */
import type { SpanBatchSettings } from "@lead-gateway/config"
import { Duration, Effect, Option, Queue, type Scope } from "effect"
import { keepRunning } from "../keepRunning.ts"
import type { EndedSpan } from "../Span.ts"

/** How many spans came to which end. */
export interface SpanCounts {
  /** Accepted by the collector. */
  readonly exported: number
  /** Not accepted: too many waited, or the collector did not take their batch in time, or refused it. */
  readonly dropped: number
  /** Waiting now. */
  readonly waiting: number
}

/** What the collector made of a batch. `rejected`: spans of it that it refused. */
export type Sent =
  | { readonly _tag: "Accepted"; readonly rejected: number }
  | { readonly _tag: "Refused"; readonly why: string }
  /** It may take the batch later. */
  | { readonly _tag: "Away"; readonly why: string; readonly retryAfterMs: number | undefined }

/** Where spans go. */
export interface SpanQueueOptions extends SpanBatchSettings {
  /** One request to the collector. */
  readonly send: (batch: ReadonlyArray<EndedSpan>) => Effect.Effect<Sent>
}

/** A queue of spans. */
export interface SpanQueue {
  /** Adds a span; drops and counts it if the queue is full. Never waits. */
  readonly record: (span: EndedSpan) => void
  readonly counts: () => SpanCounts
}

/** How long the end of a process waits for its last spans. */
const lastMs = 2000

const firstPauseMs = 1000
const longestPauseMs = 5000

/**
 * Makes a queue, and sends what is in it until the scope closes: a batch when it is full or its first span has waited
 * long enough, one after the other. A batch that the collector does not take is tried again, with growing pauses, until
 * `exportTimeout`. A collector that is away is logged once, and so is its return.
 */
export const makeSpanQueue = (options: SpanQueueOptions): Effect.Effect<SpanQueue, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { exportTimeout, maxExportBatchSize, maxQueueSize, scheduleDelay, send } = options
    const isFull = yield* Queue.sliding<void>(1)
    let waiting: Array<EndedSpan> = []
    /** What is being sent. */
    let batch: ReadonlyArray<EndedSpan> = []
    let exported = 0
    let dropped = 0
    /** How many spans had been dropped when the collector went away; undefined while it is there. */
    let droppedBefore: number | undefined

    const record = (span: EndedSpan): void => {
      if (waiting.length >= maxQueueSize) return void dropped++
      if (waiting.push(span) === maxExportBatchSize) Queue.offerUnsafe(isFull, undefined)
    }

    const noteAway = (why: string) =>
      Effect.suspend(() => {
        if (droppedBefore !== undefined) return Effect.void
        droppedBefore = dropped
        return Effect.annotateLogs(Effect.logWarning("the trace collector takes no spans"), { cause: why })
      })
    const noteBack = Effect.suspend(() => {
      if (droppedBefore === undefined) return Effect.void
      const lost = dropped - droppedBefore
      droppedBefore = undefined
      return Effect.annotateLogs(Effect.logInfo("the trace collector takes spans again"), { dropped: lost })
    })

    const tryToSend = (failures: number): Effect.Effect<void> =>
      Effect.flatMap(send(batch), (sent) => {
        if (sent._tag === "Away") {
          const pause = sent.retryAfterMs ?? Math.min(firstPauseMs * 2 ** failures, longestPauseMs)
          const again = Effect.andThen(Effect.sleep(Duration.millis(pause)), tryToSend(failures + 1))
          return Effect.andThen(noteAway(sent.why), again)
        }
        const accepted = sent._tag === "Accepted" ? Math.max(0, batch.length - sent.rejected) : 0
        exported += accepted
        dropped += batch.length - accepted
        batch = []
        return sent._tag === "Accepted" ? noteBack : noteAway(sent.why)
      })

    /** The batch that a defect has ended would fail again. */
    const drop = Effect.sync(() => {
      dropped += batch.length
      batch = []
    })

    const sendNext = (within: Duration.Duration) =>
      Effect.suspend(() => {
        if (batch.length === 0) {
          batch = waiting.slice(0, maxExportBatchSize)
          waiting = waiting.slice(maxExportBatchSize)
        }
        if (batch.length === 0) return Effect.void
        return Effect.flatMap(Effect.timeoutOption(tryToSend(0), within), (sent) => {
          return Option.isSome(sent) ? Effect.void : Effect.andThen(drop, noteAway("no answer in time"))
        })
      })

    const untilDue = Effect.suspend(() =>
      waiting.length >= maxExportBatchSize
        ? Effect.void
        : Effect.asVoid(Effect.timeoutOption(Queue.take(isFull), scheduleDelay)),
    )

    // Where the collector is away already, a stop does not wait for it.
    const sendRest: Effect.Effect<void> = Effect.suspend(() =>
      droppedBefore !== undefined || waiting.length + batch.length === 0
        ? Effect.void
        : Effect.andThen(sendNext(Duration.millis(lastMs)), sendRest),
    )
    yield* Effect.addFinalizer(() =>
      Effect.andThen(
        Effect.asVoid(Effect.timeoutOption(Effect.interruptible(sendRest), Duration.millis(lastMs))),
        Effect.sync(() => {
          dropped += waiting.length + batch.length
          waiting = []
          batch = []
        }),
      ),
    )
    // Interrupted before the finalizer runs, which then sends what it has not finished.
    const sendWhenDue = Effect.tapCause(Effect.andThen(untilDue, sendNext(exportTimeout)), () => drop)
    yield* Effect.forkScoped(keepRunning("sending spans", sendWhenDue))

    return { record, counts: () => ({ exported, dropped, waiting: waiting.length + batch.length }) }
  })
