/** How many wrong credentials of operators one network may try: who guesses waits, who is known does not. */
import { type DatabaseUnavailable, TooManyRequests, type Unauthorized } from "@lead-gateway/api-contract"
import type { ClientSettings, Rate } from "@lead-gateway/config"
import { Effect } from "effect"
import { hash } from "node:crypto"
import { type Forwarding, makeClientAddress } from "./ClientAddress.ts"
import type { Identify, Identity } from "./Identify.ts"
import { makeSenderRate, networkOf } from "./SenderRate.ts"

/** As {@link Identify}, for a client: fails also for one that has tried too many wrong credentials. */
export type IdentifyClient = (
  credential: string,
  client: Forwarding,
) => Effect.Effect<Identity, Unauthorized | TooManyRequests | DatabaseUnavailable>

/** More than any program with an outdated token needs, and too few to find one of 10 random characters. */
const wrongCredentials: Rate = { count: 60, perMs: 60_000 }

/** How many credentials are remembered as right: twice as many at most, 100 bytes each. */
const mostKnown = 10_000

/**
 * Bounds the guesses of each client, by its address or its IPv6 network.
 *
 * Beyond the bound a credential is not looked at, so that the answer does not tell a right guess from a wrong one. One that was right
 * before, from the same network, goes on: somebody who guesses must not lock out the operators behind the same proxy. A
 * credential counts when it comes and no longer once it has proved right, so that guesses at once do not pass either.
 */
export const limitGuesses = (
  identify: Identify,
  { trustedProxies }: Pick<ClientSettings, "trustedProxies">,
  rate: Rate = wrongCredentials,
): IdentifyClient => {
  const guesses = makeSenderRate(rate)
  const addressOf = makeClientAddress(trustedProxies)
  const known = makeRecent(mostKnown)
  return (credential, client) =>
    Effect.suspend((): ReturnType<IdentifyClient> => {
      // Who has none yet, as the page that asks for one.
      if (credential === "") return identify(credential)
      const network = networkOf(addressOf(client))
      const key = hash("sha256", `${network} ${credential}`, "base64")
      const isKnown = known.has(key)
      const waitMs = isKnown ? 0 : guesses.waitMs(network, performance.now())
      if (waitMs > 0) return Effect.fail(tooManyGuesses(waitMs))
      const uncount = () => {
        if (!isKnown) guesses.giveBack(network)
      }
      return identify(credential).pipe(
        Effect.tap(() =>
          Effect.sync(() => {
            known.add(key)
            uncount()
          }),
        ),
        Effect.tapError(({ _tag }) =>
          Effect.sync(() => {
            if (_tag === "Unauthorized") known.remove(key)
            else uncount()
          }),
        ),
      )
    })
}

const tooManyGuesses = (waitMs: number) =>
  new TooManyRequests({ retryAfterSeconds: Math.ceil(waitMs / 1000) })

/** A set that forgets what was added longest ago. */
const makeRecent = (most: number) => {
  let young = new Set<string>()
  let old = new Set<string>()
  return {
    has: (key: string): boolean => young.has(key) || old.has(key),
    add: (key: string): void => {
      if (young.size >= most) {
        old = young
        young = new Set()
      }
      young.add(key)
    },
    remove: (key: string): void => {
      young.delete(key)
      old.delete(key)
    },
  }
}
