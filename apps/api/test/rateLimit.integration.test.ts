import { assert, describe, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import { ask, assertError, post } from "./support/Http.ts"
import { leadText } from "./support/leads.ts"
import { countLeads, World } from "./support/World.ts"

const loopback = { address: "127.0.0.0", prefix: 8, family: "ipv4" } as const
const clients = { trustedProxies: [loopback], intakeRateLimit: Option.some({ count: 3, perMs: 3_600_000 }) }
const auth = { sharedSecrets: ["a-secret"], operatorTokens: ["a-token"] } as const

const from = (address: string, secret = "a-secret") => ({
  headers: { "X-Forwarded-For": address, "X-Shared-Secret": secret },
})

layer(World.layer({ clients, auth }), { excludeTestServices: true })("with INTAKE_RATE_LIMIT", (it) => {
  describe("a sender", () => {
    it.effect("who has sent as many webhooks as allowed gets 429 and when to come back, others do not", () =>
      Effect.gen(function* () {
        const world = yield* World
        for (let i = 0; i < 3; i++) {
          assert.strictEqual((yield* post(world, leadText, from("203.0.113.1"))).status, 200)
        }
        const refused = yield* post(world, leadText, from("203.0.113.1"))
        assertError(refused, 429, "too many requests")
        // A third of an hour, less what has passed.
        assert.isAtMost(Number(refused.headers["retry-after"]), 1200)
        assert.isAtLeast(Number(refused.headers["retry-after"]), 1140)
        assert.strictEqual((yield* post(world, leadText, from("203.0.113.2"))).status, 200)
        assert.strictEqual(yield* countLeads(world), 4)
      }),
    )

    it.effect("who guesses secrets is limited too, before the secret is looked at", () =>
      Effect.gen(function* () {
        const world = yield* World
        for (let i = 0; i < 3; i++) {
          assertError(yield* post(world, leadText, from("203.0.113.3", `guess ${i}`)), 401, "unauthorized")
        }
        assertError(yield* post(world, leadText, from("203.0.113.3", "guess 3")), 429, "too many requests")
      }),
    )

    it.effect("is a whole network of IPv6", () =>
      Effect.gen(function* () {
        const world = yield* World
        for (let i = 0; i < 3; i++) yield* post(world, leadText, from(`2001:db8::${i}`))
        assertError(yield* post(world, leadText, from("2001:db8::ffff")), 429, "too many requests")
        assert.strictEqual((yield* post(world, leadText, from("2001:db8:0:1::1"))).status, 200)
      }),
    )

    it.effect("limits nobody who asks for health or statistics", () =>
      Effect.gen(function* () {
        const world = yield* World
        for (let i = 0; i < 10; i++) {
          const headers = { Authorization: "Bearer a-token" }
          assert.strictEqual((yield* ask(world, { path: "/livez" })).status, 200)
          assert.strictEqual((yield* ask(world, { path: "/stats/leads/counts", headers })).status, 200)
        }
      }),
    )
  })
})
