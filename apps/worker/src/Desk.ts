import type { LeadId } from "@lead-gateway/lead"
import type { Hint } from "@lead-gateway/lead-queue"
import { Effect, Latch } from "effect"

/** What to claim next: these leads, or whatever is due. */
export interface Wanted {
  readonly ids: ReadonlyArray<LeadId> | undefined
  readonly max: number
}

/**
 * What one worker has at hand: how many leads are under way, which ones it was told of, and whether something
 * may be due. It decides what is claimed next, so that a worker never owns more leads than it has slots.
 *
 * It knows neither store nor queue, and waits for nothing but its own changes.
 */
export interface Desk {
  /** Waits until a slot is free and no hint is at hand for it; how many hints are good for the free slots then. */
  readonly idle: Effect.Effect<number>
  /** Notes what may be claimed. */
  readonly note: (hint: Hint) => Effect.Effect<void>
  /** Waits until a slot is free and there is something to claim for it, and says what. */
  readonly next: Effect.Effect<Wanted>
  /** Waits until nothing more is known to be due. */
  readonly nothingDue: Effect.Effect<void>
  /** Says what came of claiming what was wanted: these leads are under way now. */
  readonly claimed: (wanted: Wanted, leads: ReadonlyArray<LeadId>) => void
  /** Says that a lead is no longer under way. */
  readonly ended: () => void
  /** Leads under way. */
  readonly busy: () => number
  /** Takes what it was told of and has not claimed. */
  readonly clear: Effect.Effect<ReadonlyArray<LeadId>>
}

/** An empty desk with so many slots. A worker that starts looks first: something may be due. */
export const make = (slots: number): Desk => {
  let busy = 0
  let hinted: Array<LeadId> = []
  let anyDue = true
  let hintsWereLast = false
  let boost = 1
  const idle = Latch.makeUnsafe(false)
  const work = Latch.makeUnsafe(true)
  const nothingDue = Latch.makeUnsafe(false)

  const set = (latch: Latch.Latch, open: boolean) => (open ? latch.openUnsafe() : latch.closeUnsafe())
  const changed = () => {
    const isAtHand = anyDue || hinted.length > 0
    set(work, busy < slots && isAtHand)
    set(idle, busy < slots && hinted.length === 0)
    set(nothingDue, !anyDue)
  }

  const idleSlots: Effect.Effect<number> = Effect.flatMap(idle.await, () =>
    // A latch lets everybody pass who waited; things may have changed since.
    Effect.suspend(() => (idle.isOpen() ? Effect.succeed((slots - busy) * boost) : idleSlots)),
  )
  const next: Effect.Effect<Wanted> = Effect.flatMap(work.await, () =>
    Effect.suspend(() => {
      if (!work.isOpen()) return next
      const max = slots - busy
      // In turns, so that neither holds the other up.
      hintsWereLast = hinted.length > 0 && !(anyDue && hintsWereLast)
      if (hintsWereLast) return Effect.succeed({ ids: hinted.splice(0, max * boost), max })
      anyDue = false
      return Effect.succeed({ ids: undefined, max })
    }),
  )

  return {
    idle: idleSlots,
    note: (hint) =>
      Effect.sync(() => {
        if (hint._tag === "AnyDue") anyDue = true
        else hinted.push(...hint.ids)
        changed()
      }),
    next,
    nothingDue: nothingDue.await,
    claimed: (wanted, leads) => {
      busy += leads.length
      const isFull = leads.length === wanted.max
      if (wanted.ids === undefined) {
        // As many as there was room for: there may be more.
        anyDue ||= isFull
      } else {
        // A queue may hold many leads that somebody else has taken: then more of them are looked at together.
        boost = leads.length === 0 ? Math.min(boost * 2, mostBoost) : 1
        const taken = new Set(leads)
        if (isFull) hinted.unshift(...wanted.ids.filter((id) => !taken.has(id)))
      }
      changed()
    },
    ended: () => {
      busy--
      changed()
    },
    busy: () => busy,
    clear: Effect.sync(() => {
      const ids = hinted
      hinted = []
      changed()
      return ids
    }),
  }
}

/** How many hints are looked at for each slot, at most. */
const mostBoost = 256
