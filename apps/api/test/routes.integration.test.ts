import { type RouteName, routes } from "@lead-gateway/api-contract"
import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ask, assertError, assertSecurity, newId, postLead, type Question } from "./support/Http.ts"
import { leadText } from "./support/leads.ts"
import { countLeads, World } from "./support/World.ts"

/** A request that a route answers with 200 unless `status` says otherwise, and how the answer begins. The only lead is 1. */
interface Case {
  readonly question: Question
  readonly answer: RegExp
  readonly status?: number
}

/** Every route: a new one does not compile without a case. */
const cases: Record<RouteName, Case> = {
  "POST /webhooks/leads": {
    question: { path: "/webhooks/leads", body: leadText },
    answer: /^\{"lead_id":\d+,"status":"RECEIVED"/,
  },
  "GET /stats/leads/counts": { question: { path: "/stats/leads/counts" }, answer: /^\{"received":1,/ },
  "GET /stats/leads/recent": { question: { path: "/stats/leads/recent" }, answer: /^\[\{"id":1,/ },
  "GET /stats/leads/:id/history": { question: { path: "/stats/leads/1/history" }, answer: /^\{"id":1,/ },
  "POST /api/v1/replays": {
    question: {
      path: "/api/v1/replays",
      headers: { "Content-Type": "application/json" },
      body: '{"request_id":"a","ids":[1],"dry_run":true}',
    },
    answer: /^\{"matched":0,"replayed":0,"left_out":\{.*"in_flight":1.*\},"complete":true\}$/,
  },
  "POST /api/v1/preview": {
    question: {
      path: "/api/v1/preview",
      headers: { "Content-Type": "application/json" },
      body: '{"payload":{}}',
    },
    answer: /^\{"decision":"REJECTED","reason":"MISSING_REQUIRED_FIELD",/,
  },
  "GET /api/v1/test-leads": {
    question: { path: "/api/v1/test-leads" },
    answer: /^\{"customer":"default","payload":\{.*\},"decision":"READY","reason":null\}$/,
  },
  "POST /api/v1/test-leads": {
    question: {
      path: "/api/v1/test-leads",
      headers: { "Content-Type": "application/json" },
      body: "{}",
    },
    answer: /^\{"lead_id":\d+,"status":"RECEIVED","correlation_id":"test-.+","customer":"default"\}$/,
    status: 202,
  },
  "GET /api/v1/leads/:id/rules": {
    question: { path: "/api/v1/leads/1/rules" },
    answer: /^\{"decided_with":null,"versions":\{"rules":/,
  },
  "GET /api/v1/flow": { question: { path: "/api/v1/flow" }, answer: /^\{"documents":\{"rules":/ },
  "GET /api/v1/unmapped": { question: { path: "/api/v1/unmapped" }, answer: /^\{"data":\[\]/ },
  "GET /api/v1/customers": {
    question: { path: "/api/v1/customers" },
    answer: /^\{"data":\[\{"id":1,"name":"default",/,
  },
  "POST /api/v1/customers/:name/pause": {
    question: { path: "/api/v1/customers/default/pause" },
    answer: /^\{"id":1,"name":"default","paused_at":"/,
  },
  "POST /api/v1/customers/:name/resume": {
    question: { path: "/api/v1/customers/default/resume" },
    answer: /^\{"id":1,"name":"default","paused_at":null,/,
  },
  "GET /api/v1/export": {
    question: { path: "/api/v1/export" },
    answer: /^id,received_at,status,.*\r\n1,/,
  },
  "GET /api/v1/reasons": { question: { path: "/api/v1/reasons" }, answer: /^\{"data":\[\]\}$/ },
  "GET /api/v1/processes": { question: { path: "/api/v1/processes" }, answer: /^\{"data":\[/ },
  "GET /api/v1/me": {
    question: { path: "/api/v1/me" },
    answer: /^\{"name":"anonymous","role":"admin","via":"open"\}$/,
  },
  "GET /api/v1/tokens": { question: { path: "/api/v1/tokens" }, answer: /^\{"data":\[/ },
  "POST /api/v1/tokens": {
    question: {
      path: "/api/v1/tokens",
      headers: { "Content-Type": "application/json" },
      body: '{"name":"anna","role":"viewer"}',
    },
    answer: /^\{"id":1,"name":"anna",.*"token":"lgt_/,
    status: 201,
  },
  "DELETE /api/v1/tokens/:id": { question: { path: "/api/v1/tokens/1" }, answer: /^$/, status: 204 },
  "GET /api/v1/audit": { question: { path: "/api/v1/audit" }, answer: /^\{"data":\[/ },
  "GET /api/v1/leads": { question: { path: "/api/v1/leads" }, answer: /^\{"data":\[\{"id":1,/ },
  "GET /api/v1/leads/:id": { question: { path: "/api/v1/leads/1" }, answer: /^\{"id":1,/ },
  "GET /api/v1/ledger": { question: { path: "/api/v1/ledger" }, answer: /^\{"received":1,/ },
  "GET /api/v1/overview": {
    question: { path: "/api/v1/overview" },
    answer:
      /^\{"ledger":\{"received":1,.*"customers":\[\{"id":1,"name":"default",.*"reasons":\[\],"health":\{"status":"up",/,
  },
  "GET /api/v1/timeline": {
    question: { path: "/api/v1/timeline" },
    answer: /^\{"bucket":"minute","from":"[^"]+","to":"[^"]+","counted_from":null,"points":\[\{"at":"/,
  },
  "GET /api/v1/events": { question: { path: "/api/v1/events" }, answer: /^retry: 2000\n: listening\n\n/ },
  "GET /health": { question: { path: "/health" }, answer: /^OK$/ },
  "GET /livez": { question: { path: "/livez" }, answer: /^OK$/ },
  "GET /readyz": { question: { path: "/readyz" }, answer: /^OK$/ },
  "GET /health/deep": { question: { path: "/health/deep" }, answer: /^\{"status":"up",/ },
  "GET /metrics": { question: { path: "/metrics" }, answer: /^lead_gateway_leads_received_total \d+$/m },
}

/** The OpenAPI document and its page are served, but they are no routes of the contract. */
const paths = new Map<string, Case>([
  ["GET /docs", { question: { path: "/docs" }, answer: /^<!doctype html>/ }],
  ["GET /openapi.json", { question: { path: "/openapi.json" }, answer: /^\{"openapi":"3\.1/ }],
  ...routes.map(({ name }) => [name, cases[name]] as const),
])

/** The methods of a path, as `Allow` names them. */
const allowed = (path: string): ReadonlyArray<string> => {
  const methods = [...paths]
    .filter(([, { question }]) => question.path === path)
    .map(([name]) => name.replace(/ .*/, ""))
  return ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].filter(
    (method) => methods.includes(method) || (method === "HEAD" && methods.includes("GET")),
  )
}

const endsInParameter = /:\w+$/

/** Other spellings of a path, which a lenient server takes for the same. */
const otherSpellings = (path: string): ReadonlyArray<string> => [
  path.toUpperCase(),
  path.replace(/\/(.)/, (_, letter: string) => `/${letter.toUpperCase()}`),
  `${path}/`,
  `/${path}`,
  `${path}//`,
  path.replaceAll("/", "//"),
  `${path};x`,
  `${path};x=y?a=b`,
  path.replace(/\/(.)/, (_, letter: string) => `/%${letter.charCodeAt(0).toString(16)}`),
  `${path.slice(0, -1)}%${path.charCodeAt(path.length - 1).toString(16)}`,
  `/.${path}`,
  `/stats/..${path}`,
  `${path}/.`,
  `${path}/x/..`,
  `/%2e%2e${path}`,
  `${path}%00`,
  `${path}%20`,
  `${path}\\`,
  `\\${path}`.replace("\\/", "/\\"),
]

const all = [...paths].map(([name, { answer, question, status = 200 }]) => ({
  name,
  answer,
  status,
  question: { method: name.replace(/ .*/, ""), ...question },
}))
const reading = all.filter(({ question }) => question.method === "GET")

/** They refuse parameters that they do not have, since a misspelt filter would list everything. */
const lists: ReadonlySet<string> = new Set(
  ["leads", "export", "timeline", "test-leads", "unmapped", "customers", "tokens", "audit"].map(
    (name) => `/api/v1/${name}`,
  ),
)

layer(World.layer(), { excludeTestServices: true })("a route", (it) => {
  // Sent last: the other cases expect one lead.
  const inOrder = [...reading, ...all.filter((route) => !reading.includes(route))]

  describe("of the contract", () => {
    it.effect("has one lead to tell of", () =>
      Effect.flatMap(World, (world) =>
        Effect.map(postLead(world, leadText), (id) => assert.strictEqual(id, 1)),
      ),
    )

    it.effect.each(inOrder)("is answered, with a correlation id: $name", ({ answer, question, status }) =>
      Effect.gen(function* () {
        const answered = yield* ask(yield* World, question)
        assert.strictEqual(answered.status, status)
        assert.match(answered.text, answer)
        newId(answered)
        const { path = "" } = question
        // No proxy may collect what can be larger than its memory.
        if (path === "/api/v1/export") assert.strictEqual(answered.headers["x-accel-buffering"], "no")
        const caching = ["/openapi.json", "/docs"].includes(path)
          ? { "Cache-Control": "public, max-age=300" }
          : {}
        const policy = String(answered.headers["content-security-policy"])
        assertSecurity(answered, {
          ...caching,
          ...(path === "/docs" ? { "Content-Security-Policy": policy } : {}),
        })
      }),
    )

    it.effect.each(reading)("answers HEAD as GET, without a body: $name", ({ question }) =>
      Effect.gen(function* () {
        const world = yield* World
        const head = yield* ask(world, { ...question, method: "HEAD" })
        const get = yield* ask(world, question)
        assert.strictEqual(head.status, 200)
        assert.strictEqual(head.text, "")
        // Another answer each time, and one without an end.
        if (
          ["/health/deep", "/api/v1/overview", "/metrics", "/api/v1/events", "/api/v1/export"].includes(
            question.path ?? "",
          )
        )
          return
        assert.strictEqual(head.headers["content-length"], String(Buffer.byteLength(get.text)))
      }),
    )

    it.effect.each(all)("refuses other methods, and names its own: $name", ({ question: { path = "" } }) =>
      Effect.gen(function* () {
        const own = allowed(path)
        for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
          if (own.includes(method)) continue
          const answered = yield* ask(yield* World, { method, path })
          assertError(answered, 405, "method not allowed")
          assert.strictEqual(answered.headers["allow"], own.join(", "))
        }
      }),
    )

    it.effect.each(all)("is known by one spelling of its path: $name", ({ name, question }) =>
      Effect.gen(function* () {
        const world = yield* World
        const before = yield* countLeads(world)
        for (const path of otherSpellings(question.path ?? "")) {
          for (const method of ["GET", "HEAD", "POST", "OPTIONS"]) {
            const answered = yield* ask(world, { ...question, method, path })
            assert.strictEqual(answered.headers["cache-control"], "no-store")
            // What is appended to a parameter is another value of it.
            if (endsInParameter.test(name)) {
              assert.include([404, 405], answered.status, path)
              continue
            }
            if (method !== "HEAD") assertError(answered, 404, "not found")
            assert.strictEqual(answered.status, 404, path)
            assertSecurity(answered)
          }
        }
        assert.strictEqual(yield* countLeads(world), before)
      }),
    )

    it.effect.each(reading)(
      "may have a query, and its target a host (RFC 9112, 3.2.2): $name",
      ({ question }) =>
        Effect.gen(function* () {
          const { path = "" } = question
          for (const target of [
            `${path}?`,
            `${path}?a=//b;c`,
            `http://localhost:80${path}`,
            `HTTPS://[::1]${path}`,
          ]) {
            const answered = yield* ask(yield* World, { ...question, path: target })
            const isRefused = target.includes("?a=") && lists.has(path)
            assert.strictEqual(answered.status, isRefused ? 400 : 200, target)
            if (isRefused)
              assert.match(
                answered.text,
                /"a must be absent: the parameters are (limit, cursor|from, to, bucket|status, reason|customer)/,
              )
          }
        }),
    )
  })
})
