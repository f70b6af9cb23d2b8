import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ask as askWatched, assertError, type Question } from "./support/Http.ts"
import { exchange, statuses } from "./support/raw.ts"
import { countLeads, makeWorld, World, type WorldShape } from "./support/World.ts"

const lead = JSON.stringify({ email: "customer@example.com", zipcode: "66123" })
const unknownHost = "unknown host; API_ALLOWED_HOSTS names the hosts that are allowed"
const crossSite = "cross-site request"
const console = "https://console.example"
const evil = "https://evil.example"

const routes: ReadonlyArray<Question> = [
  { method: "POST", path: "/webhooks/leads", body: lead, headers: { "Content-Type": "application/json" } },
  { method: "POST", path: "/webhooks/leads", body: lead },
  { method: "POST", path: "/webhooks/leads?x=1", body: lead },
  { path: "/stats/leads/counts" },
  { path: "/stats/leads/recent" },
  { path: "/stats/leads/1/history" },
  { method: "HEAD", path: "/stats/leads/recent" },
  { path: "/health/deep" },
  { path: "/nothing" },
  { method: "DELETE", path: "/api/v1/tokens/1" },
  { method: "OPTIONS", path: "/webhooks/leads" },
]

/** Values that the log has anyway: of its reasons, and the address that the api listens on. */
const isOfTheLog = (value: string) => /^[a-z-]+$|127\.0\.0\.1/.test(value)

const ask = ({ port, secrecy }: WorldShape, question: Question) => {
  const watch = (value: string) => (isOfTheLog(value) ? undefined : secrecy.watch(value))
  return askWatched({ port, secrecy: { ...secrecy, watch } }, question)
}

const post = (world: WorldShape, body: string, headers: Question["headers"]) =>
  ask(world, {
    method: "POST",
    path: "/webhooks/leads",
    body,
    headers: { "Content-Type": "application/json", ...headers },
  })

/** A question with further headers. */
const withHeaders = (question: Question, headers: Question["headers"]): Question => ({
  ...question,
  headers: { ...question.headers, ...headers },
})

