/** Random steps of any workers and operators, in any order. */
import { Duration, Effect } from "effect"
import type { ClaimedWork, LeadReplay, LeadWork, ReplayRequestConflict, StoreError } from "../../src/index.ts"
import {
  claim,
  claimAlone,
  claimIds,
  complete,
  exhausted,
  failed,
  parked,
  readyFor,
  refused,
  rejected,
  release,
  replay,
  step,
  succeeded,
  throttled,
  unknown,
  unknownAndLast,
} from "./world.ts"

/** A stream of numbers below 1 that depends on nothing but its seed (mulberry32). */
export const random = (seed: number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const endings = [succeeded, failed, throttled, refused, exhausted, unknown, unknownAndLast]

/**
 * One walker's next step, on up to six pieces of work at once: a claim, decisions, outcomes (late and wrong ones too),
 * work given back, a replay.
 *
 * `held` is all work that was ever claimed, with current and with lost leases; walkers may share it.
 */
export const makeWalk = (name: string, next: () => number, held: Array<ClaimedWork>, customers = 1) => {
  const pick = <A>(all: ReadonlyArray<A>) => all[Math.floor(next() * all.length)] as A
  let requests = 0

  const decide = (lead: ClaimedWork) => {
    const fits = next() < 0.95 === (lead._tag === "Undecided")
    const ready = readyFor(1 + Math.floor(next() * customers))
    return step(lead, fits ? pick([ready, ready, ready, ready, rejected, parked]) : undefined)
  }

  const finish = (lead: ClaimedWork) => {
    const isOpen = lead._tag === "LostAttempt"
    const off = next() < 0.1 ? pick([-1, 1]) : 0
    return complete(lead, Math.max(1, lead.attemptNo + (isOpen ? 0 : 1) + off), pick(endings))
  }

  const giveBack = (lead: ClaimedWork) =>
    release(lead, {
      unsentAttemptNo: next() < 0.5 ? undefined : lead.attemptNo + (lead._tag === "LostAttempt" ? 0 : 1),
      delay: Duration.seconds(pick([0, 0, 60])),
      internalFailure: pick([undefined, "a reason of ours"]),
    })

  return Effect.suspend(
    (): Effect.Effect<void, StoreError | ReplayRequestConflict, LeadWork | LeadReplay> => {
      const dice = next()
      if (held.length === 0 || dice < 0.2) {
        return Effect.map(next() < 0.3 ? claimAlone : claim(4), (claimed) => void held.push(...claimed))
      }
      const some = Array.from({ length: 1 + Math.floor(next() * 6) }, () =>
        pick(next() < 0.3 ? held : held.slice(-12)),
      )
      if (dice < 0.28) {
        const ids = some.map(({ leadId }) => leadId)
        return Effect.map(claimIds(ids, 4), (claimed) => void held.push(...claimed))
      }
      const all = <A, E, R>(act: (lead: ClaimedWork) => Effect.Effect<A, E, R>) =>
        Effect.asVoid(Effect.forEach(some, act, { concurrency: "unbounded" }))
      if (dice < 0.58) return all(decide)
      if (dice < 0.86) return all(finish)
      if (dice < 0.95) return all(giveBack)
      const statuses = pick([["REJECTED"], ["FAILED", "PERMANENTLY_FAILED"]] as const)
      return Effect.asVoid(replay(`${name}-${requests++}`, { statuses }))
    },
  )
}
