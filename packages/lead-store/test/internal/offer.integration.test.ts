import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Duration, Effect } from "effect"
import { LeadIntake, LeadWork } from "../../src/index.ts"
import { send } from "../support/gate.ts"
import {
  claim,
  claimOne,
  eventsOf,
  failed,
  inWorld,
  inWorldWith,
  newLead,
  open,
  parked,
  proceed,
  ready,
  receive,
  record,
  rowOf,
  timeComes,
} from "../support/world.ts"

const offer = (max: number, patience = Duration.minutes(1)) =>
  LeadWork.use((work) => work.offer({ max, patience }))

const waiting = (max = 100, after?: Parameters<LeadWork["Service"]["waiting"]>[0]["after"]) =>
  LeadWork.use((work) => work.waiting({ after, max }))

const untilDue = LeadWork.use((work) =>
  Effect.map(work.outlook, (outlook) => Duration.toSeconds(outlook.untilDue ?? Duration.infinity)),
)

describe("LeadIntake.receive with a queue", () => {
  it.effect("leaves a lead to the queue for a while, and to whoever is told of it", () =>
    Effect.gen(function* () {
      const id = yield* LeadIntake.use((intake) =>
        intake.receive({ ...newLead(), queuePatience: Duration.seconds(60) }),
      )
      assert.deepStrictEqual(yield* claim(1), [])
      assert.deepStrictEqual(yield* offer(1), [])
      assert.closeTo(yield* untilDue, 60, 15)
      assert.deepStrictEqual(yield* waiting(), [id])
      const [lead] = yield* LeadWork.use((work) => work.claim({ ids: [id], max: 1 }))
      assert.strictEqual(lead?.id, id)
    }).pipe(inWorld),
  )
})

describe("LeadWork.offer", () => {
  it.effect("offers what is due, longest due first, once in so long a time", () =>
    Effect.gen(function* () {
      const ids = yield* receive(3)
      const sql = yield* PgClient.PgClient
      yield* sql`UPDATE open_lead SET due_at = now() - make_interval(secs => id)`
      assert.sameMembers([...(yield* offer(2))], ids.slice(1))
      assert.deepStrictEqual(yield* offer(2), ids.slice(0, 1))
      assert.deepStrictEqual(yield* offer(2), [])
      assert.closeTo(yield* untilDue, 60, 15)
      assert.deepStrictEqual(yield* waiting(), ids)
      yield* sql`UPDATE open_lead SET due_at = now()`
      assert.sameMembers([...(yield* offer(9))], ids)
    }).pipe(inWorld),
  )

  it.effect(
    "offers a retry whose time has come, and nothing that is owned, scheduled, parked or at its end",
    () =>
      Effect.gen(function* () {
        yield* receive(4)
        const [retry, later, toPark, owned] = yield* claim(4)
        assert(retry !== undefined && later !== undefined && toPark !== undefined && owned !== undefined)
        for (const lead of [retry, later]) {
          yield* open(lead)
          yield* record(lead, 1, failed)
        }
        yield* timeComes(retry.id)
        yield* proceed(toPark, parked)
        assert.deepStrictEqual(yield* waiting(), [retry.id])
        assert.deepStrictEqual(yield* offer(9), [retry.id])
      }).pipe(inWorld),
  )

  it.effect("frees a lead whose owner was lost, and counts it as a trouble", () =>
    Effect.gen(function* () {
      yield* receive(1)
      const lost = yield* claimOne
      yield* timeComes(lost.id)
      assert.deepStrictEqual(yield* waiting(), [])
      assert.deepStrictEqual(yield* offer(9), [lost.id])
      assert.deepInclude(yield* rowOf(lost.id), { lease_token: null })
      assert.deepStrictEqual(yield* proceed(lost, ready), { _tag: "NotOwned" })
      const [again] = yield* LeadWork.use((work) => work.claim({ ids: [lost.id], max: 1 }))
      assert.deepInclude(again, { troubles: 1 })
    }).pipe(inWorld),
  )

  it.effect(
    "offers one lead of those that wait for a customer that is down, when a probe's time has come",
    () =>
      Effect.gen(function* () {
        yield* send(failed)
        yield* receive(3)
        yield* Effect.forEach(yield* claim(3), (lead) => proceed(lead, ready))
        assert.deepStrictEqual(yield* offer(9), [])
        assert.closeTo(yield* untilDue, 30, 10)
        const sql = yield* PgClient.PgClient
        yield* sql`UPDATE customer_gate SET probe_at = now()`
        assert.strictEqual(yield* untilDue, 0)
        assert.strictEqual((yield* offer(9)).length, 1)
      }).pipe(inWorldWith({ failures: 1 })),
  )

  it.effect("offers each lead once when several ask at the same time", () =>
    Effect.gen(function* () {
      const ids = yield* receive(300)
      const offered = yield* Effect.forEach(Array.from({ length: 10 }), () => offer(30), {
        concurrency: "unbounded",
      })
      const rest = yield* offer(300)
      assert.deepStrictEqual(
        [...offered.flat(), ...rest].sort((a, b) => a - b),
        ids,
      )
    }).pipe(inWorld),
  )
})

