import { type Cause, type Duration, Effect, Fiber } from "effect"

/**
 * Waits for an answer of Postgres no longer than this, then fails with a `TimeoutError`.
 *
 * `Effect.timeout` alone would also wait for the statement to be called off, and a Postgres that is silent takes
 * 5 s more for that. Here it is called off behind the answer's back.
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
