import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour, TestDatabase, TestRedis } from "@lead-gateway/testkit"
import { Effect, Fiber } from "effect"
import { query } from "../faults/support/Rows.ts"
import { validLead } from "../operate/support/apps.ts"
import { startFleet } from "./support/fleet.ts"
import { type Answer, startNginx } from "./support/Nginx.ts"
import { openConsole } from "./support/openConsole.ts"
import { firstEvent, overHttp2, protocolWith, sharesOf } from "./support/protocols.ts"

const lead = JSON.stringify(validLead)
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/

const startAll = Effect.fnUntraced(function* (
  apis: number,
  workers: number,
  env: Readonly<Record<string, string>> = {},
) {
  const database = yield* TestDatabase.make()
  const redis = yield* TestRedis.make()
  const fleet = yield* startFleet({
    apis,
    workers,
    databaseUrl: database.url,
    redisUrl: redis.url,
    customer: { respond: CustomerBehaviour.reply() },
    env,
  })
  const nginx = yield* startNginx(fleet.apis.map(({ port }) => port))
  return { ...fleet, database, nginx }
})

/** Whether an api has answered that Postgres did not confirm in time. */
const isLate = ({ status, text }: { readonly status: number; readonly text: string }) =>
  status === 503 && /"error":"(?:database error|overloaded)"/.test(text)

