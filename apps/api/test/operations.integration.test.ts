import { routes } from "@lead-gateway/api-contract"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ask, newId, postLead } from "./support/Http.ts"
import { leadText } from "./support/leads.ts"
import { World } from "./support/World.ts"

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
      const latency = /"latency_ms":(\d+(?:\.\d{1,3})?)/g
      assert.lengthOf(text.match(latency) ?? [], 2)
      assert.strictEqual(
        text.replaceAll(latency, '"latency_ms":0'),
        '{"status":"up","version":"1.2.3","database":{"status":"up","latency_ms":0,"refuses_writes":null},"schema_version":2,' +
          '"queue":{"type":"database","status":"up","latency_ms":0,"depth":1},' +
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
