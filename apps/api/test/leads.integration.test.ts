import { PgClient } from "@effect/sql-pg"
import { assert, describe, layer } from "@effect/vitest"
import { LeadStatus } from "@lead-gateway/lead"
import { LeadWork } from "@lead-gateway/lead-store"
import { Context, Effect, Layer } from "effect"
import { ask, assertError, post } from "./support/Http.ts"
import { lead } from "./support/leads.ts"
import { decide } from "./support/work.ts"
import { World, type WorldShape } from "./support/World.ts"

interface Listed {
  readonly id: number
  readonly received_at: string
  readonly status: string
  readonly rejection_reason: string | null
  readonly correlation_id: string
  readonly attempts: number
  readonly next_attempt_at: string | null
}

interface Page {
  readonly data: ReadonlyArray<Listed>
  readonly next_cursor: string | null
}

/** Leads in all statuses, named by what happened to them. */
class Leads extends Context.Service<Leads, Readonly<Record<string, number>>>()("test/Leads") {
  static readonly layer = Layer.effect(
    Leads,
    Effect.gen(function* () {
      const world = yield* World
      const work = yield* Layer.build(
        LeadWork.layer.pipe(Layer.provide(Layer.succeed(PgClient.PgClient, world.sql))),
      )
      const send = Effect.fnUntraced(function* (name: string) {
        const answer = yield* post(world, JSON.stringify(lead), {
          headers: { "X-Correlation-ID": `corr-${name}` },
        })
        return (JSON.parse(answer.text) as { readonly lead_id: number }).lead_id
      })
      const make = Effect.fnUntraced(function* (
        name: string,
        ...[decision, answers]: Parameters<typeof decide> extends [number, ...infer R] ? R : never
      ) {
        const id = yield* send(name)
        yield* Effect.provideContext(decide(id, decision, answers), work)
        return id
      })
      return {
        rejected: yield* make("rejected", "REJECTED"),
        parked: yield* make("parked", "PARKED"),
        delivered: yield* make("delivered", "READY", [503, 200]),
        refused: yield* make("refused", "READY", [400]),
        retrying: yield* make("retrying", "READY", [null]),
        ready: yield* make("ready", "READY"),
        received: yield* send("received"),
      }
    }),
  )
}

const shown = Effect.fnUntraced(function* <A>(world: WorldShape, path: string) {
  const { status, text } = yield* ask(world, { path })
  assert.strictEqual(status, 200, text)
  return JSON.parse(text) as A
})

const listed = (query: string) =>
  Effect.flatMap(World, (world) => shown<Page>(world, `/api/v1/leads${query}`))

const idsOf = (query: string) => Effect.map(listed(query), ({ data }) => data.map(({ id }) => id))