describe("nginx before three apis", () => {
  it.live("balances, and loses no request of a sender with a key while an api is killed and comes back", () =>
    Effect.gen(function* () {
      const { apis, database, nginx, workers } = yield* startAll(3, 3)
      const load = { isOver: false }
      const answers: Array<{ key: string; status: number; id: number; text: string }> = []
      const failedReads: Array<string> = []
      // A machine that starts an api beside all this may make Postgres late: an api says so itself, nginx has no part in it.
      const inTime = (asking: Effect.Effect<Answer>) =>
        Effect.repeat(asking, { until: (answer) => !isLate(answer), times: 5 })
      const sender = (number: number) =>
        Effect.gen(function* () {
          for (let at = 0; !load.isOver; at++) {
            const key = `sender-${number}-${at}`
            const send = nginx.ask("/webhooks/leads", { body: lead, headers: { "Idempotency-Key": key } })
            const { status, text } = yield* inTime(send)
            const { lead_id = 0 } = (text.startsWith("{") ? JSON.parse(text) : {}) as { lead_id?: number }
            answers.push({ key, status, id: lead_id, text })
            yield* Effect.sleep("10 millis")
          }
        })
      const reader = Effect.gen(function* () {
        while (!load.isOver) {
          const { status, text } = yield* inTime(nginx.ask("/stats/leads/counts"))
          if (status !== 200) failedReads.push(`${status} ${text}`)
          yield* Effect.sleep("20 millis")
        }
      })
      const faults = Effect.gen(function* () {
        yield* Effect.sleep("1500 millis")
        const share = sharesOf(nginx.accessLog())
        for (const { port } of apis) assert.isAbove(share(port), 0.2, `api on ${port}`)
        for (const app of apis.slice(0, 1)) {
          yield* app.kill
          yield* Effect.sleep("1 second")
          yield* Effect.andThen(app.start, app.ready)
        }
        // A failed api is asked again after 10 s.
        const before = nginx.accessLog().length
        yield* Effect.sleep("10 seconds")
        const after = sharesOf(nginx.accessLog().slice(before))
        for (const { port } of apis) assert.isAbove(after(port), 0.02, `api on ${port} afterwards`)
      }).pipe(Effect.ensuring(Effect.sync(() => (load.isOver = true))))
      yield* Effect.all([faults, reader, ...Array.from({ length: 6 }, (_, at) => sender(at))], {
        concurrency: "unbounded",
      })
      assert.isAbove(answers.length, 500)
      assert.deepStrictEqual(
        answers.filter(({ status }) => status !== 200),
        [],
      )
      assert.deepStrictEqual(failedReads, [])
      // Some were in the hands of the apis that were killed.
      assert.isAbove(nginx.accessLog().filter(({ upstream }) => String(upstream).includes(",")).length, 0)
      // One lead for each key, and no further one.
      const [stored] = yield* query<{ leads: number }>(
        database.url,
        "SELECT count(*)::int AS leads FROM inbound_lead",
      )
      assert.strictEqual(new Set(answers.map(({ id }) => id)).size, answers.length)
      assert.strictEqual(stored?.leads, answers.length)
      for (const app of [...apis, ...workers]) assert.deepStrictEqual(app.ended(), [])
    }),
  )

  it.live("answers as the api does, hides what is internal, and logs no query", () =>
    Effect.gen(function* () {
      const { apis, nginx } = yield* startAll(2, 0, { INTAKE_RATE_LIMIT: "4/h" })
      const { ask, plainUrl, pem, url } = nginx
      const post = (more: object = {}) => ask("/webhooks/leads", { body: lead, ...more })
      const error = (text: string) => (JSON.parse(text) as { error: string }).error

      // Events are passed on at once.
      const received = yield* Effect.forkChild(Effect.promise(() => firstEvent(url, pem)))
      yield* Effect.sleep("500 millis")
      const first = yield* post({ headers: { "X-Correlation-ID": "order-7!" } })
      assert.strictEqual(first.status, 200, first.text)
      assert.strictEqual(first.headers["x-correlation-id"], "order-7!")
      assert.strictEqual(first.headers["strict-transport-security"], "max-age=31536000")
      assert.strictEqual(first.headers["server"], "nginx")
      const event = yield* Effect.timeout(Fiber.join(received), "10 seconds")
      assert.match(event, /^data: \{"id":1,"status":"RECEIVED"/m)
      const unknown = yield* ask("/no/such/route?email=ada%40example.com")
      assert.deepStrictEqual([unknown.status, error(unknown.text)], [404, "not found"])
      assert.match(String(unknown.headers["x-correlation-id"]), uuid)
      assert.strictEqual(unknown.headers["x-content-type-options"], "nosniff")
      const wrongMethod = yield* ask("/webhooks/leads", { method: "DELETE" })
      assert.strictEqual(wrongMethod.status, 405)
      // Paths go on as they are written: the api knows none with two slashes, and decodes what it should.
      assert.strictEqual((yield* ask("//health")).status, 404)
      assert.strictEqual((yield* ask("/health%2Fdeep")).status, 404)
      assert.strictEqual((yield* ask("/stats/leads/recent?limit=%32")).status, 200)
      assert.strictEqual((yield* ask("/stats/leads/recent?limit=%ZZ&phone=0171234567")).status, 400)

      // The largest body is the api's; one byte more is refused by either.
      const padding = (bytes: number) => JSON.stringify({ pad: "x".repeat(bytes - '{"pad":""}'.length) })
      assert.strictEqual((yield* post({ body: padding(1024 ** 2) })).status, 200)
      for (const chunked of [false, true]) {
        const large = yield* post({ body: padding(1024 ** 2 + 1), chunked })
        assert.deepStrictEqual([large.status, error(large.text)], [413, "payload too large"])
        assert.match(String(large.headers["x-correlation-id"]), uuid)
        assert.strictEqual(large.headers["cache-control"], "no-store")
      }
      // An operator's documents may be larger: this one reaches the api.
      const preview = yield* ask("/api/v1/preview", {
        body: JSON.stringify({ payload: { pad: "x".repeat(3e6) } }),
      })
      assert.strictEqual(preview.status, 200, preview.text.slice(0, 200))
      const inHeaders = (bytes: number) => ask("/health", { headers: { "X-Long": "x".repeat(bytes) } })
      assert.strictEqual((yield* inHeaders(15_000)).status, 200)
      const headers = yield* inHeaders(40_000)
      assert.deepStrictEqual([headers.status, error(headers.text)], [431, "request header fields too large"])

      // The rate is the client's, whatever it says of itself; each api counts for itself.
      const forged = { headers: { "X-Forwarded-For": "203.0.113.7", Forwarded: "for=203.0.113.8" } }
      const statuses: Array<number> = []
      for (let at = 0; at < 9; at++) statuses.push((yield* post(forged)).status)
      assert.include(statuses, 429)
      const limited = yield* post()
      assert.deepStrictEqual([limited.status, error(limited.text)], [429, "too many requests"])
      assert.isDefined(limited.headers["retry-after"])
      assert.strictEqual(
        (yield* post({ from: "127.0.0.2", headers: { "Idempotency-Key": "k" } })).status,
        200,
      )

      for (const path of ["/metrics", "/metrics?x=1"]) {
        const { status, text } = yield* ask(path)
        assert.deepStrictEqual([status, error(text)], [403, "forbidden"], path)
      }
      assert.strictEqual((yield* ask("/openapi.json")).status, 200)
      assert.strictEqual((yield* ask("/health")).text, "OK")

      const http2 = yield* Effect.promise(() => overHttp2(url, pem))
      assert.deepStrictEqual(http2, { status: 200, text: "OK" })
      assert.strictEqual(yield* Effect.promise(() => protocolWith(url, pem, "TLSv1.1")), "refused")
      assert.strictEqual(yield* Effect.promise(() => protocolWith(url, pem, "TLSv1.2")), "TLSv1.2")
      assert.strictEqual(yield* Effect.promise(() => protocolWith(url, pem, "TLSv1.3")), "TLSv1.3")
      const plain = (method: string) =>
        Effect.promise(() => fetch(`${plainUrl}/stats/leads/recent?limit=2`, { method, redirect: "manual" }))
      const moved = yield* plain("GET")
      assert.strictEqual(moved.status, 308)
      assert.strictEqual(moved.headers.get("location"), "https://127.0.0.1/stats/leads/recent?limit=2")
      assert.strictEqual((yield* plain("POST")).status, 403)

      yield* openConsole(nginx)

      // All apis away: an answer of the contract's form, also for a POST with a key, and still no query in any log.
      for (const app of apis) yield* app.kill
      for (const question of [{}, { body: lead }, { body: lead, headers: { "webhook-id": "w" } }]) {
        const path = question.body === undefined ? "/api/v1/leads?email=ada%40example.com" : "/webhooks/leads"
        const { headers, status, text } = yield* ask(path, question)
        assert.deepStrictEqual([status, error(text)], [503, "no api has answered"])
        assert.strictEqual(headers["retry-after"], "2")
        const { correlation_id } = JSON.parse(text) as { correlation_id: string }
        assert.strictEqual(headers["x-correlation-id"], correlation_id)
      }
      const lines = nginx.accessLog()
      assert.isTrue(lines.some(({ correlation_id }) => correlation_id === "order-7!"))
      assert.isTrue(lines.some(({ path, status }) => path === "/api/v1/leads" && status === 503))
      for (const secret of ["ada@", "ada%40", "example.com", "phone", "0171234567", "limit="])
        assert.notInclude(nginx.logs(), secret)
    }),
  )
})
