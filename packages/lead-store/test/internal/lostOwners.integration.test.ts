import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { isJsonObject } from "@lead-gateway/lossless-json"
import { Duration, Effect } from "effect"
import { LeadWork } from "../../src/index.ts"
import { send } from "../support/gate.ts"
import {
  claim,
  claimOne,
  eventsOf,
  failed,
  history,
  inWorld,
  inWorldWith,
  open,
  proceed,
  ready,
  receive,
  record,
  rowOf,
  timeComes,
} from "../support/world.ts"

const claimIds = (ids: ReadonlyArray<LeadId>) => LeadWork.use((work) => work.claim({ ids, max: 10 }))

const offer = LeadWork.use((work) => work.offer({ max: 10, patience: Duration.minutes(1) }))

const waiting = LeadWork.use((work) => work.waiting({ after: undefined, max: 10 }))

/** The lease of whoever owns the lead ends. */
const ownerIsLost = (id: LeadId) =>
  PgClient.PgClient.use((sql) => sql`UPDATE open_lead SET due_at = now() WHERE id = ${id}`)

const troublesAre = (id: LeadId, troubles: number) =>
  PgClient.PgClient.use((sql) => sql`UPDATE open_lead SET troubles = ${troubles} WHERE id = ${id}`)

/** A new lead that has lost three owners, the last of them at this moment. */
const losingThird = Effect.gen(function* () {
  const [id] = yield* receive(1)
  assert(id !== undefined)
  for (const troubles of [0, 1, 2]) {
    assert.deepInclude(yield* claimOne, { id, troubles })
    yield* ownerIsLost(id)
  }
  return id
})

/** In how many seconds the lead may be taken. */
const restOf = (id: LeadId) =>
  PgClient.PgClient.use((sql) =>
    Effect.map(
      sql<{ due: number; next: number }>`
        SELECT extract(epoch FROM due_at - now())::float8 AS due,
          extract(epoch FROM next_attempt_at - now())::float8 AS next
        FROM open_lead WHERE id = ${id}`,
      (rows) => rows[0] ?? { due: Number.NaN, next: Number.NaN },
    ),
  )

const assertRests = Effect.fnUntraced(function* (id: LeadId, seconds: number) {
  const { due, next } = yield* restOf(id)
  assert.strictEqual(due, next)
  assert.isAtMost(next, seconds)
  assert.isAbove(next, seconds - 60)
  assert.deepStrictEqual(yield* claimIds([id]), [])
  assert.deepStrictEqual(yield* claim(10), [])
  assert.deepStrictEqual(yield* offer, [])
  assert.deepStrictEqual(yield* waiting, [])
})

describe("a lead that loses its owners", () => {
  for (const [how, takes] of Object.entries({
    "by its id": (id: LeadId) => Effect.map(claimIds([id]), (leads) => leads.map((lead) => lead.id)),
    "when it is due": () => Effect.map(claim(10), (leads) => leads.map((lead) => lead.id)),
    "to offer it": () => offer,
  })) {
    it.effect(`rests about 4 minutes when it has lost three in a row and is taken ${how}`, () =>
      Effect.gen(function* () {
        const id = yield* losingThird
        assert.deepStrictEqual(yield* takes(id), [])
        yield* assertRests(id, 240)
        assert.deepInclude(yield* rowOf(id), { lease_token: null })
        yield* timeComes(id)
        assert.deepInclude(yield* claimOne, { id, status: "RECEIVED", troubles: 3 })
      }).pipe(inWorld),
    )
  }

  it.effect("tells why it rests, and until when", () =>
    Effect.gen(function* () {
      const id = yield* losingThird
      assert.deepStrictEqual(yield* eventsOf(id), ["received"])
      yield* claim(1)
      const { events, nextAttemptAt } = yield* history(id)
      const { details, type } = events.at(-1) ?? {}
      assert(type === "set_aside" && isJsonObject(details) && typeof details.next_attempt_at === "string")
      assert.strictEqual(details.because, "its worker was lost, the trouble no. 3 in a row")
      assert.deepStrictEqual(new Date(details.next_attempt_at), nextAttemptAt)
      yield* timeComes(id)
      assert.isNull((yield* history(id)).nextAttemptAt)
    }).pipe(inWorld),
  )

  it.effect("rests longer each time, up to an hour, however long that goes on", () =>
    Effect.gen(function* () {
      const id = yield* losingThird
      for (const [lost, seconds] of [
        [3, 240],
        [4, 480],
        [5, 960],
        [6, 1920],
        [7, 3600],
        [2000, 3600],
      ] as const) {
        yield* troublesAre(id, lost - 1)
        assert.deepStrictEqual(yield* claim(1), [])
        yield* assertRests(id, seconds)
        yield* timeComes(id)
        assert.strictEqual((yield* claimOne).troubles, lost)
        yield* ownerIsLost(id)
      }
    }).pipe(inWorld),
  )

  it.effect("keeps nobody from the leads beside it", () =>
    Effect.gen(function* () {
      const id = yield* losingThird
      const others = yield* receive(3)
      assert.sameMembers(
        (yield* claimIds([id, ...others])).map((lead) => lead.id),
        [...others],
      )
    }).pipe(inWorld),
  )

  it.effect("keeps an attempt open while it rests, for the next owner to find", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const first = yield* claimOne
      yield* open(first)
      for (const troubles of [1, 2]) {
        yield* ownerIsLost(first.id)
        assert.deepInclude(yield* claimOne, { troubles, attemptIsOpen: true })
      }
      yield* ownerIsLost(first.id)
      assert.deepStrictEqual(yield* claim(1), [])
      yield* assertRests(first.id, 240)
      const sql = yield* PgClient.PgClient
      assert.deepStrictEqual(yield* sql`SELECT attempt_no, ended_at FROM delivery_attempt`, [
        { attempt_no: 1, ended_at: null },
      ])
      yield* timeComes(first.id)
      assert.deepInclude(yield* claimOne, { attemptCount: 1, attemptIsOpen: true, troubles: 3 })
    }).pipe(inWorld),
  )

  it.effect("starts from nothing again when a step was done: an outcome on record", () =>
    Effect.gen(function* () {
      const id = yield* losingThird
      yield* claim(1)
      yield* timeComes(id)
      const lead = yield* claimOne
      yield* open(lead)
      yield* record(lead, 1, failed)
      yield* timeComes(id)
      assert.strictEqual((yield* claimOne).troubles, 0)
    }).pipe(inWorld),
  )

  it.effect("starts from nothing again when a step was done: a decision that waits at the gate", () =>
    Effect.gen(function* () {
      yield* send(failed)
      const id = yield* losingThird
      yield* claim(1)
      yield* timeComes(id)
      assert.deepStrictEqual(yield* proceed(yield* claimOne, ready), { _tag: "HeldBack" })
      const sql = yield* PgClient.PgClient
      yield* sql`UPDATE customer_gate SET probe_at = now()`
      assert.deepInclude(yield* claimOne, { id, troubles: 0 })
    }).pipe(inWorldWith({ failures: 1 })),
  )
})
