/**
 * Ids on their way to Redis: gathered for a turn of the event loop and while a push is under way, and pushed together.
 */
import type { LeadId } from "@lead-gateway/lead"
import { Effect, Latch, type Scope } from "effect"
import type { Connection } from "./connection.ts"

/** Buffers ids to be pushed. */
export interface Offers {
  /** Costs next to nothing: it is called for every lead. */
  readonly add: (ids: ReadonlyArray<LeadId>) => void
  /** Whether the last push was refused, as when Redis has no memory left. */
  readonly isRefused: () => boolean
  /** Drops what has not been pushed: there is no connection. */
  readonly clear: () => void
  /** How many were dropped since it was asked last. */
  readonly dropped: () => number
}

export interface OffersOptions {
  readonly connection: Connection
  readonly key: string
  /** Redis is there and does not take them. */
  readonly onRefused: (reason: string) => Effect.Effect<void>
  /** It takes them again. */
  readonly onAccepted: Effect.Effect<void>
}

/** Pushes until the scope closes. Drops what is added while there is no connection, and what Redis refuses. */
export const makeOffers = Effect.fnUntraced(function* (
  options: OffersOptions,
): Effect.fn.Return<Offers, never, Scope.Scope> {
  const { connection, key, onRefused, onAccepted } = options
  const some = Latch.makeUnsafe(false)
  let isPlanned = false
  let waiting: Array<LeadId> = []
  let refused = false
  let dropped = 0

  const push = Effect.gen(function* () {
    yield* some.await
    some.closeUnsafe()
    while (waiting.length > 0) {
      const batch = waiting.slice(0, mostAtOnce)
      waiting = waiting.slice(mostAtOnce)
      const pushed = yield* Effect.result(connection.run((client) => client.rpush(key, ...batch)))
      if (pushed._tag === "Success") {
        if (refused) yield* onAccepted
        refused = false
      } else {
        dropped += batch.length
        // The loss of the connection is reported elsewhere.
        if (connection.isReady() && !refused) {
          refused = true
          yield* onRefused(pushed.failure.reason)
        }
      }
    }
  })
  yield* Effect.forkScoped(Effect.forever(push))
  const wake = () => {
    isPlanned = false
    some.openUnsafe()
  }

  return {
    add: (ids) => {
      if (!connection.isReady() || waiting.length + ids.length > mostWaiting) {
        dropped += ids.length
        return
      }
      for (const id of ids) waiting.push(id)
      if (isPlanned) return
      isPlanned = true
      setImmediate(wake)
    },
    isRefused: () => refused,
    clear: () => {
      dropped += waiting.length
      waiting = []
      refused = false
    },
    dropped: () => {
      const count = dropped
      dropped = 0
      return count
    },
  }
})

/** Ids in one RPUSH: large enough for any burst, small enough not to hold up Redis. */
const mostAtOnce = 1000

/** Ids that wait while Redis is slow; the store knows the rest. */
const mostWaiting = 100_000
