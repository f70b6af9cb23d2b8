import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { LeadId, LeadStatus, statusOf, type LeadState } from "@lead-gateway/lead"
import { Effect } from "effect"
import { randomUUID } from "node:crypto"
import { LeadList, type ListOptions } from "../src/index.ts"
import {
  claimIds,
  claimNew,
  complete,
  delivery,
  failed,
  inWorld,
  newLead,
  open,
  openNew,
  parked,
  readyFor,
  receive,
  receiveLead,
  rejected,
  replay,
  secondCustomer,
  send,
  step,
  succeeded,
  type World,
} from "./support/world.ts"

const hashOf = (name: string) => Buffer.from(name.padEnd(16, "-")).toString("hex")

const page = (options: Partial<ListOptions>) =>
  LeadList.use((list) => list.page({ limit: 200, contacts: [], ...options }))

/** All pages of a list. */
const all = Effect.fnUntraced(function* (options: Partial<ListOptions>) {
  const found: Array<number> = []
  let before = options.before
  for (;;) {
    const { leads, next } = yield* page({ ...options, before })
    assert.isAtMost(leads.length, options.limit ?? 200)
    found.push(...leads.map(({ id }) => id))
    if (next === null) return found
    assert.isTrue(before === undefined || next < before, "pages go on")
    before = next
  }
})

const inList = <A, E>(test: Effect.Effect<A, E, World | LeadList>) =>
  inWorld(Effect.provide(test, LeadList.layer))

/** Leads of every kind, and when they were received: one a minute. */
const mixedLeads = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  yield* secondCustomer()
  const of = (contacts: ReadonlyArray<string>) => ({ contacts: contacts.map(hashOf) })
  for (let round = 0; round < 3; round++) {
    yield* step(yield* claimNew, { ...rejected, ...of(["ada", "1"]) })
    yield* step(yield* claimNew, { ...parked, ...of(["ada"]) })
    yield* send(succeeded)
    yield* send(failed)
    yield* openNew
    const other = yield* claimNew
    yield* step(other, {
      ...readyFor(2),
      ...of(["bob", "1"]),
      delivery: { ...delivery, customerId: 2, idempotencyKey: randomUUID() },
    })
    yield* complete(other, 1, failed)
    yield* receive(1)
    yield* receiveLead({ ...newLead(), correlationId: `corr-${round}` })
  }
  // One that was replayed is found by its contacts once.
  yield* replay("again", { status: "REJECTED", ids: [LeadId.make(1)] } as never).pipe(
    Effect.catch(() => Effect.succeed(0)),
  )
  for (const table of ["lead", "settled_lead", "work"]) {
    const id = table === "lead" ? "id" : "lead_id"
    yield* sql.unsafe(
      `UPDATE ${table} SET received_at = timestamptz '2026-01-21T10:00:00Z' + ${id} * interval '1 min'`,
    )
  }
  // Tests in every state, as an operator's request stores them.
  yield* sql`UPDATE lead SET source_id = 2 WHERE id % 3 = 1`
  yield* sql`
    INSERT INTO audit (tenant_id, operator, via, action, lead_id)
    SELECT 1, 'anna', 'token', action, id FROM lead CROSS JOIN unnest(ARRAY['lead.test', 'lead.view']) AS action
    WHERE source_id = 2`
})

interface Row {
  readonly id: number
  readonly received_at: Date
  readonly state: LeadState
  readonly reason: string | null
  readonly correlation_id: string
  readonly customer: string | null
  readonly hashes: ReadonlyArray<string> | null
  readonly is_test: boolean
}

/** Every lead, by the simplest query. */
const everything = PgClient.PgClient.use(
  (sql) => sql<Row>`
    SELECT lead.id::float8 AS id, lead.received_at, coalesce(settled.state, work.state)::text AS state, settled.reason,
      lead.correlation_id, (SELECT name FROM delivery JOIN customer ON customer.id = customer_id WHERE lead_id = lead.id LIMIT 1) AS customer,
      (SELECT array_agg(replace(hash::text, '-', '')) FROM lead_contact WHERE lead_id = lead.id) AS hashes,
      lead.source_id = 2 AS is_test
    FROM lead LEFT JOIN settled_lead AS settled ON settled.lead_id = lead.id LEFT JOIN work ON work.lead_id = lead.id
    ORDER BY lead.id DESC`,
)

const matches = (row: Row, options: Partial<ListOptions>): boolean =>
  (options.status === undefined || statusOf(row.state) === options.status) &&
  (options.reason === undefined || row.reason === options.reason) &&
  (options.customer === undefined ||
    (row.customer === options.customer && !["RECEIVED", "REJECTED", "PARKED"].includes(row.state))) &&
  (options.receivedFrom === undefined || row.received_at >= options.receivedFrom) &&
  (options.receivedBefore === undefined || row.received_at < options.receivedBefore) &&
  (options.correlationId === undefined || row.correlation_id === options.correlationId) &&
  (options.isTest === undefined || row.is_test === options.isTest) &&
  (options.contacts ?? []).every((hash) => row.hashes?.includes(hash))