layer(World.layer(), { excludeTestServices: true })("an api on loopback", (it) => {
  it.effect("is no other host: a rebound name stores and reads nothing", () =>
    Effect.gen(function* () {
      const world = yield* World
      for (const host of [
        "rebind.test",
        `rebind.test:${world.port}`,
        "127.0.0.1.rebind.test",
        "192.168.1.7",
      ]) {
        for (const route of routes) {
          const answer = yield* ask(world, withHeaders(route, { Host: host }))
          assert.strictEqual(answer.status, 421, `${host} ${route.method} ${route.path}`)
          if (route.method !== "HEAD") assertError(answer, 421, unknownHost)
        }
      }
      assert.strictEqual(yield* countLeads(world), 0)
    }),
  )

  it.effect("is no place for pages of other sites: nothing is stored and nothing read", () =>
    Effect.gen(function* () {
      const world = yield* World
      for (const headers of [
        { Origin: evil },
        { Origin: "null" },
        { Origin: `http://127.0.0.1:${world.port + 1}` },
        { Origin: evil, "Content-Type": "text/plain" },
        { "Sec-Fetch-Site": "cross-site" },
        { "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors" },
        { Origin: evil, "Sec-Fetch-Site": "cross-site" },
      ]) {
        for (const route of routes) {
          const answer = yield* ask(world, withHeaders(route, headers))
          assert.strictEqual(answer.status, 403, `${JSON.stringify(headers)} ${route.method} ${route.path}`)
          if (route.method !== "HEAD") assertError(answer, 403, crossSite)
          assert.isUndefined(answer.headers["access-control-allow-origin"])
        }
      }
      assert.strictEqual(yield* countLeads(world), 0)
    }),
  )

  it.effect("refuses before it reads the body", () =>
    Effect.gen(function* () {
      const { port } = yield* World
      for (const header of ["Host: rebind.test", `Host: 127.0.0.1\r\nOrigin: ${evil}`]) {
        const head = `POST /webhooks/leads HTTP/1.1\r\n${header}\r\nContent-Length: 1000000\r\n`
        const text = yield* exchange(port, `${head}Expect: 100-continue\r\n\r\n`)
        assert.lengthOf(statuses(text), 1)
        assert.include([403, 421], statuses(text)[0])
      }
    }),
  )

  it.effect("is open to senders and to its own pages", () =>
    Effect.gen(function* () {
      const world = yield* World
      const own = `http://127.0.0.1:${world.port}`
      const before = yield* countLeads(world)
      for (const headers of [
        {},
        { Host: "localhost" },
        { Host: `LOCALHOST.:${world.port}` },
        { Host: "[::1]:9000" },
        { Origin: own },
        { Origin: own, "Sec-Fetch-Site": "same-origin" },
        { "Sec-Fetch-Site": "none" },
        { "Sec-Fetch-Mode": "cors" },
        { Referer: evil },
      ]) {
        assert.strictEqual((yield* post(world, lead, headers)).status, 200, JSON.stringify(headers))
        assert.strictEqual((yield* ask(world, { path: "/stats/leads/counts", headers })).status, 200)
      }
      assert.strictEqual(yield* countLeads(world), before + 9)
    }),
  )

  it.effect("lets pages link to health and the contract", () =>
    Effect.gen(function* () {
      const world = yield* World
      for (const path of ["/health", "/livez", "/readyz", "/openapi.json"]) {
        const answer = yield* ask(world, { path, headers: { "Sec-Fetch-Site": "cross-site" } })
        assert.strictEqual(answer.status, 200, path)
      }
    }),
  )

  it.effect("logs what it refuses", () =>
    Effect.gen(function* () {
      const world = yield* World
      yield* ask(world, { headers: { Host: "rebind.test", "X-Correlation-ID": "of-the-log" } })
      const entry = (yield* world.log).find((one) => one.correlation_id === "of-the-log")
      assert.include(entry, { message: "request refused", status_code: 421, reason: unknownHost })
    }),
  )
})

