/**
 * Waits by the system's clock: a server starts no faster under a `TestClock`.
 */
import { setTimeout } from "node:timers/promises"
import { Effect } from "effect"

/** Sleeps for so many milliseconds of the wall clock; can be interrupted. */
export const sleepMs = (ms: number): Effect.Effect<void> =>
  Effect.promise((signal) => setTimeout(ms, undefined, { signal }).then(() => undefined))

/** Polls every `everyMs`, for at most `forMs`, until the condition holds. Returns whether it did. */
export const waitUntil = Effect.fnUntraced(function* <E, R>(options: {
  readonly condition: Effect.Effect<boolean, E, R>
  readonly everyMs: number
  readonly forMs: number
}) {
  const end = performance.now() + options.forMs
  while (!(yield* options.condition)) {
    if (performance.now() >= end) return false
    yield* sleepMs(options.everyMs)
  }
  return true
})
