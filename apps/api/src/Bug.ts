import { Effect } from "effect"

/**
 * A defect as it may be logged: what sort of thing was thrown, and where.
 *
 * Its own message is left out, because it may quote a lead, as those of `JSON.parse` do:
 * `TypeError at accept (…/Intake.ts:45:20)`.
 */
export class Bug extends Error {
  override readonly name = "Bug"

  constructor(defect: unknown) {
    const frames = framesOf(defect)
    super([sortOf(defect), ...frames.slice(0, 1)].join(" "))
    this.stack = [this.message, ...frames.slice(1)].join("\n    ")
  }
}

/** Makes what an effect dies of fit for a log, see {@link Bug}. */
export const withoutWords = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.catchDefect(effect, (defect) => Effect.die(new Bug(defect)))

const sortOf = (defect: unknown): string => (defect instanceof Error ? defect.name : typeof defect)

/** The lines of a stack after the message, which stands at its beginning and may have lines of its own. */
const framesOf = (defect: unknown): ReadonlyArray<string> => {
  if (!(defect instanceof Error)) return []
  const { message, stack = "" } = defect
  const begin = stack.indexOf(message)
  if (begin < 0) return []
  return stack
    .slice(begin + message.length)
    .split("\n")
    .slice(1)
    .map((line) => line.trim())
}
