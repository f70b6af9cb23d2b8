import { type Cause, type Duration, Effect, Fiber } from "effect"

/**
 * Waits for an answer of Postgres at most this long, then fails with a `TimeoutError`.
 *
 * `Effect.timeout` alone would also wait until the statement is cancelled, which takes 5 s more when Postgres does not
 * respond. Here the statement is cancelled in the background.
 */
export const within =
  (duration: Duration.Duration) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | Cause.TimeoutError, R> =>
    Effect.flatMap(Effect.forkDetach(effect), (fiber) =>
      Fiber.join(fiber).pipe(
        Effect.timeout(duration),
        Effect.onExit(() => Effect.sync(() => fiber.interruptUnsafe())),
      ),
    )