const minute = (number: number) => new Date(Date.UTC(2026, 0, 21, 10, number))

const values = {
  status: LeadStatus.literals,
  reason: ["ZIP_NOT_66XXX", "MISSING_REQUIRED_FIELD", "NOBODY_HAS_IT"],
  customer: ["default", "second", "nobody"],
  receivedFrom: [minute(0), minute(5), minute(13), minute(999)],
  receivedBefore: [minute(0), minute(7), minute(20), minute(999)],
  correlationId: ["a-correlation-id", "corr-1", "nobody"],
  contacts: [["ada"], ["1"], ["ada", "1"], ["bob"], ["nobody"]].map((names) => names.map(hashOf)),
  isTest: [true, false],
} satisfies { readonly [K in keyof ListOptions]?: ReadonlyArray<ListOptions[K]> }

/** No filter, each one, and each two together. */
const filters: ReadonlyArray<Partial<ListOptions>> = (() => {
  const single = Object.entries(values).flatMap(([name, list]) => list.map((value) => ({ [name]: value })))
  const pairs = single.flatMap((one, index) =>
    single.slice(index + 1).flatMap((other) => {
      const both = { ...one, ...other }
      return Object.keys(both).length === 2 ? [both] : []
    }),
  )
  return [{}, ...single, ...pairs]
})()

describe("a list of leads", () => {
  it.effect(
    "has exactly the leads that match, newest first, in pages of any size",
    () =>
      Effect.gen(function* () {
        yield* mixedLeads
        const rows = yield* everything
        assert.isAbove(rows.length, 20)
        let some = 0
        for (const [index, options] of filters.entries()) {
          const expected = rows.filter((row) => matches(row, options)).map(({ id }) => id)
          if (expected.length > 0) some++
          const name = JSON.stringify(options)
          assert.deepStrictEqual(yield* all(options), expected, name)
          if (index % 5 === 0) assert.deepStrictEqual(yield* all({ ...options, limit: 2 }), expected, name)
        }
        assert.isAbove(some, 100)
      }).pipe(inList),
    120_000,
  )

  it.effect("goes on where a page has looked at all that it may look at", () =>
    Effect.gen(function* () {
      yield* secondCustomer()
      const sql = yield* PgClient.PgClient
      yield* receive(1)
      // Two thousand leads that were delivered to the first customer, and the oldest one to the second.
      yield* sql`
        INSERT INTO lead_p000000 (id, tenant_id, source_id, raw_payload, source_headers, payload_hash, correlation_id)
        SELECT id, 1, 1, '{}', '{}', sha256(''), 'many' FROM generate_series(100, 2099) AS id`
      yield* sql`
        INSERT INTO delivery_p000000 (lead_id, delivery_no, customer_id, idempotency_key, payload)
        SELECT id, 0, CASE id WHEN 100 THEN 2 ELSE 1 END, gen_random_uuid(), '{}' FROM generate_series(100, 2099) AS id`
      yield* sql`
        INSERT INTO settled_lead (lead_id, tenant_id, received_at, state) SELECT id, 1, now(), 'DELIVERED' FROM generate_series(100, 2099) AS id`
      const first = yield* page({ customer: "second" })
      assert.deepStrictEqual(first.leads, [])
      assert.isNotNull(first.next)
      assert.deepStrictEqual(yield* all({ customer: "second" }), [100])
      // A sender that gives all its leads one correlation id.
      assert.lengthOf(yield* all({ correlationId: "many", status: "DELIVERED" }), 2000)
      assert.deepStrictEqual(yield* all({ correlationId: "many", status: "REJECTED" }), [])
      assert.deepStrictEqual(yield* all({ customer: "nobody" }), [])
    }).pipe(inList),
  )

  it.effect("shows attempts and the next one", () =>
    Effect.gen(function* () {
      const lead = yield* send(failed)
      const { leads } = yield* page({})
      assert.strictEqual(leads[0]?.attempts, 1)
      assert.closeTo(leads[0]?.nextAttemptAt?.getTime() ?? 0, Date.now() + 3_600_000, 60_000)
      const sql = yield* PgClient.PgClient
      yield* sql`UPDATE work SET scheduled_at = now(), due_at = now()`
      const [claimed] = yield* claimIds([lead.leadId])
      yield* open(claimed ?? assert.fail())
      const again = yield* page({})
      assert.strictEqual(again.leads[0]?.attempts, 2)
      assert.isNull(again.leads[0]?.nextAttemptAt)
      assert.deepInclude((yield* LeadList.use((list) => list.deliveries(lead.leadId)))[0], {
        deliveryNo: 0,
        customer: "default",
        attempts: 2,
      })
      assert.deepStrictEqual(yield* LeadList.use((list) => list.deliveries(LeadId.make(77_000_000))), [])
    }).pipe(inList),
  )
})
