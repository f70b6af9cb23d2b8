import { Duration, Effect } from "effect"

/**
 * Repeats the body of a background loop until it is interrupted. Expected failures are the body's own.
 *
 * A fiber in the background that ends by a defect ends in silence, and with it what the process needs it for. So a defect
 * is logged as an error that says what failed (`sending live events`), and the body begins again a second later.
 */
export const keepRunning = <R>(
  what: string,
  body: Effect.Effect<unknown, never, R>,
): Effect.Effect<never, never, R> =>
  body.pipe(
    Effect.catchCause((cause) =>
      Effect.andThen(
        Effect.logError(`${what} failed, and begins again`, cause),
        Effect.sleep(pauseAfterDefect),
      ),
    ),
    Effect.forever,
  )

const pauseAfterDefect = Duration.seconds(1)
