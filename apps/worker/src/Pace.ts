import { Effect, type Scope } from "effect"

/**
 * How quickly customers answer now, and so how much work is worth having ready before a slot is free for it.
 *
 * While one batch is sent the next is opened, one more is claimed and the last is recorded: none of them waits for
 * another. When customers answer slowly or not at all, nothing is done ahead: work that one worker holds is work that
 * no other may take.
 */
export interface Pace {
  /** Attempts that may be opened before there is a slot: as many as are answered within 10 ms, 100 at most. */
  readonly opening: () => number
  /** Work that may be claimed before there is a slot: as much as is answered within 200 ms, 250 at most. */
  readonly claiming: () => number
}

/** Watches for the current scope. `answers`: how many there were since the start. */
export const watchPace = (answers: () => number): Effect.Effect<Pace, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      let before = 0
      let recently = 0
      const timer = setInterval(() => {
        const now = answers()
        recently = now - before
        before = now
      }, claimingMs).unref()
      const pace: Pace = {
        opening: () => Math.min(mostOpening, Math.floor((recently * openingMs) / claimingMs)),
        claiming: () => Math.min(mostClaiming, recently),
      }
      return { pace, timer }
    }),
    ({ timer }) => Effect.sync(() => clearInterval(timer)),
  ).pipe(Effect.map(({ pace }) => pace))

const openingMs = 10
const claimingMs = 200
const mostOpening = 100
const mostClaiming = 250
