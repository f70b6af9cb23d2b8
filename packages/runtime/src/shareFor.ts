import { Duration, Effect, Exit } from "effect"

/**
 * Makes many callers share one run of an effect, and its value for a while: a hundred dashboards cost one query.
 *
 * Who asks while it runs waits for the same run; who asks within `ttl` of its end gets its value. A failure is not kept.
 * With a `ttl` of zero nothing is shared. The effect is for one question: make one for each.
 */
export const shareFor =
  (ttl: Duration.Duration) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<Effect.Effect<A, E, R>> =>
    Duration.isZero(ttl)
      ? Effect.succeed(effect)
      : Effect.cachedWithTTL(effect, (exit) => (Exit.isSuccess(exit) ? ttl : Duration.zero))
