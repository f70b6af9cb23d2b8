import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { asked, get } from "./world.ts"

describe("counts", () => {
  it.effect("are in lower case, with their total", () =>
    Effect.gen(function* () {
      const { status, text, headers } = yield* get("/stats/leads/counts")
      assert.strictEqual(status, 200)
      assert.strictEqual(headers.get("content-type"), "application/json")
      assert.strictEqual(
        text,
        '{"received":0,"rejected":2,"ready":0,"delivered":1,"failed":0,"permanently_failed":0,"total":3}',
      )
    }),
  )
})

describe("the list of leads", () => {
  it.effect("has the names of the contract", () =>
    Effect.gen(function* () {
      const { text } = yield* get("/stats/leads/recent")
      assert.strictEqual(
        text,
        '[{"id":3,"received_at":"2026-01-21T10:35:00Z","status":"REJECTED","rejection_reason":"MISSING_REQUIRED_FIELD"}]',
      )
    }),
  )

  it.effect("has 50 leads unless asked otherwise", () =>
    Effect.gen(function* () {
      asked.length = 0
      yield* get("/stats/leads/recent")
      yield* get("/stats/leads/recent?limit=200&before=9007199254740991&status=PERMANENTLY_FAILED&other=x")
      assert.deepStrictEqual(asked, [
        { limit: 50 },
        { limit: 200, before: Number.MAX_SAFE_INTEGER, status: "PERMANENTLY_FAILED" },
      ])
    }),
  )
})

describe("a lead's history", () => {
  it.effect("has the names of the contract, and every digit of the payloads", () =>
    Effect.gen(function* () {
      const payload = '{"id":12345678901234567890,"__proto__":{"a":1.5},"plz":"66123"}'
      const { status, text } = yield* get("/stats/leads/3/history")
      assert.strictEqual(status, 200)
      for (const field of [
        '"id":3',
        '"received_at":"2026-01-21T10:35:00Z"',
        '"status":"DELIVERED"',
        '"rejection_reason":null',
        '"correlation_id":"abc"',
        `"raw_payload":${payload}`,
        `"normalized_payload":${payload}`,
        `"customer_payload":[${payload}]`,
        '"omitted_attributes":[{"name":"roof_age","reason":"not a number"}]',
        '"unread":[{"path":"contact.phone","kind":"phone"}]',
        '"next_attempt_at":null',
        `"details":${payload}`,
      ]) {
        assert.include(text, field)
      }
      const body = JSON.parse(text) as Record<string, unknown>
      assert.deepStrictEqual(body["delivery_attempts"], [
        {
          attempt_no: 1,
          attempted_at: "2026-01-21T10:35:01.250Z",
          success: true,
          status_code: 200,
          error_message: null,
          duration_ms: 84,
          fault: null,
          response_body: "thank you",
          customer_reason: null,
        },
      ])
      assert.lengthOf(Object.keys(body), 14)
    }),
  )
})

describe("operations", () => {
  it.effect("answer in plain text, and in detail when asked", () =>
    Effect.gen(function* () {
      for (const path of ["/health", "/livez"]) {
        const { status, text, headers } = yield* get(path)
        assert.deepStrictEqual([status, text], [200, "OK"])
        assert.match(headers.get("content-type") ?? "", /^text\/plain/)
      }
      assert.deepStrictEqual(JSON.parse((yield* get("/health/deep")).text), {
        status: "up",
        version: "0.1.0",
        database: { status: "up", latency_ms: 0.8, write_latency_ms: 1.7, refuses_writes: null },
        schema_version: 3,
        migrations_pending: [],
        oldest_due_seconds: 12.5,
        workers: { status: "down", connections: 0, last_seen_seconds: null },
        queue: { type: "database", status: "up", latency_ms: null, depth: 0 },
        intake: { accepted: 7, shed: { event_loop: 1, store: 2, waited: 3 }, unconfirmed: 0 },
        warnings: [],
      })
      const metrics = yield* get("/metrics")
      assert.strictEqual(metrics.text, "# TYPE up gauge\nup 1\n")
      assert.strictEqual(metrics.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8")
    }),
  )
})
