/**
 * The keys that an identity provider publishes, by `jose`: kept for 10 minutes, and asked for again when a JWT names a key
 * that is not among them, at most every 30 s.
 */
import { Data, Effect } from "effect"
import type { JWTVerifyGetKey } from "jose"

/** The keys cannot be had: the provider is away, slow, or answers something else. */
export class KeysUnavailable extends Data.TaggedError("KeysUnavailable")<{
  readonly message: string
  /** Whether the provider was asked; false if it was asked a moment ago. */
  readonly isFirst: boolean
}> {}

/** How long a provider that could not be had is not asked again. */
const failureCooldownMs = 5_000

/** Longer answers are no key set. */
const maxBytes = 1024 ** 2

/** What says something about the JWT, and not about the provider. */
const ofTheToken: ReadonlySet<unknown> = new Set([
  "ERR_JWKS_NO_MATCHING_KEY",
  "ERR_JWKS_MULTIPLE_MATCHING_KEYS",
  "ERR_JOSE_NOT_SUPPORTED",
])

/** How long the provider may take. */
export interface KeySetOptions {
  /** 5 s unless set. */
  readonly timeoutMs?: number
}

/** Makes the look-up of a JWT's key. It rejects with {@link KeysUnavailable}, or with what is wrong with the JWT. */
export const makeKeySet = Effect.fnUntraced(function* (url: URL, { timeoutMs = 5_000 }: KeySetOptions = {}) {
  const { createRemoteJWKSet, customFetch } = yield* Effect.promise(() => import("jose"))
  let failedAt = Number.NEGATIVE_INFINITY
  const keySet = createRemoteJWKSet(url, {
    timeoutDuration: timeoutMs,
    cooldownDuration: 30_000,
    cacheMaxAge: 600_000,
    [customFetch]: async (target: string, init: RequestInit) => {
      if (performance.now() - failedAt < failureCooldownMs) {
        throw new KeysUnavailable({ message: "asked a moment ago", isFirst: false })
      }
      return bounded(await fetch(target, init))
    },
  })

  const keyOf: JWTVerifyGetKey = async (header, token) => {
    try {
      return await keySet(header, token)
    } catch (error) {
      if (error instanceof KeysUnavailable || ofTheToken.has(codeOf(error))) throw error
      failedAt = performance.now()
      throw new KeysUnavailable({ message: codeOf(error), isFirst: true })
    }
  }
  return keyOf
})

/** An answer with at most {@link maxBytes}, read before it is parsed. */
const bounded = async (response: Response): Promise<Response> => {
  const chunks: Array<Uint8Array> = []
  let bytes = 0
  const body: AsyncIterable<Uint8Array> | null = response.body
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new TypeError("the answer is too long")
    chunks.push(chunk)
  }
  return new Response(response.status === 200 ? Buffer.concat(chunks) : null, { status: response.status })
}

const codeOf = (error: unknown): string => {
  const { cause, code, name } = error as { code?: unknown; name?: unknown; cause?: { code?: unknown } }
  return String(code ?? cause?.code ?? name)
}
