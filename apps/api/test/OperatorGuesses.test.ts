import { DatabaseUnavailable, Unauthorized } from "@lead-gateway/api-contract"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { limitGuesses } from "../src/OperatorGuesses.ts"

const at = (remoteAddress: string) => ({ socket: { remoteAddress }, headers: {} })
const here = at("203.0.113.1")
const anna = { name: "anna", role: "admin", via: "setting" } as const

/** Three guesses an hour. What an answer was: whom it names, or the tag of its error. */
const makeGuard = (right = new Set(["right", "also right"]), isAway = () => false) => {
  const identify = (credential: string) =>
    isAway()
      ? Effect.fail(new DatabaseUnavailable())
      : right.has(credential)
        ? Effect.succeed(anna)
        : Effect.fail(new Unauthorized())
  const guard = limitGuesses(identify, { trustedProxies: [] }, { count: 3, perMs: 3_600_000 })
  return (credential: string, client = here) =>
    Effect.match(guard(credential, client), {
      onFailure: ({ _tag }) => _tag as string,
      onSuccess: ({ name }) => name,
    })
}

const times = (count: number, effect: Effect.Effect<string>) =>
  Effect.all(Array.from({ length: count }, () => effect))

describe("the limit of guesses", () => {
  it.effect("answers no guess beyond it, a right one included", () =>
    Effect.gen(function* () {
      const ask = makeGuard()
      assert.deepStrictEqual(yield* times(3, ask("wrong")), Array(3).fill("Unauthorized"))
      assert.deepStrictEqual(yield* times(2, ask("right")), Array(2).fill("TooManyRequests"))
      assert.strictEqual(yield* ask("right", at("203.0.113.2")), "anna")
    }),
  )

  it.effect("counts networks of IPv6", () =>
    Effect.gen(function* () {
      const ask = makeGuard()
      for (let host = 1; host <= 3; host++) yield* ask("wrong", at(`2001:db8::${host}`))
      assert.strictEqual(yield* ask("right", at("2001:db8::4")), "TooManyRequests")
    }),
  )

  it.effect("counts neither who has no credential nor who has a right one", () =>
    Effect.gen(function* () {
      const ask = makeGuard()
      yield* times(10, ask(""))
      yield* times(10, ask("right"))
      yield* times(10, ask("also right"))
      assert.deepStrictEqual(yield* times(4, ask("wrong")), [
        ...Array<string>(3).fill("Unauthorized"),
        "TooManyRequests",
      ])
    }),
  )

  it.effect("goes on to look at what was right from there before, until it is refused", () =>
    Effect.gen(function* () {
      const right = new Set(["right"])
      const ask = makeGuard(right)
      yield* ask("right")
      yield* times(3, ask("wrong"))
      assert.strictEqual(yield* ask("right"), "anna")
      right.delete("right")
      assert.strictEqual(yield* ask("right"), "Unauthorized")
      right.add("right")
      assert.strictEqual(yield* ask("right"), "TooManyRequests")
    }),
  )

  it.effect("counts nothing that could not be checked", () =>
    Effect.gen(function* () {
      let isAway = true
      const ask = makeGuard(undefined, () => isAway)
      assert.deepStrictEqual(yield* times(10, ask("right")), Array(10).fill("DatabaseUnavailable"))
      isAway = false
      assert.strictEqual(yield* ask("right"), "anna")
    }),
  )
})
