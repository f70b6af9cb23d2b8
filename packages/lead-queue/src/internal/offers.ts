/**
 * Buffers offered ids and sends them to the server together: those of one turn of the event loop, and those offered during a
 * push.
 */
import type { LeadId } from "@lead-gateway/lead"
import { Effect, Latch, type Scope } from "effect"
import { keepRunning } from "./keepRunning.ts"
import type { Failure } from "./reconnect.ts"

/** The buffer of ids to push. */
export interface Offers {
  /** Adds ids. Cheap, since it is called for every lead. */
  readonly add: (ids: ReadonlyArray<LeadId>) => void
  /** Whether the server refused the last push, for lack of memory, say. */
  readonly isRefused: () => boolean
  /** There is no connection. Ids that are not pushed yet are kept for a while: they were offered when there was one. */
  readonly away: () => void
  /** There is a connection again: pushes what was kept. */
  readonly resume: () => void
  /** How many ids were dropped since the last call. */
  readonly dropped: () => number
}

/** Options of the buffer. */
export interface OffersOptions<E extends Failure> {
  /** Its name, for logs. */
  readonly server: string
  /** Whether there is a connection. */
  readonly isReady: () => boolean
  /** Sends ids, and returns when the server has them. */
  readonly push: (ids: ReadonlyArray<LeadId>) => Effect.Effect<void, E>
  /** Whether a push that failed so may succeed over a new connection. */
  readonly isLost: (failure: E) => boolean
  /** Runs when the server is connected and refuses a push. */
  readonly onRefused: (reason: string) => Effect.Effect<void>
  /** Runs when it accepts pushes again. */
  readonly onAccepted: Effect.Effect<void>
}

/**
 * Makes a buffer that pushes until the scope closes. Drops what is offered while there is no connection, and what the server
 * refuses. Pushes again what a lost connection did not confirm: then the server may have it twice, and workers claim it once.
 */
export const makeOffers = Effect.fnUntraced(function* <E extends Failure>(
  options: OffersOptions<E>,
): Effect.fn.Return<Offers, never, Scope.Scope> {
  const { isLost, isReady, onAccepted, onRefused, push, server } = options
  const some = Latch.makeUnsafe(false)
  let isPlanned = false
  let waiting: Array<LeadId> = []
  let refused = false
  let dropped = 0
  /** Since when ids wait for another connection. */
  let keptSince: number | undefined
  const dropIfOld = () => {
    if (keptSince === undefined || performance.now() - keptSince < keptForMs) return
    dropped += waiting.length
    waiting = []
    keptSince = undefined
  }

  const pushAll = Effect.gen(function* () {
    yield* some.await
    some.closeUnsafe()
    while (waiting.length > 0) {
      const batch = waiting.slice(0, mostAtOnce)
      waiting = waiting.slice(mostAtOnce)
      const pushed = yield* Effect.result(push(batch))
      if (pushed._tag === "Success") {
        if (refused) yield* onAccepted
        refused = false
        keptSince = undefined
      } else if (isLost(pushed.failure) || !isReady()) {
        // A lost connection is reported by `presence`. The ids are pushed when there is another one.
        keptSince ??= performance.now()
        waiting = [...batch, ...waiting]
        return
      } else {
        dropped += batch.length
        if (!refused) {
          refused = true
          yield* onRefused(pushed.failure.reason)
        }
      }
    }
  })
  /** Without this, what waits when a defect ends a push would wait for the next offer. */
  const pushRest = Effect.sync(() => {
    if (waiting.length > 0) some.openUnsafe()
  })
  yield* Effect.forkScoped(
    keepRunning(
      `offering leads to ${server}`,
      Effect.tapCause(pushAll, () => pushRest),
    ),
  )
  const wake = () => {
    isPlanned = false
    some.openUnsafe()
  }

  return {
    add: (ids) => {
      if (!isReady() || waiting.length + ids.length > mostWaiting) {
        dropped += ids.length
        return
      }
      for (const id of ids) waiting.push(id)
      if (isPlanned) return
      isPlanned = true
      setImmediate(wake)
    },
    isRefused: () => refused,
    away: () => {
      refused = false
      if (waiting.length > 0) keptSince ??= performance.now()
      dropIfOld()
    },
    resume: () => {
      dropIfOld()
      if (waiting.length > 0) some.openUnsafe()
    },
    dropped: () => {
      const count = dropped
      dropped = 0
      return count
    },
  }
})

/** Ids in one push, at most: enough for a burst, and few enough not to block the server. */
const mostAtOnce = 1000

/** Ids in the buffer, at most. Workers find further leads in the store. */
const mostWaiting = 100_000

/** How long ids are kept for another connection: a failover takes a few seconds. Later, workers find them in the store. */
const keptForMs = 10_000
