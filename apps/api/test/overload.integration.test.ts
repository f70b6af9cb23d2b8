import type { IntakeHealth } from "@lead-gateway/api-contract"
import { assert, describe, it } from "@effect/vitest"
import { LeadIntake, StoreBusy } from "@lead-gateway/lead-store"
import { Effect, Layer, Result } from "effect"
import { ask, assertError, post } from "./support/Http.ts"
import { leadText } from "./support/leads.ts"
import { exchange, statuses, webhook } from "./support/raw.ts"
import { makeWorld, type WorldShape } from "./support/World.ts"

/** An api whose store says that it is busy, at once or when it has the lead. */
const makeBusy = (when: "at once" | "later") =>
  makeWorld({
    auth: { sharedSecrets: ["open-sesame-please"], operatorTokens: ["operator-token"] },
    replace: Layer.succeed(LeadIntake, {
      isBusy: () => when === "at once",
      receive: (_, done) =>
        void setImmediate(done, Result.fail(new StoreBusy({ operation: "LeadIntake.receive" }))),
      observeBatches: () => {},
      unconfirmed: () => 3,
    }),
  })

const intakeOf = (world: WorldShape) =>
  Effect.map(
    ask(world, { path: "/health/deep" }),
    ({ text }) => (JSON.parse(text) as { readonly intake: IntakeHealth }).intake,
  )

const big = 20 * 1024 * 1024

/** The lines of a log, without those of health checks. */
const linesOfWebhooks = ({ log }: WorldShape) =>
  Effect.map(log, (lines) => lines.filter(({ route }) => route !== "/health/deep"))

describe("in overload", { concurrent: true }, () => {
  it.live(
    "a webhook is refused before its secret and its body are looked at, and its connection is kept",
    () =>
      Effect.gen(function* () {
        const world = yield* makeBusy("at once")
        const text = yield* exchange(
          world.port,
          `${webhook(leadText)}${webhook("{not JSON", 'X-Correlation-ID: a"b')}`,
          webhook(leadText, "Connection: close"),
        )
        assert.deepStrictEqual(statuses(text), [503, 503, 503])
        assert.include(text, '{"error":"overloaded","correlation_id":"a\\"b"}')
        assertError(yield* post(world, leadText), 503, "overloaded")
        assert.deepStrictEqual(yield* intakeOf(world), {
          accepted: 0,
          shed: { event_loop: 0, store: 4, waited: 0 },
          unconfirmed: 3,
        })
        // Thousands of them a second must not fill the log.
        assert.deepStrictEqual(yield* linesOfWebhooks(world), [])
      }),
  )

  for (const [what, head, sent] of [
    ["announces a large one", `Content-Length: ${big}`, ""],
    ["sends it in chunks", "Transfer-Encoding: chunked", "5\r\n{    \r\n"],
    ["waits to be asked for it", "Content-Length: 7\r\nExpect: 100-continue", ""],
  ] as const) {
    it.live(`a sender that ${what} is answered without it, and its connection closes`, () =>
      Effect.gen(function* () {
        const world = yield* makeBusy("at once")
        const text = yield* exchange(
          world.port,
          `POST /webhooks/leads HTTP/1.1\r\nHost: localhost\r\n${head}\r\nConnection: close\r\n\r\n${sent}`,
        )
        assert.deepStrictEqual(statuses(text), [503])
        assert.match(text, /^Retry-After: [1-8]\r$/m)
      }),
    )
  }

  it.live("senders are asked to come back at different times, and no cache keeps the answer", () =>
    Effect.gen(function* () {
      const world = yield* makeBusy("at once")
      const answers = yield* Effect.forEach(Array.from({ length: 16 }), () => post(world, leadText))
      assert.isTrue(answers.every(({ headers }) => headers["cache-control"] === "no-store"))
      const delays = answers.map(({ headers }) => Number(headers["retry-after"]))
      assert.strictEqual(new Set(delays).size, 8)
      assert.isTrue(delays.every((delay) => delay >= 1 && delay <= 8))
    }),
  )

  it.live("a lead that the store refuses later is answered alike, and counted apart", () =>
    Effect.gen(function* () {
      const world = yield* makeBusy("later")
      const headers = { "X-Shared-Secret": "open-sesame-please" }
      assertError(yield* post(world, leadText, { headers }), 503, "overloaded")
      assert.deepStrictEqual((yield* intakeOf(world)).shed, { event_loop: 0, store: 0, waited: 1 })
      assert.deepStrictEqual(yield* linesOfWebhooks(world), [])
    }),
  )

  it.live("health is answered", () =>
    Effect.gen(function* () {
      const world = yield* makeBusy("at once")
      for (const path of ["/health", "/livez", "/readyz"]) {
        assert.strictEqual((yield* ask(world, { path })).status, 200)
      }
    }),
  )
})
