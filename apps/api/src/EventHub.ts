/** Sends changes of leads to the listeners of this process, as server-sent events. */
import { LeadChanges, type StoreError, StoreUnavailable } from "@lead-gateway/lead-store"
import { keepRunning } from "@lead-gateway/runtime"
import { Deferred, Duration, Effect, Queue } from "effect"
import type { ServerResponse } from "node:http"
import {
  comment,
  encodeChanges,
  type EventPosition,
  opening,
  parsePosition,
  resetEvent,
} from "./eventText.ts"
import { noticeGone } from "./noticeGone.ts"
import { lookBack, makeReadingPosition } from "./readingPosition.ts"

/** The listeners of one process. */
export interface EventHub {
  /**
   * Sends events to a response until its connection closes; `lastEventId` is the listener's `Last-Event-ID`. Fails before
   * anything is sent: when the database cannot be asked, or with `tooManyListeners`.
   */
  readonly serve: (
    response: ServerResponse,
    lastEventId: string | undefined,
  ) => Effect.Effect<void, StoreError>
  /** Ends all streams, when the process stops; listeners reconnect elsewhere. */
  readonly close: Effect.Effect<void>
  readonly listeners: () => number
}

/** A listener that waits for its first bytes. */
interface Joining {
  readonly response: ServerResponse
  /** Undefined: only what happens from now on. Null: an id that is none of ours. */
  readonly position: EventPosition | undefined | null
  readonly joined: Deferred.Deferred<void, StoreError>
}

/** Listeners of one process, at most. */
export const mostListeners = 1000

/** How `serve` fails beyond them. */
export const tooManyListeners = new StoreUnavailable({ operation: "live events for more listeners" })

const stopping = new StoreUnavailable({ operation: "live events of a process that stops" })

/**
 * Makes the hub, and its loop in the background: while somebody listens, it reads what was committed and writes each text
 * once to every listener. Before that it calls `onChanges`, so that whoever asks because of an event gets an answer that has
 * it.
 *
 * It reads every 100 ms, every 500 ms while nothing happens, and for `n` hundred listeners every `n` hundred milliseconds:
 * so writes are a thousand a second at most, and intake hardly notices. Without listeners it does nothing. A listener that
 * does not read is cut when 256 KiB wait for it.
 */
