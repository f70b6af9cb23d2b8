import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Duration, Effect } from "effect"
import { gateRow, openNext, probeTimeComes, send } from "./support/gate.ts"
import {
  claim,
  claimOne,
  failed,
  inWorldWith,
  open,
  proceed,
  ready,
  receive,
  record,
  refused,
  replay,
  succeeded,
  throttled,
  timeComes,
  unknown,
} from "./support/world.ts"

const inWorld = inWorldWith({ failures: 1, ramp: Duration.zero })

interface Cost {
  readonly attempts: number
  readonly uncounted: number
}

const costOf = (id: LeadId) =>
  PgClient.PgClient.use((sql) =>
    Effect.map(
      sql<Cost>`
        SELECT attempt_count AS attempts, uncounted_attempts AS uncounted FROM inbound_lead WHERE id = ${id}`,
      (rows) => rows[0],
    ),
  )

const probesOf = (id: LeadId) =>
  PgClient.PgClient.use((sql) =>
    Effect.map(
      sql<{ is_probe: boolean }>`
        SELECT is_probe FROM delivery_attempt WHERE lead_id = ${id} ORDER BY attempt_no`,
      (rows) => rows.map((row) => row.is_probe),
    ),
  )

/** A lead whose attempt 1 failed and opened the circuit, and that is sent again, as the probe. */
const probing = Effect.gen(function* () {
  const { id } = yield* send(failed)
  yield* probeTimeComes
  yield* timeComes(id)
  return yield* openNext
})

describe("an attempt that is a probe", () => {
  it.effect("is told from others when it is opened, on record, and when its lead is claimed again", () =>
    Effect.gen(function* () {
      const first = yield* send(failed)
      assert.isFalse(first.attemptIsProbe)
      yield* probeTimeComes
      yield* timeComes(first.id)
      const retry = yield* claimOne
      assert.isFalse(retry.attemptIsProbe)
      assert.deepInclude(yield* open(retry), { attemptNo: 2, isProbe: true })
      assert.deepStrictEqual(yield* probesOf(first.id), [false, true])
      yield* probeTimeComes
      yield* timeComes(first.id)
      const owner = yield* claimOne
      assert.deepInclude(owner, { attemptIsOpen: true, attemptIsProbe: true })
      yield* record(owner, 2, succeeded)
      yield* receive(1)
      assert.deepInclude(yield* open(yield* claimOne), { isProbe: false })
    }).pipe(inWorld),
  )

  for (const [name, outcome, uncounted] of [
    ["found the customer down", failed, 1],
    ["has an unknown outcome", unknown, 1],
    ["was not sent as far as anybody knows", { ...unknown, outcomeUnknown: false }, 1],
    ["succeeded", succeeded, 0],
    ["was refused", refused, 0],
    ["was told to come later", throttled, 0],
  ] as const) {
    it.effect(`costs its lead ${uncounted === 1 ? "nothing" : "an attempt"} when it ${name}`, () =>
      Effect.gen(function* () {
        const probe = yield* probing
        assert.isTrue(yield* record(probe, 2, outcome))
        assert.deepStrictEqual(yield* costOf(probe.id), { attempts: 2, uncounted })
        assert.isFalse(yield* record(probe, 2, outcome))
        assert.deepStrictEqual(yield* costOf(probe.id), { attempts: 2, uncounted })
      }).pipe(inWorld),
    )
  }

  for (const [name, outcome, uncounted] of [
    ["found the customer down", failed, 1],
    ["succeeded", succeeded, 0],
    ["was refused", refused, 0],
    ["was told to come later", throttled, 0],
  ] as const) {
    it.effect(`is counted by what becomes known after its outcome was unknown: it ${name}`, () =>
      Effect.gen(function* () {
        const probe = yield* probing
        yield* record(probe, 2, unknown)
        assert.isTrue(yield* record(probe, 2, outcome))
        assert.deepStrictEqual(yield* costOf(probe.id), { attempts: 2, uncounted })
      }).pipe(inWorld),
    )
  }

  it.effect("moves its lead by what becomes known later also when it was the lead's first attempt", () =>
    Effect.gen(function* () {
      yield* send(failed)
      yield* receive(1)
      yield* probeTimeComes
      const probe = yield* openNext
      assert.strictEqual(probe.attemptNo, 1)
      yield* record(probe, 1, unknown)
      assert.deepStrictEqual(yield* costOf(probe.id), { attempts: 1, uncounted: 1 })
      assert.isTrue(yield* record(probe, 1, refused))
      assert.deepStrictEqual(yield* costOf(probe.id), { attempts: 1, uncounted: 0 })
    }).pipe(inWorld),
  )

  it.effect("costs nothing after a replay either, and what was before the replay stays uncounted", () =>
    Effect.gen(function* () {
      const { id } = yield* send(refused)
      yield* send(failed)
      yield* replay("again", { ids: [id] })
      yield* probeTimeComes
      const probe = yield* openNext
      assert.deepInclude(probe, { id, attemptNo: 2, uncountedAttempts: 1 })
      yield* record(probe, 2, failed)
      assert.deepStrictEqual(yield* costOf(id), { attempts: 2, uncounted: 2 })
    }).pipe(inWorld),
  )
})

describe("a customer that stays down", () => {
  it.effect("costs three leads none of their attempts by 50 probes, whose numbers go on", () =>
    Effect.gen(function* () {
      yield* send(failed)
      const ids = yield* receive(3)
      yield* Effect.forEach(yield* claim(3), (lead) => proceed(lead, ready))
      for (let probes = 0; probes < 50; probes++) {
        const id = ids[probes % 3]
        assert(id !== undefined)
        yield* probeTimeComes
        if (probes >= 3) yield* timeComes(id)
        const probe = yield* openNext
        assert.strictEqual(probe.attemptCount, probe.uncountedAttempts)
        yield* record(probe, probe.attemptNo, probes % 5 === 4 ? unknown : failed)
      }
      assert.deepInclude(yield* gateRow, { circuit: "open", open_for: 300 })
      const costs = yield* Effect.forEach(ids, costOf)
      assert.deepStrictEqual(
        costs.map((cost) => cost?.attempts),
        costs.map((cost) => cost?.uncounted),
      )
      assert.strictEqual(
        costs.reduce((sum, cost) => sum + (cost?.attempts ?? 0), 0),
        50,
      )
    }).pipe(inWorld),
  )
})
