import { assert, describe, layer } from "@effect/vitest"
import { LeadStatus } from "@lead-gateway/lead"
import { LeadWork } from "@lead-gateway/lead-store"
import { PgClient } from "@effect/sql-pg"
import { Context, Effect, Layer } from "effect"
import { ask, assertError, post, postLead } from "./support/Http.ts"
import { lead, leadText } from "./support/leads.ts"
import { decide } from "./support/work.ts"
import { World, type WorldShape } from "./support/World.ts"

const json = (text: string): unknown => JSON.parse(text)
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/

/** Leads in all statuses, named by what happened to them. */
class Leads extends Context.Service<Leads, Readonly<Record<string, number>>>()("test/Leads") {
  static readonly layer = Layer.effect(
    Leads,
    Effect.gen(function* () {
      const world = yield* World
      const work = yield* Layer.build(
        LeadWork.layer.pipe(Layer.provide(Layer.succeed(PgClient.PgClient, world.sql))),
      )
      const make = Effect.fnUntraced(function* (
        ...[decision, answers]: Parameters<typeof decide> extends [number, ...infer R] ? R : never
      ) {
        const id = yield* postLead(world, leadText)
        yield* Effect.provideContext(decide(id, decision, answers), work)
        return id
      })
      return {
        rejected: yield* make("REJECTED"),
        parked: yield* make("PARKED"),
        delivered: yield* make("READY", [503, 200]),
        refused: yield* make("READY", [400]),
        retrying: yield* make("READY", [null]),
        ready: yield* make("READY"),
        received: yield* postLead(world, leadText),
      }
    }),
  )
}

const shown = Effect.fnUntraced(function* (world: WorldShape, path: string) {
  const { headers, status, text } = yield* ask(world, { path })
  assert.strictEqual(status, 200, text)
  assert.match(String(headers["content-type"]), /^application\/json/)
  return text
})

