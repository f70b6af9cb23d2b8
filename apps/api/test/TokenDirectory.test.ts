import { assert, describe, it } from "@effect/vitest"
import {
  type LiveToken,
  makeToken,
  OperatorTokens,
  StoreUnavailable,
  tokenHash,
} from "@lead-gateway/lead-store"
import { Effect, Option } from "effect"
import { afterEach, vi } from "vitest"
import { makeTokenDirectory } from "../src/TokenDirectory.ts"

const anna = makeToken()

const liveToken = (token: string, more: Partial<LiveToken> = {}): LiveToken => ({
  id: 1,
  hash: tokenHash(token),
  name: "anna",
  role: "admin",
  expiresAt: null,
  lastUsedAt: null,
  ...more,
})

/** A store with these tokens, and what is asked of it. */
const makeStore = (live: ReadonlyArray<LiveToken>) => {
  const store = { live, looks: 0, used: [] as Array<number>, isAway: false }
  const service = OperatorTokens.of({
    create: () => Effect.die("not asked"),
    list: () => Effect.die("not asked"),
    revoke: () => Effect.die("not asked"),
    live: Effect.suspend(() => {
      store.looks++
      return store.isAway
        ? Effect.fail(new StoreUnavailable({ operation: "test" }))
        : Effect.delay(
            Effect.sync(() => store.live),
            "10 millis",
          )
    }),
    used: (id) => Effect.sync(() => void store.used.push(id)),
  })
  return { store, directory: Effect.provideService(makeTokenDirectory, OperatorTokens, service) }
}

/** Lets the monotonic clock and the calendar go on. */
const later = (ms: number) => {
  const [now, date] = [performance.now() + ms, Date.now() + ms]
  vi.spyOn(performance, "now").mockReturnValue(now)
  vi.spyOn(Date, "now").mockReturnValue(date)
}

afterEach(() => vi.restoreAllMocks())

describe("the directory of tokens", () => {
  it.live("knows a token for 3 s, and looks again then", () =>
    Effect.gen(function* () {
      const { directory, store } = makeStore([liveToken(anna)])
      const { find } = yield* directory
      assert.isTrue(Option.isSome(yield* find(anna)))
      store.live = []
      later(2_900)
      assert.isTrue(Option.isSome(yield* find(anna)))
      assert.strictEqual(store.looks, 1)
      later(200)
      assert.isTrue(Option.isNone(yield* find(anna)))
      assert.strictEqual(store.looks, 2)
    }),
  )

  it.live("finds a new token within a second", () =>
    Effect.gen(function* () {
      const { directory, store } = makeStore([])
      const { find } = yield* directory
      assert.isTrue(Option.isNone(yield* find(anna)))
      store.live = [liveToken(anna)]
      later(1_100)
      assert.isTrue(Option.isSome(yield* find(anna)))
    }),
  )

  it.live("looks once a second, however many unknown tokens come at once", () =>
    Effect.gen(function* () {
      const { directory, store } = makeStore([liveToken(anna)])
      const { find } = yield* directory
      const flood = Effect.all(
        Array.from({ length: 500 }, () => find(makeToken())),
        { concurrency: "unbounded" },
      )
      assert.isTrue((yield* flood).every(Option.isNone))
      assert.isTrue((yield* flood).every(Option.isNone))
      assert.strictEqual(store.looks, 1)
      later(1_100)
      yield* flood
      assert.strictEqual(store.looks, 2)
    }),
  )

  it.live("refuses a token from the moment of its end, without a look", () =>
    Effect.gen(function* () {
      const { directory } = makeStore([liveToken(anna, { expiresAt: new Date(Date.now() + 500) })])
      const { find } = yield* directory
      assert.isTrue(Option.isSome(yield* find(anna)))
      later(600)
      assert.isTrue(Option.isNone(yield* find(anna)))
    }),
  )

  it.live("lets nobody in whom it could not look up, and asks once a second while Postgres is away", () =>
    Effect.gen(function* () {
      const { directory, store } = makeStore([liveToken(anna)])
      const { find } = yield* directory
      yield* find(anna)
      store.isAway = true
      later(2_000)
      assert.isTrue(Option.isSome(yield* find(anna)))
      later(1_500)
      for (let request = 0; request < 20; request++) {
        assert.strictEqual((yield* Effect.flip(find(anna)))._tag, "DatabaseUnavailable")
      }
      assert.strictEqual(store.looks, 2)
      store.isAway = false
      later(1_100)
      assert.isTrue(Option.isSome(yield* find(anna)))
    }),
  )

  it.live("notes a use once a minute, and none that was just noted by another process", () =>
    Effect.gen(function* () {
      const { directory, store } = makeStore([liveToken(anna)])
      const { find } = yield* directory
      for (let request = 0; request < 5; request++) yield* find(anna)
      yield* Effect.sleep("5 millis")
      assert.deepStrictEqual(store.used, [1])
      store.live = [liveToken(anna, { lastUsedAt: new Date(Date.now() + 61_000) })]
      later(61_000)
      yield* find(anna)
      assert.deepStrictEqual(store.used, [1])
    }),
  )
})
