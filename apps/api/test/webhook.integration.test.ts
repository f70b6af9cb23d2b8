import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { createHash } from "node:crypto"
import { ask, assertError, newId, post, postLead } from "./support/Http.ts"
import { lead, leadText } from "./support/leads.ts"
import { headersInPart, secretHeaders } from "./support/secretHeaders.ts"
import { countLeads, World } from "./support/World.ts"

layer(World.layer(), { excludeTestServices: true })("POST /webhooks/leads", (it) => {
  it.effect("answers with the lead's id once it is committed", () =>
    Effect.gen(function* () {
      const world = yield* World
      const answer = yield* post(world, leadText, { headers: { "X-Correlation-ID": "req-42" } })
      const rows = yield* world.sql<{ readonly id: number }>`
        SELECT id::float8 AS id, status, raw_payload, correlation_id, payload_hash FROM inbound_lead
        WHERE correlation_id = 'req-42'`
      const id = rows[0]?.id
      assert.deepStrictEqual<unknown>(rows, [
        {
          id,
          status: "RECEIVED",
          raw_payload: lead,
          correlation_id: "req-42",
          payload_hash: createHash("sha256").update(leadText).digest("hex"),
        },
      ])
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(answer.text, `{"lead_id":${id},"status":"RECEIVED","correlation_id":"req-42"}`)
      assert.strictEqual(answer.headers["x-correlation-id"], "req-42")
      assert.strictEqual(answer.headers["content-type"], "application/json")
      assert.strictEqual(answer.headers["content-length"], String(answer.text.length))
    }),
  )

  it.effect("makes a correlation id where the sender has none", () =>
    Effect.gen(function* () {
      const world = yield* World
      const answer = yield* post(world, leadText, { headers: { "X-Correlation-ID": "two words" } })
      const id = newId(answer)
      assert.include(answer.text, `"correlation_id":"${id}"`)
      const rows = yield* world.sql`SELECT FROM inbound_lead WHERE correlation_id = ${id}`
      assert.lengthOf(rows, 1)
    }),
  )

  it.effect("stores the same lead twice when it comes twice", () =>
    Effect.gen(function* () {
      const world = yield* World
      const first = yield* postLead(world, leadText)
      assert.isAbove(yield* postLead(world, leadText), first)
    }),
  )

  it.effect("stores each of many leads that come at once", () =>
    Effect.gen(function* () {
      const world = yield* World
      const before = yield* countLeads(world)
      const ids = yield* Effect.forEach(
        Array.from({ length: 100 }, (_, i) => i),
        (i) => Effect.map(postLead(world, JSON.stringify({ ...lead, i })), (id) => ({ i, id })),
        { concurrency: 25 },
      )
      assert.strictEqual((yield* countLeads(world)) - before, 100)
      const stored = yield* world.sql<{ readonly i: number; readonly id: number }>`
        SELECT (raw_payload ->> 'i')::float8 AS i, id::float8 AS id FROM inbound_lead
        WHERE raw_payload ? 'i' ORDER BY i`
      assert.deepStrictEqual(stored, ids)
    }),
  )

  it.effect("stores the headers that explain a lead as they came, and no secret", () =>
    Effect.gen(function* () {
      const world = yield* World
      yield* post(world, leadText, {
        headers: {
          "User-Agent": "Landing-Page/1.0",
          "X-Campaign": ["winter", "spring"],
          "X-Shared-Secret": "open-sesame",
          Authorization: "Bearer open-sesame",
          Cookie: "session=open-sesame",
          "X-Correlation-ID": "not one, but three",
        },
      })
      const rows = yield* world.sql<{ readonly headers: Record<string, unknown> }>`
        SELECT source_headers AS headers FROM inbound_lead ORDER BY id DESC LIMIT 1`
      assert.deepStrictEqual(rows[0]?.headers, {
        "content-type": "application/json",
        "content-length": String(leadText.length),
        host: `127.0.0.1:${world.port}`,
        connection: "close",
        "user-agent": "Landing-Page/1.0",
        "x-campaign": "[redacted]",
        "x-shared-secret": "[redacted]",
        authorization: "[redacted]",
        cookie: "[redacted]",
        "x-correlation-id": "not one, but three",
      })
    }),
  )

  it.effect("stores nothing of any header that may be a secret", () =>
    Effect.gen(function* () {
      const world = yield* World
      const inPart = Object.entries(headersInPart).filter(([name]) => name !== "origin")
      const headers = {
        ...secretHeaders,
        ...Object.fromEntries(inPart.map(([name, [value]]) => [name, value])),
      }
      for (const [name, value] of Object.entries(headers)) {
        yield* post(world, leadText, { headers: { [name]: value } })
      }
      const answer = yield* post(world, leadText, { headers })
      assert.strictEqual(answer.status, 200)
      const rows = yield* world.sql<{ readonly row: string }>`SELECT to_jsonb(lead)::text AS row FROM lead`
      assert.isAtLeast(rows.length, Object.keys(headers).length)
      for (const { row } of rows) assert.notInclude(row, "hidden-value")
    }),
  )

  it.effect.each(["/webhooks/leads?source=landing-page", "http://localhost/webhooks/leads"])(
    "is found at %s too",
    (path) =>
      Effect.gen(function* () {
        const answer = yield* post(yield* World, leadText, { path })
        assert.strictEqual(answer.status, 200, answer.text)
      }),
  )

  it.effect.each([
    "/webhooks/lead",
    "/webhooks/leads/1",
    "/webhooks",
    "/webhooks/leads%00",
    "/webhooks/leads/",
    "//webhooks//leads",
    "/Webhooks/Leads",
    "/webhooks/leads;x",
    "/%77ebhooks/leads",
    "*",
  ])("is not found at %s", (path) =>
    Effect.flatMap(World, (world) =>
      Effect.map(post(world, leadText, { path }), (answer) => assertError(answer, 404, "not found")),
    ),
  )

  it.effect.each(["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])(
    "cannot be done by %s",
    (method) =>
      Effect.gen(function* () {
        const world = yield* World
        const answer = yield* ask(world, { method, path: "/webhooks/leads" })
        assert.strictEqual(answer.headers["allow"], "POST")
        if (method === "HEAD") {
          assert.strictEqual(answer.status, 405)
          newId(answer)
        } else assertError(answer, 405, "method not allowed")
      }),
  )
})
