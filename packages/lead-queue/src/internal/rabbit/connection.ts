/**
 * A connection to RabbitMQ, with what is made over it. When it is lost, it is replaced, by one to the next node if the URL
 * names several.
 */
import { Effect, type Scope } from "effect"
import type { RabbitUrl } from "../../RabbitUrl.ts"
import { keepConnected, type Presence } from "../reconnect.ts"
import { open, RabbitFailure, type Session } from "./session.ts"

/** What to connect to, and callbacks for its state. */
export interface ConnectionOptions<A> extends Presence {
  readonly url: RabbitUrl
  /** Runs on a new connection before it is used. If it fails, the connection is replaced. */
  readonly setUp: (session: Session) => Effect.Effect<A, RabbitFailure, Scope.Scope>
}

/** A connection that may be open or not. */
export interface Connection<A> {
  /** Connects, and stays connected until the scope closes. */
  readonly begin: Effect.Effect<void, never, Scope.Scope>
  /** What was set up over it; `undefined` while there is none. */
  readonly current: () => A | undefined
  /** The same as an effect that fails at once while there is none. */
  readonly get: Effect.Effect<A, RabbitFailure>
}

/** Makes a connection that is not begun yet. */
export const makeConnection = <A>({ onAway, onReady, setUp, url }: ConnectionOptions<A>): Connection<A> => {
  let current: A | undefined
  const connected = keepConnected<RabbitFailure>({
    server: "RabbitMQ",
    session: ({ attempts, usable }) =>
      Effect.gen(function* () {
        const { addresses } = url
        const session = yield* open(url, addresses[attempts % addresses.length] ?? addresses[0])
        current = yield* setUp(session)
        usable()
        yield* onReady
        return yield* session.ended
      }).pipe(Effect.ensuring(Effect.sync(() => (current = undefined)))),
    onAway,
  })
  return {
    begin: Effect.asVoid(Effect.forkScoped(connected)),
    current: () => current,
    get: Effect.suspend(() =>
      current === undefined
        ? Effect.fail(new RabbitFailure({ reason: "there is no connection" }))
        : Effect.succeed(current),
    ),
  }
}
