/**
 * Stays connected to a server for ever: what is common to all drivers with a server of their own. Pauses between attempts
 * grow, and only the begin and the end of an absence are reported.
 */
import { Duration, Effect, Random, type Scope } from "effect"
import { keepRunning } from "./keepRunning.ts"

/** A failure whose reason may be logged: it holds no secret and no lead. */
export interface Failure {
  readonly reason: string
}

/** What to connect to. */
export interface KeepConnectedOptions<E extends Failure> {
  /** Its name, for logs. */
  readonly server: string
  /**
   * One connection, from its opening to its end. It calls `usable` when it can be used, and fails when it has ended.
   * `attempts` counts those that failed before it.
   */
  readonly session: (options: {
    readonly attempts: number
    readonly usable: () => void
  }) => Effect.Effect<never, E, Scope.Scope>
  /** Runs after each session. */
  readonly onAway: (failure: E) => Effect.Effect<void>
}

/** Connects again whenever a session has ended. */
export const keepConnected = <E extends Failure>({ onAway, server, session }: KeepConnectedOptions<E>) => {
  let attempts = 0
  const pause = Effect.suspend(() => {
    const ms = Math.min(firstPauseMs * 2 ** attempts++, longestPauseMs)
    return Effect.flatMap(Random.nextBetween(ms / 2, ms), (jittered) =>
      Effect.sleep(Duration.millis(jittered)),
    )
  })
  const one = Effect.suspend(() => {
    let since: number | undefined
    return session({ attempts, usable: () => (since = performance.now()) }).pipe(
      Effect.scoped,
      Effect.catch((failure) =>
        Effect.suspend(() => {
          if (since !== undefined && performance.now() - since > lastingMs) attempts = 0
          return Effect.andThen(onAway(failure), pause)
        }),
      ),
    )
  })
  return keepRunning(`the connection to ${server}`, one)
}

/** After a connection that lasted so long, the pauses start from the shortest again. */
const lastingMs = 1000

const firstPauseMs = 50
const longestPauseMs = 5000

/** Callbacks of a connection, or of another thing that a server may be without. */
export interface Presence {
  readonly onReady: Effect.Effect<void>
  readonly onAway: (failure: Failure) => Effect.Effect<void>
}

/**
 * Makes the callbacks of several things that a server is used by. Reports the first failed attempt of any, and the moment
 * when all are ready again.
 */
export const presence = (report: {
  readonly onAway?: (failure: Failure) => Effect.Effect<void>
  readonly onBack: Effect.Effect<void>
}) => {
  const away = new Set<symbol>()
  let isReported = false
  return (): Presence => {
    const self = Symbol("part")
    return {
      onReady: Effect.suspend(() => {
        away.delete(self)
        if (!isReported || away.size > 0) return Effect.void
        isReported = false
        return report.onBack
      }),
      onAway: (failure) =>
        Effect.suspend(() => {
          away.add(self)
          if (isReported) return Effect.void
          isReported = true
          return report.onAway?.(failure) ?? Effect.void
        }),
    }
  }
}
