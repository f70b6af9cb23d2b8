import { Duration, Effect } from "effect"

/** Does something again and again; says when it cannot be done, and when it can again. */
export const forever = <E, R>(
  what: string,
  once: Effect.Effect<unknown, E, R>,
): Effect.Effect<never, never, R> =>
  Effect.suspend(() => {
    let failing = false
    return once.pipe(
      Effect.tap(() => {
        if (!failing) return Effect.void
        failing = false
        return Effect.logInfo(`worker can ${what} again`)
      }),
      Effect.catchCause((cause) => {
        const logged = failing ? Effect.void : Effect.logError(`worker cannot ${what}`, cause)
        failing = true
        return Effect.andThen(logged, Effect.sleep(pauseAfterFailure))
      }),
      Effect.forever,
    )
  })

const pauseAfterFailure = Duration.seconds(1)
