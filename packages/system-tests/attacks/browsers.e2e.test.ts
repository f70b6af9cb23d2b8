/** Web pages in Debian's Chromium that try to store leads and to read them. */
import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import { readingAttempts, storingAttempts } from "./support/attackPage.ts"
import { type Browser, makeBrowser } from "./support/Browser.ts"
import { sendHonestly } from "./support/honestSenders.ts"
import { makeTarget, type Target } from "./support/Target.ts"

interface WorldShape {
  readonly target: Target
  readonly browser: Browser
  /** How many leads pages have stored. */
  readonly stored: Effect.Effect<number>
  /** How many requests the api has refused with this status. */
  readonly refused: (status: number) => number
}

class World extends Context.Service<World, WorldShape>()(
  "@lead-gateway/system-tests/attacks/browsers/World",
) {
  static readonly layer = Layer.effect(
    World,
    Effect.gen(function* () {
      const browser = yield* makeBrowser
      const target = yield* makeTarget({ env: { CORS_ORIGINS: `http://console.test:${browser.port}` } })
      const pg = yield* Layer.build(PgClient.layer({ url: Redacted.make(target.databaseUrl) }))
      const sql = Context.get(pg, PgClient.PgClient)
      // A lead to read: the first one.
      yield* Effect.promise(() =>
        fetch(`${target.url}/webhooks/leads`, {
          method: "POST",
          body: new Blob(['{"email":"customer@example.com"}']),
        }),
      )
      const pattern = "%browser@evil.test%"
      return World.of({
        target,
        browser,
        stored: Effect.orDie(
          Effect.map(
            sql<{
              leads: number
            }>`SELECT count(*)::int AS leads FROM inbound_lead WHERE raw_payload::text LIKE ${pattern}`,
            ([row]) => row?.leads ?? assert.fail("no count"),
          ),
        ),
        refused: (status) =>
          target.api
            .lines()
            .filter((line) => line.includes('"request refused"') && line.includes(`"status_code":${status}`))
            .length,
      })
    }).pipe(Effect.orDie),
  )
}

/** Sends honest leads meanwhile, and asserts that they were all taken in time. */
const besideSenders = <A>(attack: Effect.Effect<A, never, World>) =>
  Effect.gen(function* () {
    const { target } = yield* World
    const senders = yield* sendHonestly(target.url)
    const result = yield* attack
    const { answers, p99 } = yield* senders.report
    assert.deepStrictEqual(Object.keys(answers), ["200"])
    assert.isBelow(p99, 200)
    return result
  }).pipe(Effect.scoped)

layer(World.layer, { excludeTestServices: true, timeout: "60 seconds" })("a web page", (it) => {
  const attackFrom = Effect.fnUntraced(function* (origin: string, sandboxed: boolean = false) {
    const { browser, refused, stored, target } = yield* World
    const before = refused(403)
    const report = yield* browser.visit(origin, { api: target.url, sandboxed })
    for (const [attempt, read] of Object.entries(report)) assert.isNull(read, `${origin}: ${attempt}`)
    assert.strictEqual(yield* stored, 0, origin)
    assert.isAtLeast(refused(403) - before, Object.keys(report).length, origin)
  })

  it.effect("of another site stores nothing and reads nothing", () =>
    Effect.gen(function* () {
      const { port } = (yield* World).browser
      yield* attackFrom(`http://evil.test:${port}`)
      yield* attackFrom(`http://localhost:${port}`)
    }).pipe(besideSenders),
  )

  it.effect("of another port of the same address does not either, nor a frame without an origin", () =>
    Effect.gen(function* () {
      const { port } = (yield* World).browser
      yield* attackFrom(`http://127.0.0.1:${port}`)
      yield* attackFrom(`http://console.test:${port}`, true)
    }).pipe(besideSenders),
  )

  it.effect("whose name is pointed at the api once it is loaded does not either", () =>
    Effect.gen(function* () {
      const { browser, refused, stored, target } = yield* World
      const report = yield* browser.visitRebound("rebind.test", target.port)
      // Its own origin's answers are the page's to read: they are refusals.
      for (const attempt of readingAttempts) {
        assert.match(report[attempt] ?? assert.fail(attempt), /^\{"error":"unknown host; /, attempt)
      }
      assert.strictEqual(yield* stored, 0)
      assert.isAtLeast(refused(421), Object.keys(report).length)
    }).pipe(besideSenders),
  )

  it.effect(
    "of the api's own host or of an allowed origin stores leads by the same means and reads them",
    () =>
      Effect.gen(function* () {
        const { browser, stored, target } = yield* World
        const own = yield* browser.visitRebound("localhost", target.port)
        assert.strictEqual(yield* stored, storingAttempts)
        for (const attempt of readingAttempts) assert.include(own[attempt], '"received_at"', attempt)

        const allowed = yield* browser.visit(`http://console.test:${browser.port}`, { api: target.url })
        assert.strictEqual(yield* stored, 2 * storingAttempts)
        for (const attempt of ["request", "preflighted fetch"])
          assert.include(allowed[attempt], '"lead_id"', attempt)
        for (const attempt of readingAttempts) assert.include(allowed[attempt], '"received_at"', attempt)
        // No answer may be framed, not even by a page of its own origin (`frame-ancestors`).
        for (const report of [own, allowed]) assert.isNull(report["frame of a list"])
      }).pipe(besideSenders),
  )
})
