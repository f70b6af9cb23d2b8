import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ask, assertError, post } from "./support/Http.ts"
import { leadText } from "./support/leads.ts"
import { countLeads, World } from "./support/World.ts"

const [oldSecret, newSecret] = ["secret-of-last-year", "secret-of-this-year"]
const [anna, ben] = ["token-of-operator-anna", "token-of-operator-ben"]
const auth = { sharedSecrets: [oldSecret, newSecret], operatorTokens: [anna, ben] } as const

const stats = ["/stats/leads/counts", "/stats/leads/recent", "/stats/leads/1/history"]
const open = ["/health", "/livez", "/readyz", "/health/deep", "/metrics", "/openapi.json"]

layer(World.layer({ auth }), { excludeTestServices: true })("with authentication", (it) => {
  describe("a webhook", () => {
    it.effect.each([oldSecret, newSecret, `  ${newSecret}  `])("is let in with '%s'", (secret) =>
      Effect.gen(function* () {
        const answer = yield* post(yield* World, leadText, { headers: { "X-SHARED-SECRET": secret } })
        assert.strictEqual(answer.status, 200, answer.text)
      }),
    )

    it.effect.each([
      ["none", {}],
      ["an empty one", { "X-Shared-Secret": "" }],
      ["another", { "X-Shared-Secret": "secret-of-next-year" }],
      ["a part", { "X-Shared-Secret": newSecret.slice(0, -1) }],
      ["more", { "X-Shared-Secret": `${newSecret}x` }],
      ["another case", { "X-Shared-Secret": newSecret.toUpperCase() }],
      ["the whole list", { "X-Shared-Secret": `${oldSecret},${newSecret}` }],
      ["both", { "X-Shared-Secret": [oldSecret, newSecret] }],
      ["an operator's token", { "X-Shared-Secret": anna }],
      ["it where operators have theirs", { Authorization: `Bearer ${newSecret}` }],
    ] as const)("is not let in with %s", ([, headers]) =>
      Effect.gen(function* () {
        const world = yield* World
        const before = yield* countLeads(world)
        const answer = yield* post(world, leadText, { headers: { ...headers } as Record<string, string> })
        assertError(answer, 401, "unauthorized")
        assert.strictEqual(yield* countLeads(world), before)
      }),
    )

    it.effect("does not store its secret", () =>
      Effect.gen(function* () {
        const world = yield* World
        yield* post(world, leadText, { headers: { "X-Shared-Secret": newSecret } })
        const rows = yield* world.sql<{ readonly headers: string }>`
          SELECT source_headers::text AS headers FROM inbound_lead`
        for (const { headers } of rows) {
          assert.include(headers, '"x-shared-secret": "[redacted]"')
          assert.notInclude(headers, newSecret)
        }
        assert.isNotEmpty(rows)
      }),
    )
  })

  describe("statistics", () => {
    it.effect.each(stats.flatMap((path) => [anna, ben].map((token) => ({ path, token }))))(
      "are shown to who has a token: $path, $token",
      ({ path, token }) =>
        Effect.gen(function* () {
          const world = yield* World
          yield* post(world, leadText, { headers: { "X-Shared-Secret": newSecret } })
          const answer = yield* ask(world, { path, headers: { Authorization: `Bearer ${token}` } })
          assert.strictEqual(answer.status, 200, answer.text)
        }),
    )

    it.effect.each(
      stats.flatMap((path) =>
        [
          undefined,
          "",
          "Bearer",
          "Bearer ",
          anna,
          `Bearer ${anna}x`,
          `Bearer ${newSecret}`,
          `Bearer ${anna},${ben}`,
          `Basic ${Buffer.from(`operator:${anna}`).toString("base64")}`,
        ].map((authorization) => ({ path, authorization })),
      ),
    )("are not shown otherwise: $path, $authorization", ({ authorization, path }) =>
      Effect.gen(function* () {
        const headers = authorization === undefined ? {} : { Authorization: authorization }
        const answer = yield* ask(yield* World, { path, headers })
        assertError(answer, 401, "unauthorized")
        assert.strictEqual(answer.headers["www-authenticate"], "Bearer")
      }),
    )

    it.effect("are asked for a token before anything else", () =>
      Effect.gen(function* () {
        const world = yield* World
        for (const path of ["/stats/leads/recent?limit=many", "/stats/leads/abc/history"]) {
          assertError(yield* ask(world, { path }), 401, "unauthorized")
        }
      }),
    )
  })

  it.effect.each(open)("everybody may see %s", (path) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* ask(yield* World, { path })).status, 200)
    }),
  )
})

layer(World.layer(), { excludeTestServices: true })("without authentication", (it) => {
  it.effect.each(stats.slice(0, 2))("everybody may see %s", (path) =>
    Effect.gen(function* () {
      const answer = yield* ask(yield* World, { path, headers: { Authorization: "Bearer of-what-ever" } })
      assert.strictEqual(answer.status, 200)
    }),
  )
})
