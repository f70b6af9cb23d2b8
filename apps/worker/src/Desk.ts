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
  /** Waits until a slot is free and nothing is at hand for it; how many slots are free then. */
  readonly idle: Effect.Effect<number>
  /** Notes what may be claimed. */
  readonly note: (hint: Hint) => Effect.Effect<void>
  /** Waits until a slot is free and there is something to claim for it, and says what. */
  readonly next: Effect.Effect<Wanted>
  /** Waits until nothing more is known to be due. */
  readonly nothingDue: Effect.Effect<void>
  /** Says what came of claiming what was wanted: so many leads are under way now. */
  readonly claimed: (wanted: Wanted, leads: number) => void
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
  const idle = Latch.makeUnsafe(false)
  const work = Latch.makeUnsafe(true)
  const nothingDue = Latch.makeUnsafe(false)

  const set = (latch: Latch.Latch, open: boolean) => (open ? latch.openUnsafe() : latch.closeUnsafe())
  const changed = () => {
    const isAtHand = anyDue || hinted.length > 0
    set(work, busy < slots && isAtHand)
    set(idle, busy < slots && !isAtHand)
    set(nothingDue, !anyDue)
  }

  const idleSlots: Effect.Effect<number> = Effect.flatMap(idle.await, () =>
    // A latch lets everybody pass who waited; things may have changed since.
    Effect.suspend(() => (idle.isOpen() ? Effect.succeed(slots - busy) : idleSlots)),
  )
  const next: Effect.Effect<Wanted> = Effect.flatMap(work.await, () =>
    Effect.suspend(() => {
      if (!work.isOpen()) return next
      const max = slots - busy
      if (!anyDue) return Effect.succeed({ ids: hinted.splice(0, max), max })
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
      busy += leads
      // As many as there was room for: there may be more.
      if (wanted.ids === undefined && leads === wanted.max) anyDue = true
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
