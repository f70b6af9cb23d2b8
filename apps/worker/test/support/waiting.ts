import type { Batcher, StoreError } from "@lead-gateway/lead-store"
import { Effect } from "effect"

/** Waits for a callback to be called. */
export const called = <Value, Error = StoreError>(submit: (done: Batcher.Done<Value, Error>) => void) =>
  Effect.callback<Value, Error>((resume) => submit((result) => resume(Effect.fromResult(result))))

/** Looks until there is something. What happens in Postgres cannot be awaited, so it is asked again and again. */
export const eventually = <A, E, R>(look: Effect.Effect<A | undefined, E, R>): Effect.Effect<A, E, R> =>
  Effect.filterOrElse(
    look,
    (found) => found !== undefined,
    () => Effect.andThen(Effect.sleep(10), eventually(look)),
  )
