import { type Duration, Effect, Fiber } from "effect"
import { patienceEnds, StoreUnavailable } from "../StoreError.ts"

/**
 * Runs statements that are cancelled in the background: whoever is interrupted does not wait for a server that does not
 * respond, which takes 5 s.
 */
export const cancelApart = <A, E, R>(statements: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Effect.forkDetach(statements), (fiber) =>
    Effect.onExit(Fiber.join(fiber), () => Effect.sync(() => fiber.interruptUnsafe())),
  )

/** Waits so long for statements, and not for their cancellation. */
export const within = <A, E, R>(
  patience: Duration.Duration,
  statements: Effect.Effect<A, E, R>,
): Effect.Effect<A, E | StoreUnavailable, R> =>
  Effect.raceFirst(
    cancelApart(statements),
    Effect.flatMap(patienceEnds(patience), () => Effect.fail(new StoreUnavailable({ operation: "in time" }))),
  )
