/** Loops of the queues that survive defects, as `keepRunning` of `runtime` does, which depends on this package by way of `config`. */
import { Duration, Effect } from "effect"

/** Repeats the body of a background loop until it is interrupted, also after a defect: {@link surviving}. */
export const keepRunning = <R>(
  what: string,
  body: Effect.Effect<unknown, never, R>,
): Effect.Effect<never, never, R> => Effect.forever(surviving(what, body))

/**
 * Logs a defect as an error that says what failed, and pauses for a second. Otherwise the fiber of a loop would end in
 * silence, and with it what the process needs it for.
 */
export const surviving = <R>(
  what: string,
  body: Effect.Effect<unknown, never, R>,
): Effect.Effect<void, never, R> =>
  body.pipe(
    Effect.asVoid,
    Effect.catchCause((cause) =>
      Effect.andThen(
        Effect.logError(`${what} failed, and begins again`, cause),
        Effect.sleep(pauseAfterDefect),
      ),
    ),
  )

const pauseAfterDefect = Duration.seconds(1)
