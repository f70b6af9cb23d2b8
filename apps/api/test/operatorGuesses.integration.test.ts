import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ask, assertError } from "./support/Http.ts"
import { World } from "./support/World.ts"

const loopback = { address: "127.0.0.0", prefix: 8, family: "ipv4" } as const
const auth = { sharedSecrets: ["of-senders-1"], operatorTokens: ["of-anna-1", "of-ben-1"] } as const
const page = {
  name: "index.html",
  contentType: "text/html",
  body: Buffer.from('<html data-operator="null" lang="en"></html>'),
}
const options = { auth, clients: { trustedProxies: [loopback] }, console: () => Promise.resolve([page]) }

const me = Effect.fnUntraced(function* (address: string, token?: string) {
  const headers = {
    "X-Forwarded-For": address,
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
  }
  return yield* ask(yield* World, { path: "/api/v1/me", headers })
})

/** The console's page, and whether it says who is signed in. */
const isSignedIn = Effect.fnUntraced(function* (address: string, token: string) {
  const Cookie = `lead_gateway=${Buffer.from(token).toString("base64url")}`
  const answer = yield* ask(yield* World, {
    path: "/console",
    headers: { "X-Forwarded-For": address, Cookie },
  })
  assert.strictEqual(answer.status, 200)
  return answer.text.includes('data-operator="{')
})

/** Guesses until it is too much; answers how many guesses were looked at. The refill is one a second. */
const guessUntilRefused = Effect.fnUntraced(function* (address: string) {
  for (let guesses = 0; guesses < 500; guesses++) {
    const answer = yield* me(address, `guess-${guesses}`)
    if (answer.status !== 429) {
      assertError(answer, 401, "unauthorized")
      continue
    }
    assertError(answer, 429, "too many requests")
    assert.strictEqual(answer.headers["retry-after"], "1")
    return guesses
  }
  return assert.fail("was never refused")
})

layer(World.layer(options), { excludeTestServices: true })("somebody who guesses operators' tokens", (it) => {
  it.effect("waits after a minute's guesses, and others do not", () =>
    Effect.gen(function* () {
      assert.isAtLeast(yield* guessUntilRefused("203.0.113.1"), 60)
      assert.strictEqual((yield* me("203.0.113.2", "of-anna-1")).status, 200)
    }),
  )

  it.effect("guesses no more by the console's page", () =>
    Effect.gen(function* () {
      for (let guesses = 0; guesses < 60; guesses++) {
        assert.isFalse(yield* isSignedIn("203.0.113.3", `guess-${guesses}`))
      }
      assert.isAtMost(yield* guessUntilRefused("203.0.113.3"), 59)
    }),
  )

  it.effect("locks out nobody of the same address whose token was right before", () =>
    Effect.gen(function* () {
      const address = "203.0.113.4"
      assert.isTrue(yield* isSignedIn(address, "of-anna-1"))
      yield* guessUntilRefused(address)
      assert.strictEqual((yield* me(address, "of-anna-1")).status, 200)
      assert.isTrue(yield* isSignedIn(address, "of-anna-1"))
    }),
  )

  it.effect("is not who has no token yet, nor who has a right one", () =>
    Effect.gen(function* () {
      for (let times = 0; times < 70; times++) {
        assert.strictEqual((yield* me("203.0.113.5")).status, 401)
        assert.strictEqual((yield* me("203.0.113.5", "of-ben-1")).status, 200)
      }
    }),
  )
})
