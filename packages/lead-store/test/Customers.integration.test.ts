import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Duration, Effect } from "effect"
import { Customers, LeadWork } from "../src/index.ts"
import { customerRow, probeTimeComes } from "./support/throttle.ts"
import {
  attemptsOf,
  claim,
  claimNew,
  claimOne,
  complete,
  configure,
  eventsOf,
  failed,
  inWorld,
  inWorldWith,
  open,
  openNew,
  ownerIsLost,
  readyFor,
  receive,
  rowOf,
  secondCustomer,
  send,
  settings,
  step,
  succeeded,
  throttled,
  timeComes,
} from "./support/world.ts"

const block = (id: number, reason: string | undefined) =>
  Customers.use((customers) => customers.block(id, reason))

const offer = LeadWork.use((work) => work.offer({ max: 10, patience: Duration.minutes(1) }))

const waiting = LeadWork.use((work) => work.waiting({ after: undefined, max: 10 }))

/** A new lead, decided for this customer; and what became of the step. */
const decideFor = Effect.fnUntraced(function* (customer: number) {
  const lead = yield* claimNew
  return { ...lead, result: (yield* step(lead, readyFor(customer)))._tag }
})

const ids = (claimed: ReadonlyArray<{ readonly leadId: number }>) => claimed.map(({ leadId }) => leadId)

describe("Customers.configure", () => {
  it.effect("stores what the throttle goes by, and leaves what it knows as it is", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* send(failed)
      const before = yield* customerRow()
      yield* configure({ ratePerSecond: 7.5, failures: 3, openFor: Duration.minutes(1), ramp: Duration.zero })
      const [row] = yield* sql`
        SELECT address, rate_per_second, breaker_failures, extract(epoch FROM breaker_open_for)::integer AS open_for,
          extract(epoch FROM breaker_ramp)::integer AS ramp, extract(epoch FROM probe_timeout)::integer AS timeout
        FROM customer WHERE id = 1`
      assert.deepStrictEqual(row, {
        address: settings.address,
        rate_per_second: 7.5,
        breaker_failures: 3,
        open_for: 60,
        ramp: 0,
        timeout: 45,
      })
      assert.deepStrictEqual((yield* customerRow()).failed_leads, before.failed_leads)
    }).pipe(inWorld),
  )
})

describe("a blocked customer", () => {
  it.effect("is reported once, and once when it is over", () =>
    Effect.gen(function* () {
      assert.isTrue(yield* block(1, "its address is refused"))
      assert.isFalse(yield* block(1, "its address is refused"))
      assert.isTrue(yield* block(1, "its certificate is refused"))
      assert.isTrue(yield* block(1, undefined))
      assert.isFalse(yield* block(1, undefined))
    }).pipe(inWorld),
  )

  it.effect("has its leads decided and nothing opened; they wait, and nobody looks for them", () =>
    Effect.gen(function* () {
      const retry = yield* send(failed)
      yield* block(1, "its address is refused")
      const { leadId, result } = yield* decideFor(1)
      assert.strictEqual(result, "HeldBack")
      yield* timeComes(retry.leadId)
      assert.deepStrictEqual(yield* claim(10), [])
      assert.deepStrictEqual(yield* offer, [])
      assert.deepStrictEqual(yield* waiting, [])
      assert.isUndefined((yield* LeadWork.use((work) => work.nextDue)).untilDue)
      assert.deepInclude(yield* rowOf(leadId), { state: "READY", attempt_no: 0, lease: null })
      assert.deepStrictEqual(
        (yield* eventsOf(leadId)).map(({ type }) => type),
        ["held_back"],
      )
      yield* block(1, undefined)
      assert.sameMembers(ids(yield* claim(10)), [retry.leadId, leadId])
    }).pipe(inWorld),
  )

  it.effect("has the attempts completed that are out", () =>
    Effect.gen(function* () {
      const out = yield* openNew
      const { leadId } = yield* openNew
      yield* block(1, "its address is refused")
      assert.isTrue(yield* complete(out, 1, succeeded))
      yield* ownerIsLost(leadId)
      const lost = yield* claimOne
      assert.deepInclude(lost, { _tag: "LostAttempt", leadId })
      assert.isTrue(yield* complete(lost, 1, failed))
      assert.lengthOf(yield* attemptsOf(leadId), 1)
    }).pipe(inWorld),
  )

  it.effect("is not probed either", () =>
    Effect.gen(function* () {
      yield* send(failed)
      const { leadId } = yield* decideFor(1)
      yield* probeTimeComes
      yield* block(1, "its address is refused")
      assert.deepStrictEqual(yield* claim(10), [])
      yield* block(1, undefined)
      assert.deepStrictEqual(ids(yield* claim(10)), [leadId])
    }).pipe(inWorldWith({ failures: 1 })),
  )
})

