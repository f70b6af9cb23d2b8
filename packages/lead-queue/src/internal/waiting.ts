/**
 * Takes that wait for leads, for a driver that hands them what its server gives.
 *
 * An interrupted take may have been handed leads just then. It gives them back, so that none is lost.
 */
import type { LeadId } from "@lead-gateway/lead"
import { Clock, Deferred, Duration, Effect } from "effect"
import type { Hint, LeadQueue } from "../LeadQueue.ts"

/** Leads for one take. */
export interface Handed {
  readonly ids: ReadonlyArray<LeadId>
  /** Runs when the take returns them. */
  readonly keep?: () => void
  /** Runs instead if the take was interrupted. */
  readonly giveBack: Effect.Effect<void>
}

/** A take that waits. */
export interface Waiting {
  readonly max: number
  /** In milliseconds of the clock. */
  readonly until: number
  /** Whether the queue was seen empty while this take waited. */
  looked: boolean
  readonly handed: Deferred.Deferred<Handed | undefined>
}

/** The takes of a queue. */
export interface WaitingTakes {
  readonly take: LeadQueue["Service"]["take"]
  readonly size: () => number
  /** The take that has waited longest. */
  readonly first: () => Waiting | undefined
  /** A copy, since a take that is woken may wait again before the next one is woken. */
  readonly present: () => ReadonlyArray<Waiting>
  /** Hands leads to a take, or ends it without any. False if it has ended already. */
  readonly settle: (one: Waiting, handed: Handed | undefined) => boolean
  /** Hands leads to the take that has waited longest. False if none waits. */
  readonly hand: (handed: Handed) => boolean
  /** Ends all waiting takes with `AnyDue`. */
  readonly wakeAll: () => void
}

/** How a driver serves the takes. */
export interface WaitingTakesOptions {
  /** Whether a take that begins now has nothing to wait for but new leads. */
  readonly isEmpty: () => boolean
  /** Runs when a take begins to wait. */
  readonly onTake: () => void
  /** For how long a take waits for the first look, when its own time is over. */
  readonly lookWithin: () => Duration.Duration
}

/** Makes the takes of a queue; none waits yet. */
export const makeWaitingTakes = ({ isEmpty, lookWithin, onTake }: WaitingTakesOptions): WaitingTakes => {
  const waiting = new Set<Waiting>()
  const settle: WaitingTakes["settle"] = (one, handed) => {
    waiting.delete(one)
    return Deferred.doneUnsafe(one.handed, Effect.succeed(handed))
  }
  const present = () => Array.from(waiting)

  const take: WaitingTakes["take"] = ({ max, within }) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const one: Waiting = {
          max,
          until: now + Duration.toMillis(within),
          handed: Deferred.makeUnsafe(),
          looked: isEmpty(),
        }
        waiting.add(one)
        onTake()
        const wait = Effect.gen(function* () {
          const inTime = yield* Effect.timeoutOption(Deferred.await(one.handed), within)
          if (inTime._tag === "Some" || one.looked) return
          // Even a take that does not wait gets what is there.
          yield* Effect.timeoutOption(Deferred.await(one.handed), lookWithin())
        })
        const result = yield* Effect.exit(restore(wait))
        // Leads may have been handed over just when the take ended: they must not be lost.
        const handed = settle(one, undefined) ? undefined : yield* Deferred.await(one.handed)
        if (result._tag === "Success") {
          handed?.keep?.()
          return handed === undefined ? anyDue : { _tag: "Leads", ids: handed.ids }
        }
        if (handed !== undefined) yield* handed.giveBack
        return yield* Effect.failCause(result.cause)
      }),
    )

  return {
    take,
    size: () => waiting.size,
    first: () => waiting.values().next().value,
    present,
    settle,
    hand: (handed) => {
      for (const one of waiting) if (settle(one, handed)) return true
      return false
    },
    wakeAll: () => present().forEach((one) => settle(one, undefined)),
  }
}

const anyDue: Hint = { _tag: "AnyDue" }
