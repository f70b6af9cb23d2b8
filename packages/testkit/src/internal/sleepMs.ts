import { setTimeout } from "node:timers/promises"
import { Effect } from "effect"

/** Sleeps for so many milliseconds of real time, also under a test's clock. */
export const sleepMs = (ms: number): Effect.Effect<void> =>
  Effect.promise((signal) => setTimeout(ms, undefined, { signal }))
