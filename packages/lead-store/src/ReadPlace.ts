/**
 * Where the reads of one request went: at a replica, or at the primary.
 *
 * Whoever handles a request provides a {@link ReadPlace}; reads that may go to a replica mark it. Once a request has read
 * from the primary it reads on there, so that what it shows does not go back in time.
 */
import { Context, Effect } from "effect"

/** Where something was read. */
export type Place = "primary" | "replica"

/** What one request knows of its reads. */
export interface ReadPlace {
  /** Where it has read last; undefined before its first read that may go to a replica. */
  last: Place | undefined
  /** Called at each read. */
  readonly onRead?: (place: Place) => void
}

/** The place of the current request; undefined outside of requests. */
export const CurrentReadPlace: Context.Reference<ReadPlace | undefined> = Context.Reference<
  ReadPlace | undefined
>("@lead-gateway/lead-store/CurrentReadPlace", { defaultValue: () => undefined })

/** Notes where the current request reads. */
export const markPlace = (place: ReadPlace | undefined, at: Place): void => {
  if (place === undefined) return
  place.last = at
  place.onRead?.(at)
}

/** Something that was read, and where; undefined where there is no replica. */
export interface Placed<A> {
  readonly value: A
  readonly place: Place | undefined
}

/** Keeps where an answer was read, for requests that share it. It is read as by a request of its own. */
export const keepPlace = <A, E, R>(read: Effect.Effect<A, E, R>): Effect.Effect<Placed<A>, E, R> =>
  Effect.suspend(() => {
    const place: ReadPlace = { last: undefined }
    return Effect.map(Effect.provideService(read, CurrentReadPlace, place), (value) => ({
      value,
      place: place.last,
    }))
  })

/** The value of a shared answer; the current request has read it where it was read. */
export const fromPlace = <A, E, R>(read: Effect.Effect<Placed<A>, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(read, ({ place, value }) =>
    Effect.map(CurrentReadPlace, (current) => {
      if (place !== undefined) markPlace(current, place)
      return value
    }),
  )
