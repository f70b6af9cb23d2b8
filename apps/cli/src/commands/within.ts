import { Duration, Effect, Option, Result } from "effect"
import { Flag } from "effect/cli"

const expected = "expected a duration such as 500ms, 5s, 10m or 1h"
const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

const read = (text: string): Option.Option<Duration.Duration> => {
  const [, count, unit] = /^(\d{1,9})(ms|s|m|h)$/.exec(text) ?? []
  return count === undefined || unit === undefined
    ? Option.none()
    : Option.some(Duration.millis(Number(count) * units[unit as keyof typeof units]))
}

/** The flag `--within`: how long something is waited for. */
export const within = (usual: string, description: string): Flag.Flag<Duration.Duration> =>
  Flag.String("within").pipe(
    Flag.withDescription(`${description}; ${usual} unless given`),
    Flag.withDefault(usual),
    Flag.filterMap(read, (text) => `found ${JSON.stringify(text)}, ${expected}`),
  )

/** The address of a process on the command line, without a slash at its end; undefined unless it is HTTP or HTTPS. */
export const addressOf = (text: string): string | undefined => {
  const url = Result.getOrUndefined(Result.try(() => new URL(text)))
  return url !== undefined && /^https?:$/.test(url.protocol) ? text.replace(/\/+$/, "") : undefined
}

/** Repeats a question twice a second until its answer is accepted, or the time is over; then returns the last answer. */
export const askUntil = <A, E, R>(
  ask: Effect.Effect<A, E, R>,
  isAccepted: (answer: A) => boolean,
  until: number,
): Effect.Effect<A, E, R> =>
  Effect.flatMap(ask, (answer) =>
    isAccepted(answer) || Date.now() >= until
      ? Effect.succeed(answer)
      : Effect.delay(
          Effect.suspend(() => askUntil(ask, isAccepted, until)),
          Duration.millis(Math.min(500, Math.max(1, until - Date.now()))),
        ),
  )
