import { Clock, Data, DateTime, Effect, Option } from "effect"

/** The moment that was given is none. */
export class MomentInvalid extends Data.TaggedError("MomentInvalid")<{ readonly message: string }> {}

/** Milliseconds since 1970 of the moment that was given; of now, if none was. */
export const momentOf = Effect.fnUntraced(function* (
  at: Option.Option<string>,
): Effect.fn.Return<number, MomentInvalid> {
  if (Option.isNone(at)) return yield* Clock.currentTimeMillis
  const moment = DateTime.make(at.value)
  if (form.test(at.value) && Option.isSome(moment) && isRealDay(at.value.slice(0, 10))) {
    return DateTime.toEpochMillis(moment.value)
  }
  const message = `--at: found ${JSON.stringify(at.value)}, expected a date and time such as 2026-01-21T10:00:00Z`
  return yield* new MomentInvalid({ message })
})

/** A date and time with its zone, or a date alone, which is its beginning in UTC. */
const form = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/

/** The platform takes 30 February for 2 March. */
const isRealDay = (day: string): boolean => new Date(day).toISOString().startsWith(day)
