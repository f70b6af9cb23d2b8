/**
 * The tokens of operators as this process knows them: all that may be used, read again when that is some seconds ago.
 *
 * So a token that is revoked or made counts in all processes within seconds, and requests with tokens that do not exist
 * cost one statement a second, however many they are.
 */
import { DatabaseUnavailable } from "@lead-gateway/api-contract"
import { type LiveToken, OperatorTokens, StoreUnavailable, tokenHash } from "@lead-gateway/lead-store"
import { Duration, Effect, Option, Semaphore } from "effect"
import { timingSafeEqual } from "node:crypto"
import { within } from "./handlers/within.ts"

/** How long a token that is known counts without another look: the time that a revoked one may still be used. */
const knownForMs = 3_000

/** How long a token that is not known counts as such, and how long a failed look is not repeated. */
const unknownForMs = 1_000

/** How often `last_used_at` is written, at most. */
const notedForMs = 60_000

/** Looks tokens up, and notes their use. */
export interface TokenDirectory {
  /** The token that may be used now; none for any other text. Fails while Postgres cannot say. */
  readonly find: (token: string) => Effect.Effect<Option.Option<LiveToken>, DatabaseUnavailable>
}

/** Makes a directory for the current scope, in which it notes uses beside the requests. */
export const makeTokenDirectory = Effect.gen(function* () {
  const tokens = yield* OperatorTokens
  const scope = yield* Effect.scope
  const oneLook = yield* Semaphore.make(1)
  let known: ReadonlyMap<string, LiveToken> = new Map()
  let readAt = Number.NEGATIVE_INFINITY
  let failedAt = Number.NEGATIVE_INFINITY
  const noted = new Map<number, number>()

  const read = Effect.suspend(() => {
    const startedAt = performance.now()
    if (startedAt - readAt < unknownForMs) return Effect.void
    if (startedAt - failedAt < unknownForMs) return Effect.fail(new DatabaseUnavailable())
    return tokens.live.pipe(
      within(Duration.seconds(2)),
      Effect.catchTag("TimeoutError", () =>
        Effect.fail(new StoreUnavailable({ operation: "OperatorTokens in time" })),
      ),
      Effect.tapError((error) => Effect.logError(error.message)),
      Effect.mapError(() => {
        failedAt = performance.now()
        return new DatabaseUnavailable()
      }),
      Effect.map((live) => {
        known = new Map(live.map((token) => [token.hash, token]))
        readAt = startedAt
        for (const id of noted.keys()) if (!live.some((token) => token.id === id)) noted.delete(id)
      }),
    )
  })
  const readOnce = oneLook.withPermits(1)(read)

  const lookUp = (hash: string): LiveToken | undefined => {
    const token = known.get(hash)
    if (token === undefined || !timingSafeEqual(Buffer.from(token.hash), Buffer.from(hash))) return undefined
    return token.expiresAt === null || token.expiresAt.getTime() > Date.now() ? token : undefined
  }

  const note = ({ id, lastUsedAt }: LiveToken) => {
    const now = Date.now()
    if (now - Math.max(noted.get(id) ?? 0, lastUsedAt?.getTime() ?? 0) < notedForMs) return Effect.void
    noted.set(id, now)
    return Effect.forkIn(Effect.ignore(tokens.used(id)), scope)
  }

  const directory: TokenDirectory = {
    find: (token) =>
      Effect.suspend(() => {
        const hash = tokenHash(token)
        const age = performance.now() - readAt
        const found = age < knownForMs ? lookUp(hash) : undefined
        const look = found !== undefined || age < unknownForMs ? Effect.succeed(found) : lookAgain(hash)
        return Effect.flatMap(look, (live) =>
          live === undefined ? Effect.succeedNone : Effect.as(note(live), Option.some(live)),
        )
      }),
  }
  const lookAgain = (hash: string) => Effect.map(readOnce, () => lookUp(hash))
  return directory
})