export const makeEventHub = Effect.fnUntraced(function* (onChanges: () => void = () => {}) {
  const changes = yield* LeadChanges
  const listeners = new Set<ServerResponse>()
  const joining = new Set<Joining>()
  const wake = yield* Queue.sliding<void>(1)
  const state = { isClosed: false, served: 0 }

  const write = (response: ServerResponse, bytes: Uint8Array): void => {
    // Until its last bytes have left, a stream that was ended is still a listener.
    if (response.writableEnded) return
    if (response.writableLength > mostWaiting) response.socket?.resetAndDestroy()
    else response.write(bytes)
  }
  /** As bytes, which each connection would otherwise make of the text anew. */
  const writeToAll = (text: string): void => {
    const bytes = Buffer.from(text)
    for (const response of listeners) write(response, bytes)
  }
  const comments = setInterval(() => writeToAll(comment), commentEveryMs).unref()
  yield* Effect.addFinalizer(() => Effect.sync(() => clearInterval(comments)))

  /** What a listener has missed since its position. */
  const missed = Effect.fnUntraced(function* (position: EventPosition, isRead: (seq: number) => boolean) {
    if (!(yield* changes.isKept(position.floor))) return resetEvent
    const rows = (yield* changes.after(position.floor)).filter(({ seq }) => isRead(seq))
    const events = rows.reduce((sum, { leadIds }) => sum + leadIds.length, 0)
    return events > mostMissed ? resetEvent : encodeChanges(rows, { after: position }).text
  })

  const join = Effect.fnUntraced(function* (
    { joined, position, response }: Joining,
    isRead: (seq: number) => boolean,
  ) {
    const first =
      position === null ? resetEvent : position === undefined ? "" : yield* missed(position, isRead)
    // Once the hub is closed, it was refused.
    if (response.destroyed || state.isClosed) return void (yield* Deferred.succeed(joined, undefined))
    response.once("close", () => {
      listeners.delete(response)
      Deferred.doneUnsafe(joined, Effect.void)
    })
    // A request whose body is broken was answered 400 while it waited.
    if (response.headersSent) return
    response.writeHead(200, { "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" })
    response.write(opening)
    if (first.length > 0) response.write(first)
    listeners.add(response)
    noticeGone(response, () => write(response, Buffer.from(comment)), 3)
  })

  /** From the first listener to the last. */
  const session = Effect.gen(function* () {
    const newest = yield* changes.listen
    const position = makeReadingPosition(newest, yield* changes.after(Math.max(0, newest - lookBack)))
    let listenedAt = performance.now()
    let intervalMs = baseMs
    while (listeners.size + joining.size > 0 && !state.isClosed) {
      const now = performance.now()
      if (now - listenedAt >= listenEveryMs) {
        listenedAt = now
        yield* changes.listen
        const old = position.mark(now, keptMs)
        if (old !== undefined) yield* changes.prune(old)
      }
      const rows = position.unread(yield* changes.after(position.floor()))
      const { text } = encodeChanges(rows, { floor: position.floor, onRow: position.read, most: mostOfTick })
      if (rows.length > 0) onChanges()
      if (text.length > 0) writeToAll(text)
      position.expire(now)
      for (const next of joining) {
        yield* join(next, position.isRead).pipe(
          Effect.catchCause((cause) => Deferred.failCause(next.joined, cause)),
        )
        joining.delete(next)
      }
      const least = Math.max(baseMs, listeners.size)
      intervalMs = text.length > 0 ? least : Math.max(least, Math.min(idleMs, intervalMs * 1.5))
      yield* Effect.timeoutOption(Queue.take(wake), Duration.millis(intervalMs))
    }
  })

  let isFailing = false
  const loop = Effect.gen(function* () {
    if (state.isClosed) return yield* Effect.never
    if (listeners.size + joining.size === 0) return yield* Queue.take(wake)
    yield* session
    isFailing = false
  }).pipe(
    Effect.tapCause((cause) =>
      Effect.gen(function* () {
        for (const { joined } of joining) yield* Deferred.failCause(joined, cause)
        joining.clear()
        // What happens meanwhile is not known afterwards.
        writeToAll(resetEvent)
      }),
    ),
    Effect.catch((error) =>
      Effect.gen(function* () {
        if (!isFailing) yield* Effect.logWarning(`live events wait for the database: ${error.message}`)
        isFailing = true
        yield* Effect.sleep(Duration.seconds(1))
      }),
    ),
  )
  yield* Effect.forkScoped(keepRunning("sending live events", loop))

  const hub: EventHub = {
    serve: Effect.fnUntraced(function* (response, lastEventId) {
      if (state.isClosed) return yield* stopping
      const joined = yield* Deferred.make<void, StoreError>()
      const waiting: Joining = { response, position: parsePosition(lastEventId), joined }
      if (state.served >= mostListeners) return yield* tooManyListeners
      state.served++
      joining.add(waiting)
      Queue.offerUnsafe(wake, undefined)
      yield* Effect.onExit(Deferred.await(joined), () =>
        Effect.sync(() => {
          state.served--
          joining.delete(waiting)
          listeners.delete(response)
        }),
      )
    }),
    close: Effect.sync(() => {
      state.isClosed = true
      for (const { joined } of joining) Deferred.doneUnsafe(joined, stopping)
      for (const response of listeners) response.end()
    }),
    listeners: () => state.served,
  }
  return hub
})

const baseMs = 100
const idleMs = 500
const commentEveryMs = 15_000
/** Well below the five minutes for which changes are written. */
const listenEveryMs = 60_000
/** How long changes are kept. */
const keptMs = 5 * 60_000
/** Events of one read that are sent; of more, the newest, and how many were skipped. */
const mostOfTick = 200
/** Events that a listener may have missed; of more, it should read the list again. */
const mostMissed = 1000
/** Bytes that may wait for a listener. */
const mostWaiting = 256 * 1024
