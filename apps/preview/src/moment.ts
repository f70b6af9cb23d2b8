import { Clock, Data, DateTime, Effect, Option } from "effect"

/** The moment that was given is none. */
export class MomentInvalid extends Data.TaggedError("MomentInvalid")<{ readonly message: string }> {}

/** Milliseconds since 1970 of the moment that was given; of now, if none was. */
export const momentOf = Effect.fnUntraced(function* (
  at: Option.Option<string>,
): Effect.fn.Return<number, MomentInvalid> {
  if (Option.isNone(at)) return yield* Clock.currentTimeMillis
  const moment = DateTime.make(at.value)
  if (Option.isSome(moment)) return DateTime.toEpochMillis(moment.value)
  const message = `--at: found ${JSON.stringify(at.value)}, allowed is a date and time such as 2026-01-21T10:00:00Z`
  return yield* new MomentInvalid({ message })
})