layer(
  World.layer({
    corsOrigins: [console],
    auth: { sharedSecrets: ["of-senders-1"], operatorTokens: ["of-operators-1"] },
  }),
  {
    excludeTestServices: true,
  },
)("an allowed origin", (it) => {
  const exposed = (answer: { readonly headers: Readonly<Record<string, unknown>> }) => {
    assert.strictEqual(answer.headers["access-control-allow-origin"], console)
    assert.strictEqual(answer.headers.vary, "Origin")
    assert.strictEqual(
      answer.headers["access-control-expose-headers"],
      "X-Correlation-ID, Retry-After, X-Read-From",
    )
    assert.isUndefined(answer.headers["access-control-allow-credentials"])
    assert.isString(answer.headers["x-correlation-id"])
  }
  const headers = { Origin: console, "Sec-Fetch-Site": "cross-site" }

  it.effect("sends and reads leads", () =>
    Effect.gen(function* () {
      const world = yield* World
      const sent = yield* post(world, lead, { ...headers, "X-Shared-Secret": "of-senders-1" })
      assert.strictEqual(sent.status, 200)
      exposed(sent)
      const read = yield* ask(world, {
        path: "/stats/leads/recent",
        headers: { ...headers, Authorization: "Bearer of-operators-1" },
      })
      assert.strictEqual(read.status, 200)
      exposed(read)
    }),
  )

  it.effect("may read errors as well", () =>
    Effect.gen(function* () {
      const world = yield* World
      const withSecret = { ...headers, "X-Shared-Secret": "of-senders-1" }
      const authorized = { ...headers, Authorization: "Bearer of-operators-1" }
      for (const [status, question] of [
        [401, { method: "POST", path: "/webhooks/leads", body: lead, headers }],
        [400, { method: "POST", path: "/webhooks/leads", body: "{not json", headers: withSecret }],
        [401, { path: "/stats/leads/recent", headers }],
        [404, { path: "/stats/leads/99/history", headers: authorized }],
        [400, { path: "/stats/leads/recent?limit=x", headers: authorized }],
        [404, { path: "/nothing", headers }],
        [405, { method: "PUT", path: "/webhooks/leads", headers }],
      ] as const) {
        const answer = yield* ask(world, question)
        assert.strictEqual(answer.status, status, JSON.stringify(question))
        exposed(answer)
      }
    }),
  )

  it.effect("gets its preflight answered without a secret", () =>
    Effect.gen(function* () {
      const world = yield* World
      for (const path of ["/webhooks/leads", "/stats/leads/1/history", "/api/v1/replays"]) {
        const answer = yield* ask(world, {
          method: "OPTIONS",
          path,
          headers: {
            ...headers,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type,idempotency-key,x-correlation-id",
            "Access-Control-Request-Private-Network": "true",
          },
        })
        assert.strictEqual(answer.status, 204)
        assert.strictEqual(answer.text, "")
        exposed(answer)
        const list = (name: string) => String(answer.headers[name]).toLowerCase().split(", ")
        assert.includeMembers(list("access-control-allow-methods"), ["get", "head", "post"])
        assert.includeMembers(list("access-control-allow-headers"), [
          "authorization",
          "content-type",
          "idempotency-key",
          "x-correlation-id",
          "x-shared-secret",
        ])
        assert.strictEqual(answer.headers["access-control-max-age"], "7200")
        assert.strictEqual(answer.headers["access-control-allow-private-network"], "true")
      }
    }),
  )

  it.effect("is not its neighbour, whose preflight is refused", () =>
    Effect.gen(function* () {
      const world = yield* World
      for (const origin of [evil, "http://console.example", `${console}.evil.example`, "null"]) {
        const answer = yield* ask(world, {
          method: "OPTIONS",
          path: "/webhooks/leads",
          headers: { Origin: origin, "Access-Control-Request-Method": "POST" },
        })
        assertError(answer, 403, crossSite)
        assert.isUndefined(answer.headers["access-control-allow-origin"])
        assert.strictEqual(answer.headers.vary, "Origin")
      }
    }),
  )

  it.effect("changes what caches may keep of answers to others", () =>
    Effect.gen(function* () {
      const answer = yield* ask(yield* World, { path: "/health" })
      assert.strictEqual(answer.headers.vary, "Origin")
      assert.isUndefined(answer.headers["access-control-allow-origin"])
    }),
  )
})

describe("an api elsewhere", () => {
  const statusOf = (world: WorldShape, path: string, host: string) =>
    Effect.map(ask(world, { path, headers: { Host: host } }), ({ status }) => status)

  it.live("is any host, unless its hosts are listed", () =>
    Effect.gen(function* () {
      const anyHost = yield* makeWorld({ host: "0.0.0.0" })
      assert.strictEqual(yield* statusOf(anyHost, "/stats/leads/counts", "leads.example"), 200)
      assertError(
        yield* ask(anyHost, { path: "/stats/leads/counts", headers: { Origin: evil } }),
        403,
        crossSite,
      )

      const listed = yield* makeWorld({ host: "0.0.0.0", allowedHosts: ["leads.example"] })
      assert.strictEqual(yield* statusOf(listed, "/stats/leads/counts", "leads.example:8080"), 200)
      assert.strictEqual(yield* statusOf(listed, "/stats/leads/counts", "127.0.0.1:8080"), 200)
      assert.strictEqual(yield* statusOf(listed, "/readyz", "10.1.2.3:8080"), 200)
      assert.strictEqual(yield* statusOf(listed, "/stats/leads/counts", "10.1.2.3:8080"), 421)
    }).pipe(Effect.scoped),
  )

  it.live("is on loopback by its address, whatever name it was given", () =>
    Effect.gen(function* () {
      for (const host of ["localhost", "127.1"]) {
        const world = yield* makeWorld({ host })
        assert.strictEqual(yield* statusOf(world, "/stats/leads/counts", "rebind.test"), 421, host)
        assert.strictEqual(yield* statusOf(world, "/stats/leads/counts", "localhost"), 200, host)
      }
    }).pipe(Effect.scoped),
  )
})