describe("one of two customers", () => {
  for (const [how, stop, start] of [
    ["is down", { circuit: "open" }, { circuit: "closed" }],
    ["is blocked", { blocked_reason: "refused" }, { blocked_reason: null }],
  ] as const) {
    it.effect(`that ${how} holds nobody else up`, () =>
      Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        yield* secondCustomer({ ramp: Duration.zero })
        yield* sql`UPDATE customer SET probe_at = now() + interval '1 minute', ${sql.update(stop)} WHERE id = 2`
        const held = yield* decideFor(2)
        const sent = yield* decideFor(1)
        assert.deepStrictEqual([held.result, sent.result], ["HeldBack", "Opened"])
        yield* complete(sent, 1, throttled)
        yield* timeComes(sent.leadId)
        assert.deepStrictEqual(yield* waiting, [sent.leadId])
        assert.deepStrictEqual(ids(yield* claim(10)), [sent.leadId])
        assert.strictEqual((yield* customerRow(1)).circuit, "closed")
        yield* sql`UPDATE customer SET ${sql.update(start)} WHERE id = 2`
        assert.deepStrictEqual(ids(yield* claim(10)), [held.leadId])
      }).pipe(inWorld),
    )
  }

  it.effect("has a circuit of its own, which others' failures and successes do not touch", () =>
    Effect.gen(function* () {
      yield* secondCustomer({ failures: 1 })
      const one = yield* decideFor(2)
      const two = yield* decideFor(1)
      yield* Effect.all([complete(one, 1, failed), complete(two, 1, succeeded)], { concurrency: "unbounded" })
      assert.strictEqual((yield* customerRow(2)).circuit, "open")
      assert.deepInclude(yield* customerRow(1), { circuit: "closed", failed_leads: [] })
      yield* send(succeeded)
      assert.strictEqual((yield* customerRow(2)).circuit, "open")
    }).pipe(inWorldWith({ failures: 1 })),
  )

  it.effect("whose turns are few gets no more than those of a batch that both share", () =>
    Effect.gen(function* () {
      yield* secondCustomer({ ratePerSecond: 0.001 })
      yield* receive(20)
      const leads = yield* claim(20)
      const results = yield* Effect.forEach(leads, (lead) => step(lead, readyFor(1 + (lead.leadId % 2))), {
        concurrency: "unbounded",
      })
      const opened = leads.filter((_, index) => results[index]?._tag === "Opened")
      assert.lengthOf(
        opened.filter(({ leadId }) => leadId % 2 === 0),
        10,
      )
      assert.lengthOf(
        opened.filter(({ leadId }) => leadId % 2 === 1),
        1,
      )
      assert.deepStrictEqual(yield* claim(20), [])
    }).pipe(inWorld),
  )

  it.effect("keeps a lost attempt of its own from nobody, and a retry of its own to itself", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* secondCustomer()
      const { leadId } = yield* Effect.tap(decideFor(2), (lead) => complete(lead, 1, failed))
      yield* timeComes(leadId)
      const retry = yield* claimOne
      yield* open(retry)
      assert.deepInclude(yield* rowOf(leadId), { lane: 0, attempt_no: 2 })
      yield* sql`UPDATE customer SET circuit = 'open', probe_at = now() + interval '1 minute' WHERE id = 2`
      yield* ownerIsLost(leadId)
      const lost = yield* claimOne
      assert.deepInclude(lost, { _tag: "LostAttempt", leadId })
      yield* complete(lost, 2, failed)
      yield* timeComes(leadId)
      assert.deepInclude(yield* rowOf(leadId), { lane: 2 })
      assert.deepStrictEqual(yield* claim(10), [])
    }).pipe(inWorld),
  )
})
