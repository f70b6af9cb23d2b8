/**
 * Buffers offered ids and pushes them to Redis together: those of one turn of the event loop, and those offered during a
 * push.
 */
import type { LeadId } from "@lead-gateway/lead"
import { Effect, Latch, type Scope } from "effect"
import type { Connection } from "./connection.ts"

/** The buffer of ids to push. */
export interface Offers {
  /** Adds ids. Cheap, since it is called for every lead. */
  readonly add: (ids: ReadonlyArray<LeadId>) => void
  /** Whether Redis refused the last push, for lack of memory, say. */
  readonly isRefused: () => boolean
  /** Drops all ids that are not pushed yet, since there is no connection. */
  readonly clear: () => void
  /** How many ids were dropped since the last call. */
  readonly dropped: () => number
}

/** Options of the buffer. */
export interface OffersOptions {
  readonly connection: Connection
  readonly key: string
  /** Runs when Redis is connected and refuses a push. */
  readonly onRefused: (reason: string) => Effect.Effect<void>
  /** Runs when it accepts pushes again. */
  readonly onAccepted: Effect.Effect<void>
}

/** Makes a buffer that pushes until the scope closes. Drops ids while there is no connection, and those Redis refuses. */
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
        // A lost connection is reported by `presence`.
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

/** Ids in one RPUSH, at most: enough for a burst, and few enough not to block Redis. */
const mostAtOnce = 1000

/** Ids in the buffer, at most. Workers find further leads in the store. */
const mostWaiting = 100_000
