/** Random steps of any workers and operators, in any order. */
import { Duration, Effect } from "effect"
import {
  type ClaimedLead,
  type LeadReplay,
  type LeadWork,
  type ReplayRequestConflict,
  type StoreError,
} from "../../src/index.ts"
import {
  claim,
  failed,
  parked,
  proceed,
  ready,
  record,
  refused,
  rejected,
  release,
  replay,
  succeeded,
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

/** One walker's next step: a claim, a decision, an outcome (late ones too), a lead given back, a replay. */
export const makeWalk = (name: string, next: () => number) => {
  const pick = <A>(all: ReadonlyArray<A>) => all[Math.floor(next() * all.length)]
  /** Everything that was ever claimed: present owners, and those that are late. */
  const held: Array<ClaimedLead> = []
  let requests = 0

  return Effect.suspend(
    (): Effect.Effect<unknown, StoreError | ReplayRequestConflict, LeadWork | LeadReplay> => {
      const lead = pick(next() < 0.8 ? held.slice(-4) : held)
      const dice = next()
      if (lead === undefined || dice < 0.25) return Effect.map(claim(2), (leads) => held.push(...leads))
      if (dice < 0.55) {
        const fits = next() < 0.9 === (lead.status === "RECEIVED")
        return proceed(lead, fits ? pick([ready, ready, ready, rejected, parked]) : undefined)
      }
      const attemptNo = lead.attemptCount + (lead.attemptIsOpen || next() < 0.1 ? 0 : 1)
      if (dice < 0.82) {
        const outcome = pick([succeeded, failed, failed, refused, unknown, unknownAndLast]) ?? failed
        return record(lead, Math.max(1, attemptNo), outcome)
      }
      if (dice < 0.93) {
        return release(lead, {
          unsentAttemptNo: next() < 0.5 ? undefined : attemptNo,
          delay: Duration.seconds(pick([0, 0, 60]) ?? 0),
          trouble: pick([undefined, "a reason of ours"]),
        })
      }
      const statuses = pick([["REJECTED"], ["FAILED", "PERMANENTLY_FAILED"]] as const) ?? ["REJECTED"]
      return replay(`${name}-${requests++}`, { statuses })
    },
  )
}
