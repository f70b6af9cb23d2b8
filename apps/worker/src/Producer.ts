import type { LeadId } from "@lead-gateway/lead"
import type { Hint } from "@lead-gateway/lead-queue"
import { Effect, Latch } from "effect"

/** What to claim next: work of these leads, or whatever is due. */
export interface Wanted {
  readonly ids: ReadonlyArray<LeadId> | undefined
  readonly max: number
}

/**
 * Decides what this worker claims next, from its free slots, the ids the queue announced and whether the schedule may
 * hold due work.
 *
 * Claims fill up, they do not trickle: one is made when a good part of the slots is free, or after a short pause. It
 * knows neither store nor queue, and waits for nothing but its own changes.
 */
export interface Producer {
  /** Waits until there is room for hints, and says for how many. */
  readonly room: Effect.Effect<number>
  /** Notes what may be claimed. */
  readonly note: (hint: Hint) => void
  /** Waits until slots are free and there is something to claim for them, and says what. */
  readonly next: Effect.Effect<Wanted>
  /** Waits until nothing more is known to be due. */
  readonly nothingDue: Effect.Effect<void>
  /** Says what came of claiming what was wanted: work of these leads was claimed. */
  readonly claimed: (wanted: Wanted, leads: ReadonlyArray<LeadId>) => void
  /** Says that the number of free slots has changed. */
  readonly changed: () => void
  /** Takes the ids that were announced and not claimed. */
  readonly clear: () => ReadonlyArray<LeadId>
}

/** What a producer asks of whoever works. */
export interface Slots {
  /** Pieces of work that may be claimed now. */
  readonly free: () => number
  /** Pieces of work that are claimed together when there is enough to do. */
  readonly batch: number
}

/** A producer that knows of nothing. A worker that starts looks first: something may be due. */
export const make = ({ batch, free }: Slots): Producer => {
  let hinted: Array<LeadId> = []
  let anyDue = true
  let hintsWereLast = false
  let boost = 1
  let claimedAt = Number.NEGATIVE_INFINITY
  let timer: ReturnType<typeof setTimeout> | undefined
  const hasRoom = Latch.makeUnsafe(false)
  const work = Latch.makeUnsafe(true)
  const nothingDue = Latch.makeUnsafe(false)

  const set = (latch: Latch.Latch, open: boolean) => (open ? latch.openUnsafe() : latch.closeUnsafe())

  const isWorthIt = (): boolean => {
    const slots = free()
    if (slots <= 0 || (!anyDue && hinted.length === 0)) return false
    if (slots >= batch) return true
    const pause = claimedAt + pauseMs - performance.now()
    if (pause <= 0) return true
    timer ??= setTimeout(() => {
      timer = undefined
      changed()
    }, Math.ceil(pause))
    return false
  }

  const changed = () => {
    set(work, isWorthIt())
    set(hasRoom, hinted.length === 0 && free() > 0)
    set(nothingDue, !anyDue)
  }

  // A latch lets everybody pass who waited; things may have changed since, the number of slots by itself.
  const room: Effect.Effect<number> = Effect.flatMap(hasRoom.await, () =>
    Effect.suspend(() => {
      changed()
      return hasRoom.isOpen() ? Effect.succeed(free() * boost) : room
    }),
  )

  const next: Effect.Effect<Wanted> = Effect.flatMap(work.await, () =>
    Effect.suspend(() => {
      changed()
      if (!work.isOpen()) return next
      const max = free()
      claimedAt = performance.now()
      // In turns, so that neither holds the other up.
      hintsWereLast = hinted.length > 0 && !(anyDue && hintsWereLast)
      if (hintsWereLast) {
        const ids = hinted.splice(0, max * boost)
        changed()
        return Effect.succeed({ ids, max })
      }
      anyDue = false
      changed()
      return Effect.succeed({ ids: undefined, max })
    }),
  )

  return {
    room,
    note: (hint) => {
      if (hint._tag === "AnyDue") anyDue = true
      else hinted.push(...hint.ids)
      changed()
    },
    next,
    nothingDue: nothingDue.await,
    claimed: (wanted, leads) => {
      const isFull = leads.length >= wanted.max
      if (wanted.ids === undefined) {
        // As many as there was room for: there may be more.
        anyDue ||= isFull
      } else {
        // A queue may hold many leads that somebody else has taken: then more of them are looked at together.
        boost = leads.length === 0 ? Math.min(boost * 2, mostBoost) : 1
        if (isFull && wanted.ids.length > leads.length) {
          const taken = new Set(leads)
          hinted.unshift(...wanted.ids.filter((id) => !taken.has(id)))
        }
      }
      changed()
    },
    changed,
    clear: () => {
      const ids = hinted
      hinted = []
      clearTimeout(timer)
      return ids
    },
  }
}

/** How long a claim for fewer slots than a batch waits for more. */
const pauseMs = 20

/** How many hints are looked at for each slot, at most. */
const mostBoost = 256