layer(Leads.layer.pipe(Layer.provideMerge(World.layer())), {
  excludeTestServices: true,
  timeout: "30 seconds",
})("statistics", (it) => {
  it.effect("count the leads of each status", () =>
    Effect.gen(function* () {
      yield* Leads
      assert.strictEqual(
        yield* shown(yield* World, "/stats/leads/counts"),
        '{"received":1,"rejected":1,"ready":1,"delivered":1,"failed":2,"permanently_failed":1,"total":7}',
      )
    }),
  )

  describe("of the newest leads", () => {
    it.effect("have four fields each, newest first", () =>
      Effect.gen(function* () {
        const leads = yield* Leads
        const text = yield* shown(yield* World, "/stats/leads/recent")
        const list = json(text) as ReadonlyArray<Record<string, unknown>>
        assert.deepStrictEqual(
          list.map(({ received_at, ...rest }) => {
            assert.match(String(received_at), timestamp)
            return rest
          }),
          [
            { id: leads.received, status: "RECEIVED", rejection_reason: null },
            { id: leads.ready, status: "READY", rejection_reason: null },
            { id: leads.retrying, status: "FAILED", rejection_reason: null },
            { id: leads.refused, status: "PERMANENTLY_FAILED", rejection_reason: "CUSTOMER_REFUSED" },
            { id: leads.delivered, status: "DELIVERED", rejection_reason: null },
            { id: leads.parked, status: "FAILED", rejection_reason: "MISSING_REQUIRED_FIELD" },
            { id: leads.rejected, status: "REJECTED", rejection_reason: "NOT_HOMEOWNER" },
          ],
        )
        assert.deepStrictEqual(Object.keys(list[0] ?? {}), [
          "id",
          "received_at",
          "status",
          "rejection_reason",
        ])
      }),
    )

    const idsOf = (query: string) =>
      Effect.flatMap(World, (world) =>
        Effect.map(shown(world, `/stats/leads/recent${query}`), (text) =>
          (json(text) as ReadonlyArray<{ readonly id: number }>).map(({ id }) => id),
        ),
      )

    it.effect("are as many as asked for, page by page", () =>
      Effect.gen(function* () {
        const { ready, received, retrying } = yield* Leads
        assert.deepStrictEqual(yield* idsOf("?limit=2"), [received, ready])
        assert.deepStrictEqual(yield* idsOf(`?limit=1&before=${ready}`), [retrying])
        assert.deepStrictEqual(yield* idsOf("?before=1"), [])
        assert.lengthOf(yield* idsOf("?limit=200&before=9007199254740991"), 7)
      }),
    )

    it.effect("are of one status if asked for", () =>
      Effect.gen(function* () {
        const { parked, retrying } = yield* Leads
        assert.deepStrictEqual(yield* idsOf("?status=FAILED"), [retrying, parked])
        assert.deepStrictEqual(yield* idsOf(`?status=FAILED&before=${retrying}`), [parked])
        const each = yield* Effect.forEach(LeadStatus.literals, (status) => idsOf(`?status=${status}`))
        assert.lengthOf(each.flat(), 7)
      }),
    )

    const limit = "limit must be a whole number from 1 to 200"
    const before = "before must be the id of a lead, a whole number from 1"
    const status = "status must be one of RECEIVED, REJECTED, READY, DELIVERED, FAILED, PERMANENTLY_FAILED"

    it.effect.each([
      ...["0", "-1", "201", "1.5", "many", "", "1e2", "%20", "99999999999999999999", "0x10", "NaN"].map(
        (text) => [`limit=${text}`, limit] as const,
      ),
      ["limit=1&limit=2", limit] as const,
      ...["0", "-1", "1.5", "abc", "", "9223372036854775808"].map((text) => [`before=${text}`, before]),
      ...["DONE", "received", "", "FAILED,READY"].map((text) => [`status=${text}`, status] as const),
      ["limit=0&before=x&status=y", `${limit}; ${before}; ${status}`] as const,
    ])("are refused for %s, and it says what is allowed", ([query, error]) =>
      Effect.gen(function* () {
        assertError(yield* ask(yield* World, { path: `/stats/leads/recent?${query}` }), 400, error)
      }),
    )

    it.effect("are shown whatever else is asked", () =>
      Effect.map(idsOf("?page=3&__proto__=1&limit=1"), (ids) => assert.lengthOf(ids, 1)),
    )
  })

  describe("of one lead", () => {
    const historyOf = (id: number | undefined) =>
      Effect.gen(function* () {
        const text = yield* shown(yield* World, `/stats/leads/${id}/history`)
        return json(text) as Record<string, unknown> & {
          readonly delivery_attempts: ReadonlyArray<Record<string, unknown>>
          readonly events: ReadonlyArray<Record<string, unknown>>
        }
      })

    it.effect("tell its whole story", () =>
      Effect.gen(function* () {
        const { delivered } = yield* Leads
        const history = yield* historyOf(delivered)
        const { correlation_id, delivery_attempts, events, received_at, ...rest } = history
        assert.match(String(received_at), timestamp)
        assert.match(String(correlation_id), /^[0-9a-f-]{36}$/)
        assert.deepStrictEqual<unknown>(rest, {
          id: delivered,
          status: "DELIVERED",
          rejection_reason: null,
          raw_payload: lead,
          normalized_payload: { phone: "+49123456789" },
          customer_payload: { phone: "+49123456789", attributes: [] },
          omitted_attributes: [{ name: "roof_age", reason: "not a number" }],
          unread: [{ path: "contact.phone", kind: "phone" }],
          left_out: null,
          next_attempt_at: null,
        })
        assert.deepStrictEqual(
          delivery_attempts.map(({ attempted_at, ...attempt }) => {
            assert.match(String(attempted_at), timestamp)
            return attempt
          }),
          [
            {
              attempt_no: 1,
              success: false,
              status_code: 503,
              error_message: "customer answered with an error",
              duration_ms: 12,
              fault: "customer",
              response_body: null,
              customer_reason: null,
            },
            {
              attempt_no: 2,
              success: true,
              status_code: 200,
              error_message: null,
              duration_ms: 12,
              fault: null,
              response_body: null,
              customer_reason: null,
            },
          ],
        )
        assert.deepStrictEqual(Object.keys(delivery_attempts[0] ?? {}), [
          "attempt_no",
          "attempted_at",
          "success",
          "status_code",
          "error_message",
          "duration_ms",
          "fault",
          "response_body",
          "customer_reason",
        ])
        assert.deepStrictEqual(
          events.map(({ type }) => type),
          [
            "received",
            "ready",
            "attempt_opened",
            "attempt_failed",
            "retry_scheduled",
            "attempt_opened",
            "attempt_succeeded",
            "delivered",
          ],
        )
        for (const event of events) {
          assert.deepStrictEqual(Object.keys(event), ["at", "type", "details"])
          assert.match(String(event.at), timestamp)
        }
      }),
    )

    it.effect("are told in the contract's order", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(Object.keys(yield* historyOf((yield* Leads).received)), [
          "id",
          "received_at",
          "status",
          "rejection_reason",
          "raw_payload",
          "normalized_payload",
          "customer_payload",
          "delivery_attempts",
          "omitted_attributes",
          "unread",
          "events",
          "left_out",
          "next_attempt_at",
          "correlation_id",
        ])
      }),
    )

    it.effect("say of a lead that just came that nothing else is known", () =>
      Effect.gen(function* () {
        const { correlation_id, events, received_at, ...rest } = yield* historyOf((yield* Leads).received)
        assert.deepStrictEqual<unknown>(rest, {
          id: (yield* Leads).received,
          status: "RECEIVED",
          rejection_reason: null,
          raw_payload: lead,
          normalized_payload: null,
          customer_payload: null,
          delivery_attempts: [],
          omitted_attributes: [],
          unread: [],
          left_out: null,
          next_attempt_at: null,
        })
        assert.deepStrictEqual(events, [{ at: received_at, type: "received", details: {} }])
        assert.isString(correlation_id)
      }),
    )

    it.effect("say when the next attempt is due, and what happened without an answer", () =>
      Effect.gen(function* () {
        const history = yield* historyOf((yield* Leads).retrying)
        assert.match(String(history.next_attempt_at), timestamp)
        assert.isAbove(Date.parse(String(history.next_attempt_at)), Date.now() + 3_000_000)
        assert.isNull(history.delivery_attempts[0]?.status_code)
      }),
    )

    it.effect("say why a lead was parked or rejected", () =>
      Effect.gen(function* () {
        const { parked, rejected } = yield* Leads
        assert.include(yield* historyOf(parked), {
          status: "FAILED",
          rejection_reason: "MISSING_REQUIRED_FIELD",
          next_attempt_at: null,
          customer_payload: null,
        })
        assert.include(yield* historyOf(rejected), {
          status: "REJECTED",
          rejection_reason: "NOT_HOMEOWNER",
          normalized_payload: null,
        })
      }),
    )

    it.effect("carry the correlation id of its webhook, not of the question", () =>
      Effect.gen(function* () {
        const world = yield* World
        const headers = { "X-Correlation-ID": "of-the-webhook" }
        const { text } = yield* post(world, leadText, { headers })
        const { lead_id } = json(text) as { readonly lead_id: number }
        const answer = yield* ask(world, {
          path: `/stats/leads/${lead_id}/history`,
          headers: { "X-Correlation-ID": "of-the-question" },
        })
        assert.strictEqual(answer.headers["x-correlation-id"], "of-the-question")
        assert.propertyVal(json(answer.text), "correlation_id", "of-the-webhook")
      }),
    )

    it.effect.each([
      "999999",
      "0",
      "-1",
      "1.5",
      "1e0",
      "abc",
      "%20",
      "9007199254740991",
      "9007199254740993",
      "9223372036854775808",
      "1".repeat(90),
    ])("are not found for %s", (id) =>
      Effect.gen(function* () {
        const world = yield* World
        assertError(yield* ask(world, { path: `/stats/leads/${id}/history` }), 404, "lead not found")
      }),
    )
  })

  describe("and paths", () => {
    it.effect.each([
      "/stats",
      "/stats/leads",
      "/stats/leads/1",
      "/stats/leads/history",
      "/stats/leads//history",
      "/stats/leads/1%00/history",
      "/stats/leads/%31/history",
      "/stats/leads/1/history/",
      "/%",
      "/%zz",
    ])("do not find %s", (path) =>
      Effect.gen(function* () {
        const answer = yield* ask(yield* World, { path, headers: { "X-Correlation-ID": "req-1" } })
        assertError(answer, 404, "not found", "req-1")
      }),
    )
  })
})
