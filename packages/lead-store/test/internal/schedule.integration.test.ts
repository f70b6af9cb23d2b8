import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Duration, Effect } from "effect"
import { LeadWork } from "../../src/index.ts"
import { probeTimeComes } from "../support/throttle.ts"
import {
  claim,
  claimIds,
  claimNew,
  claimOne,
  failed,
  inWorld,
  inWorldWith,
  newLead,
  ownerIsLost,
  parked,
  ready,
  receive,
  rowOf,
  receiveLead,
  send,
  step,
  timeComes,
} from "../support/world.ts"

const offer = (max: number, patience = Duration.minutes(1)) =>
  LeadWork.use((work) => work.offer({ max, patience }))

const waiting = (max = 100, after?: Parameters<LeadWork["Service"]["waiting"]>[0]["after"]) =>
  LeadWork.use((work) => work.waiting({ after, max }))

/** In how many seconds something may be claimed; infinite when nothing is scheduled. */
const untilDue = LeadWork.use((work) =>
  Effect.map(work.nextDue, (outlook) => Duration.toSeconds(outlook.untilDue ?? Duration.infinity)),
)

/** Leads that are decided and wait at the throttle. */
const held = Effect.fnUntraced(function* (count: number) {
  const ids = yield* receive(count)
  yield* Effect.forEach(yield* claim(count), (lead) => step(lead, ready))
  return ids
})

describe("LeadWork.nextDue", () => {
  it.effect("is undefined if nothing is scheduled, or only leased work", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* LeadWork.use((work) => work.nextDue), {
        untilDue: undefined,
        isCircuitOpen: false,
        isSuspectDue: false,
      })
      yield* claimNew
      assert.strictEqual(yield* untilDue, Infinity)
    }).pipe(inWorld),
  )

  it.effect("is zero when a lead is due, and when the lease of one has ended", () =>
    Effect.gen(function* () {
      yield* receive(1)
      assert.strictEqual(yield* untilDue, 0)
      const { leadId } = yield* claimOne
      yield* ownerIsLost(leadId)
      assert.strictEqual(yield* untilDue, 0)
    }).pipe(inWorld),
  )

  it.effect("is the time of the next retry", () =>
    Effect.gen(function* () {
      yield* send(failed)
      assert.closeTo(yield* untilDue, 3600, 15)
    }).pipe(inWorld),
  )

  it.effect("says that a circuit is open also when nobody waits for it", () =>
    Effect.gen(function* () {
      yield* send(failed)
      yield* PgClient.PgClient.use((sql) => sql`DELETE FROM work`)
      const outlook = yield* LeadWork.use((work) => work.nextDue)
      assert.deepStrictEqual(outlook, { untilDue: undefined, isCircuitOpen: true, isSuspectDue: false })
    }).pipe(inWorldWith({ failures: 1 })),
  )
})

describe("LeadIntake.receive with a queue", () => {
  it.effect("leaves a lead to the queue for a while, and lets a claim by id have it", () =>
    Effect.gen(function* () {
      const id = yield* receiveLead({ ...newLead(), queuePatienceMs: 60_000 })
      assert.deepStrictEqual(yield* claim(1), [])
      assert.deepStrictEqual(yield* offer(1), [])
      assert.closeTo(yield* untilDue, 60, 15)
      assert.deepStrictEqual(yield* waiting(), [id])
      assert.strictEqual((yield* claimIds([id]))[0]?.leadId, id)
    }).pipe(inWorld),
  )
})

describe("LeadWork.offer", () => {
  it.effect("offers what is due, longest due first, once in so long a time", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const ids = yield* receive(3)
      yield* sql`UPDATE work SET due_at = now() - make_interval(secs => lead_id)`
      assert.sameMembers([...(yield* offer(2))], ids.slice(1))
      assert.deepStrictEqual(yield* offer(2), ids.slice(0, 1))
      assert.deepStrictEqual(yield* offer(2), [])
      assert.closeTo(yield* untilDue, 60, 15)
      assert.deepStrictEqual(yield* waiting(), ids)
      yield* sql`UPDATE work SET due_at = now()`
      assert.sameMembers([...(yield* offer(9))], ids)
    }).pipe(inWorld),
  )

  it.effect("offers a retry that is due, and nothing that is leased, scheduled, parked or ended", () =>
    Effect.gen(function* () {
      const retry = yield* send(failed)
      yield* send(failed)
      yield* step(yield* claimNew, parked)
      yield* claimNew
      yield* timeComes(retry.leadId)
      assert.deepStrictEqual(yield* waiting(), [retry.leadId])
      assert.deepStrictEqual(yield* offer(9), [retry.leadId])
    }).pipe(inWorld),
  )

  it.effect("offers work whose worker was lost", () =>
    Effect.gen(function* () {
      const { leadId } = yield* claimNew
      assert.deepStrictEqual(yield* waiting(), [])
      yield* ownerIsLost(leadId)
      assert.deepStrictEqual(yield* waiting(), [leadId])
      assert.deepStrictEqual(yield* offer(9), [leadId])
      assert.deepStrictEqual(yield* offer(9), [])
      assert.deepStrictEqual(yield* claimIds([leadId]), [])
      assert.strictEqual((yield* rowOf(leadId))?.internal_failures, 1)
    }).pipe(inWorld),
  )

  it.effect("offers one of those that wait for a customer that is down, when a probe's time has come", () =>
    Effect.gen(function* () {
      yield* send(failed)
      yield* held(3)
      assert.deepStrictEqual(yield* offer(9), [])
      assert.closeTo(yield* untilDue, 30, 10)
      yield* probeTimeComes
      assert.strictEqual(yield* untilDue, 0)
      assert.lengthOf(yield* offer(9), 1)
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
      const [leased] = yield* claim(1)
      const rest = ids.filter((id) => id !== leased?.leadId)
      assert.deepStrictEqual(yield* waiting(3), rest.slice(0, 3))
      assert.deepStrictEqual(yield* waiting(3, rest[2]), rest.slice(3))
      assert.deepStrictEqual(yield* waiting(3, rest[3]), [])
    }).pipe(inWorld),
  )

  it.effect("leaves out what waits for a customer that is down, and lists what is new", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* send(failed)
      const waits = yield* held(2)
      const undecided = yield* receive(2)
      assert.deepStrictEqual(yield* waiting(), undecided)
      // A probe takes one lead, not all that wait.
      yield* probeTimeComes
      assert.deepStrictEqual(yield* waiting(), undecided)
      yield* sql`UPDATE customer SET circuit = 'closed'`
      assert.deepStrictEqual(yield* waiting(), undecided)
      yield* sql`UPDATE customer SET circuit_changed_at = now() - interval '1 hour'`
      assert.deepStrictEqual(yield* waiting(), [...waits, ...undecided])
    }).pipe(inWorldWith({ failures: 1 })),
  )

  it.effect("leaves out what waits for its turn under a rate limit", () =>
    Effect.gen(function* () {
      yield* held(2)
      const undecided = yield* receive(1)
      assert.deepStrictEqual(yield* waiting(), undecided)
    }).pipe(inWorldWith({ ratePerSecond: 0.001 })),
  )
})
