import { routes } from "@lead-gateway/api-contract"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readdirSync } from "node:fs"
import { ask, newId, postLead } from "./support/Http.ts"
import { leadText } from "./support/leads.ts"
import { World } from "./support/World.ts"

/** The number of the newest migration. */
const newest = Math.max(
  ...readdirSync(new URL("../../../migrations", import.meta.url)).map((file) => Number.parseInt(file, 10)),
)

layer(World.layer(), { excludeTestServices: true })("operations", (it) => {
  it.effect.each(["/health", "/livez", "/readyz"])("answer OK at %s", (path) =>
    Effect.gen(function* () {
      const answer = yield* ask(yield* World, { path })
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(answer.text, "OK")
      assert.match(String(answer.headers["content-type"]), /^text\/plain/)
      newId(answer)
    }),
  )

  it.effect("say how everything is", () =>
    Effect.gen(function* () {
      const world = yield* World
      yield* postLead(world, leadText)
      const { status, text } = yield* ask(world, { path: "/health/deep" })
      assert.strictEqual(status, 200)
      const health = JSON.parse(text) as {
        readonly database: { readonly latency_ms: number; readonly write_latency_ms: number }
        readonly queue: { readonly latency_ms: number }
        readonly oldest_due_seconds: number
      }
      const times = [health.database.latency_ms, health.database.write_latency_ms, health.queue.latency_ms]
      for (const time of [...times, health.oldest_due_seconds]) {
        assert.isAtLeast(time, 0)
        assert.isBelow(time, 10_000)
        assert.match(String(time), /^\d+(\.\d{1,3})?$/)
      }
      assert.strictEqual(
        text.replaceAll(/"(\w*latency_ms|oldest_due_seconds)":[\d.]+/g, '"$1":0'),
        '{"status":"up","version":"1.2.3",' +
          '"database":{"status":"up","latency_ms":0,"write_latency_ms":0,"refuses_writes":null},' +
          `"schema_version":${newest},"migrations_pending":[],` +
          '"queue":{"type":"database","status":"up","latency_ms":0,"depth":1},"oldest_due_seconds":0,' +
          '"workers":{"status":"down","connections":0,"last_seen_seconds":null},' +
          '"intake":{"accepted":1,"shed":{"event_loop":0,"store":0,"waited":0},"unconfirmed":0},"warnings":[]}',
      )
    }),
  )

  it.effect("serve a document of every route", () =>
    Effect.gen(function* () {
      const { headers, status, text } = yield* ask(yield* World, { path: "/openapi.json" })
      assert.strictEqual(status, 200)
      assert.match(String(headers["content-type"]), /^application\/json/)
      const document = JSON.parse(text) as {
        readonly openapi: string
        readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
      }
      assert.match(document.openapi, /^3\.1\./)
      assert.sameMembers(
        Object.entries(document.paths).flatMap(([path, item]) =>
          Object.keys(item).map((method) => `${method} ${path}`),
        ),
        routes.map(({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, "{$1}")}`),
      )
    }),
  )
})