layer(Leads.layer.pipe(Layer.provideMerge(World.layer())), {
  excludeTestServices: true,
  timeout: "30 seconds",
})("the list of leads", (it) => {
  it.effect("has the newest first, each with how far it has come", () =>
    Effect.gen(function* () {
      const leads = yield* Leads
      const { data, next_cursor } = yield* listed("")
      assert.isNull(next_cursor)
      const retryAt = data.find(({ id }) => id === leads.retrying)?.next_attempt_at ?? ""
      assert.closeTo(Date.parse(retryAt), Date.now() + 3_600_000, 60_000)
      const expected = (name: string, status: string, reason: string | null, attempts: number) => ({
        id: leads[name],
        status,
        rejection_reason: reason,
        correlation_id: `corr-${name}`,
        attempts,
        next_attempt_at: name === "retrying" ? retryAt : null,
        test: false,
      })
      assert.deepStrictEqual(
        data.map(({ received_at, ...rest }) => {
          assert.closeTo(Date.parse(received_at), Date.now(), 60_000)
          return rest
        }),
        [
          expected("received", "RECEIVED", null, 0),
          expected("ready", "READY", null, 1),
          expected("retrying", "FAILED", null, 1),
          expected("refused", "PERMANENTLY_FAILED", "CUSTOMER_REFUSED", 1),
          expected("delivered", "DELIVERED", null, 2),
          expected("parked", "FAILED", "MISSING_REQUIRED_FIELD", 0),
          expected("rejected", "REJECTED", "NOT_HOMEOWNER", 0),
        ] as never,
      )
    }),
  )

  it.effect("comes in pages", () =>
    Effect.gen(function* () {
      const all = yield* idsOf("")
      for (const limit of [1, 2, 3, 6, 7, 200]) {
        const found: Array<number> = []
        let cursor: string | null = ""
        while (cursor !== null) {
          const page: Page = yield* listed(`?limit=${limit}${cursor === "" ? "" : `&cursor=${cursor}`}`)
          assert.isAtMost(page.data.length, limit)
          found.push(...page.data.map(({ id }) => id))
          cursor = page.next_cursor
        }
        assert.deepStrictEqual(found, all, `limit ${limit}`)
      }
    }),
  )

  it.effect("is filtered, by one filter or several", () =>
    Effect.gen(function* () {
      const leads = yield* Leads
      const { delivered, parked, ready, received, refused, rejected, retrying } = leads
      const cases: Readonly<Record<string, ReadonlyArray<number | undefined>>> = {
        "status=REJECTED": [rejected],
        "status=FAILED": [retrying, parked],
        "status=RECEIVED": [received],
        "status=READY": [ready],
        "reason=NOT_HOMEOWNER": [rejected],
        "reason=MISSING_REQUIRED_FIELD&status=FAILED": [parked],
        "reason=MISSING_REQUIRED_FIELD&status=REJECTED": [],
        "reason=NOBODY_HAS_THIS": [],
        "customer=default": [ready, retrying, refused, delivered],
        "customer=default&status=DELIVERED": [delivered],
        "customer=nobody": [],
        "correlation_id=corr-parked": [parked],
        "correlation_id=corr-parked&status=DELIVERED": [],
        "correlation_id=corr-nobody": [],
        "received_from=2000-01-01": [received, ready, retrying, refused, delivered, parked, rejected],
        "received_from=2999-01-01T00:00:00Z": [],
        "received_before=2000-01-01T00:00:00%2B01:00": [],
        "received_before=2999-01-01&status=FAILED": [retrying, parked],
      }
      for (const [query, expected] of Object.entries(cases)) {
        assert.deepStrictEqual(yield* idsOf(`?${query}`), expected as never, query)
      }
      // Exactly at a lead's own time.
      const { data } = yield* listed("")
      for (const { id, received_at } of data) {
        // The wire has milliseconds, Postgres microseconds.
        const later = new Date(Date.parse(received_at) + 1).toISOString()
        assert.include(yield* idsOf(`?received_from=${received_at}`), id)
        assert.notInclude(yield* idsOf(`?received_from=${later}`), id)
        assert.notInclude(yield* idsOf(`?received_before=${received_at}`), id)
        assert.include(yield* idsOf(`?received_before=${later}`), id)
      }
    }),
  )

  it.effect("says which parameter is wrong, and what is allowed, without repeating it", () =>
    Effect.gen(function* () {
      const world = yield* World
      const cases: Readonly<Record<string, string>> = {
        "limit=0": "limit must be a whole number from 1 to 200",
        "limit=201": "limit must be a whole number from 1 to 200",
        "cursor=x": "cursor must be the next_cursor of an earlier answer",
        "status=PARKED": `status must be one of ${LeadStatus.literals.join(", ")}`,
        "reason=secret-value":
          "reason must be a reason such as NOT_HOMEOWNER: capital letters, digits and _, at most 64",
        "received_from=yesterday":
          "received_from must be a time such as 2026-01-21T10:35:00Z, or a day such as 2026-01-21",
        "received_before=2026-02-30":
          "received_before must be a time such as 2026-01-21T10:35:00Z, or a day such as 2026-01-21",
        ...Object.fromEntries(
          ["0000-01-01", "0001-01-01T00:30:00%2B01:00", "9999-12-31T23:30:00-01:00"].map((time) => [
            `received_from=${time}`,
            "received_from must be a time such as 2026-01-21T10:35:00Z, or a day such as 2026-01-21",
          ]),
        ),
        "email=": "email must be an e-mail address, 1 to 320 characters",
        "phone=nobody-has-this-number": "phone must be a phone number, 1 to 64 characters",
        "correlation_id=a%20b": "correlation_id must be 1 to 128 visible ASCII characters",
        "customer=": "customer must be the name of a customer, 1 to 200 characters",
      }
      for (const [query, error] of Object.entries(cases)) {
        assertError(yield* ask(world, { path: `/api/v1/leads?${query}` }), 400, error)
      }
    }),
  )

  describe("one of them", () => {
    it.effect("has its history, its deliveries and an explanation", () =>
      Effect.gen(function* () {
        const world = yield* World
        const { delivered } = yield* Leads
        const { deliveries, explanation, test, ...history } = yield* shown<Record<string, unknown>>(
          world,
          `/api/v1/leads/${delivered}`,
        )
        assert.isFalse(test)
        assert.deepStrictEqual(history, yield* shown(world, `/stats/leads/${delivered}/history`))
        assert.strictEqual(
          (explanation as ReadonlyArray<string>).at(-1),
          "Nothing follows: the customer has the lead.",
        )
        const [delivery, ...others] = deliveries as ReadonlyArray<Record<string, unknown>>
        assert.lengthOf(others, 0)
        assert.deepInclude(delivery, { delivery_no: 0, customer: "default", attempts: 2 })
        assert.match(String(delivery?.["idempotency_key"]), /^[0-9a-f-]{36}$/)
      }),
    )

    it.effect("that does not exist is not found", () =>
      Effect.gen(function* () {
        const world = yield* World
        for (const id of ["999999", "0", "x", "1.0", "9007199254740992", "99999999999"]) {
          assertError(yield* ask(world, { path: `/api/v1/leads/${id}` }), 404, "lead not found")
        }
      }),
    )
  })

  it.effect("agrees with the ledger", () =>
    Effect.gen(function* () {
      yield* Leads
      assert.deepStrictEqual(yield* shown(yield* World, "/api/v1/ledger"), {
        received: 7,
        rejected: 1,
        delivered: 1,
        retrying: 1,
        parked: 1,
        permanently_failed: 1,
        in_flight: 2,
        unaccounted: 0,
      })
    }),
  )
})