describe("LeadWork.waiting", () => {
  it.effect("lists all that wait for a worker, page by page", () =>
    Effect.gen(function* () {
      const ids = yield* receive(5)
      const [owned] = yield* claim(1)
      const rest = ids.filter((id) => id !== owned?.id)
      assert.deepStrictEqual(yield* waiting(3), rest.slice(0, 3))
      assert.deepStrictEqual(yield* waiting(3, rest[2]), rest.slice(3))
      assert.deepStrictEqual(yield* waiting(3, rest[3]), [])
    }).pipe(inWorld),
  )
})

describe("LeadWork.waiting at a customer's gate", () => {
  it.effect("leaves out what waits for a customer that is down, and lists what is new", () =>
    Effect.gen(function* () {
      yield* send(failed)
      const held = yield* receive(2)
      yield* Effect.forEach(yield* claim(2), (lead) => proceed(lead, ready))
      const undecided = yield* receive(2)
      assert.deepStrictEqual(yield* waiting(), undecided)
      const sql = yield* PgClient.PgClient
      // A probe takes one lead, not all that wait.
      yield* sql`UPDATE customer_gate SET probe_at = now()`
      assert.deepStrictEqual(yield* waiting(), undecided)
      yield* sql`UPDATE customer_gate SET circuit = 'closed'`
      assert.deepStrictEqual(yield* waiting(), undecided)
      yield* sql`UPDATE customer_gate SET changed_at = now() - interval '1 hour'`
      assert.deepStrictEqual(yield* waiting(), [...held, ...undecided])
    }).pipe(inWorldWith({ failures: 1 })),
  )

  it.effect("leaves out what waits for its turn under a rate limit", () =>
    Effect.gen(function* () {
      const [first, second] = yield* receive(2)
      assert(first !== undefined && second !== undefined)
      yield* Effect.forEach(yield* claim(2), (lead) => proceed(lead, ready))
      const undecided = yield* receive(1)
      assert.deepStrictEqual(yield* waiting(), undecided)
    }).pipe(inWorldWith({ ratePerSecond: 0.001 })),
  )
})

describe("LeadWork.claim of leads by their ids", () => {
  it.effect("takes those that may be taken, each once, and leaves the others where they are", () =>
    Effect.gen(function* () {
      const ids = yield* receive(3)
      const take = LeadWork.use((work) => work.claim({ ids: [...ids, ...ids], max: 10 }))
      assert.deepStrictEqual(
        (yield* take).map((lead) => lead.id),
        ids,
      )
      assert.deepStrictEqual(yield* take, [])
      const [lead] = ids
      assert(lead !== undefined)
      assert.deepStrictEqual(yield* eventsOf(lead), ["received"])
      assert.deepStrictEqual(yield* LeadWork.use((work) => work.claim({ ids: [], max: 10 })), [])
    }).pipe(inWorld),
  )
})
