import { Effect } from "effect"

/** Polls until the condition holds; returns whether it did in time. */
export const until = <E = never, R = never>(
  condition: (() => boolean) | Effect.Effect<boolean, E, R>,
  withinMs: number,
  everyMs = 20,
): Effect.Effect<boolean, E, R> => {
  const holds = typeof condition === "function" ? Effect.sync(condition) : condition
  return Effect.gen(function* () {
    const end = performance.now() + withinMs
    while (performance.now() < end) {
      if (yield* holds) return true
      yield* Effect.sleep(everyMs)
    }
    return yield* holds
  })
}
