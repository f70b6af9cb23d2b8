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
 * Claims are batched: one is made when a whole batch of slots is free, or after a short pause. A producer depends on
 * neither store nor queue; it waits only for what is noted here.
 */
export interface Producer {
  /** Waits until there is room for hints, and returns for how many. */
  readonly room: Effect.Effect<number>
  /** Notes what may be claimed. */
  readonly note: (hint: Hint) => void
  /** Waits until slots are free and something may be claimed for them, and returns what. */
  readonly next: Effect.Effect<Wanted>
  /** Waits until nothing more is known to be due. */
  readonly nothingDue: Effect.Effect<void>
  /** Notes the result of a claim: the leads whose work was claimed. */
  readonly claimed: (wanted: Wanted, leads: ReadonlyArray<LeadId>) => void
  /** Notes that a claim failed, so that it is made again. */
  readonly failed: (wanted: Wanted) => void
  /** Notes that the number of free slots has changed. */
  readonly changed: () => void
  /** Clears the ids that were announced and not claimed, and returns them. */
  readonly clear: () => ReadonlyArray<LeadId>
}

/** The capacity of a worker. */
export interface Slots {
  /** Pieces of work that may be claimed now. */
  readonly free: () => number
  /** Pieces of work in a full claim. */
  readonly batch: number
}

/** Makes the producer of a worker that starts: something may be due, and no ids are announced. */
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

  // A latch releases all that wait for it, and the number of free slots may have changed since.
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
      // Hints and the schedule take turns, so that neither starves the other.
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

  const note = (hint: Hint) => {
    if (hint._tag === "AnyDue") anyDue = true
    else hinted.push(...hint.ids)
    changed()
  }

  return {
    room,
    note,
    next,
    nothingDue: nothingDue.await,
    claimed: (wanted, leads) => {
      const isFull = leads.length >= wanted.max
      if (wanted.ids === undefined) {
        // The claim was full: more may be due.
        anyDue ||= isFull
      } else {
        // A queue may hold many ids whose work other workers have claimed: then more ids are tried at once.
        boost = leads.length === 0 ? Math.min(boost * 2, mostBoost) : 1
        if (isFull && wanted.ids.length > leads.length) {
          const got = new Set(leads)
          hinted.unshift(...wanted.ids.filter((id) => !got.has(id)))
        }
      }
      changed()
    },
    failed: ({ ids }) => note(ids === undefined ? { _tag: "AnyDue" } : { _tag: "Leads", ids }),
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

/** At most this many ids are tried for each slot. */
const mostBoost = 256
