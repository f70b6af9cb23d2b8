/**
 * Commands to a node of a Cluster while the queue's slot migrates to another node.
 *
 * Until the migration ends, the old node has the slot, and answers ASK for a key that it does not have, or has no longer.
 * The list of waiting leads is such a key whenever it is empty. That command is then sent to the other node, and the next
 * one to the old node again: another key may still be there.
 */
import { type Duration, Effect, Scope } from "effect"
import type { Redis } from "ioredis"
import type { RedisUrl } from "../RedisUrl.ts"
import { ask, introduce, open, type RedisFailure } from "./session.ts"

/** Sends a command, and waits for the response as {@link ask} does. */
export type Send = <A>(
  command: (client: Redis) => Promise<A>,
  within?: Duration.Duration,
) => Effect.Effect<A, RedisFailure>

/** Sends over this connection, and follows ASK. A connection to the other node is made when one is needed. */
export const makeSend = (client: Redis, url: RedisUrl): Effect.Effect<Send, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope): Send => {
    let other: Redis | undefined
    const connectTo = Effect.fnUntraced(function* ({ host, port }: { host: string; port: number }) {
      const { options, status } = other ?? {}
      if (other !== undefined && status === "ready" && options?.host === host && options.port === port)
        return other
      const opened = yield* Scope.provide(open({ host, port }, url), scope)
      yield* introduce(opened, url)
      return (other = opened)
    })
    return (command, within) =>
      ask(client, command, within).pipe(
        Effect.catch((failure) =>
          failure.ask === undefined
            ? Effect.fail(failure)
            : Effect.flatMap(connectTo(failure.ask), (node) =>
                ask(
                  node,
                  (one) => {
                    // For the next command of this connection. If it fails, so does that.
                    one.asking().catch(() => undefined)
                    return command(one)
                  },
                  within,
                ),
              ),
        ),
      )
  })
