import { assert, describe, it } from "@effect/vitest"
import type { LeadId } from "@lead-gateway/lead"
import { Duration, Effect } from "effect"
import { customerRow, openNext, probeTimeComes } from "./support/throttle.ts"
import {
  attemptsOf,
  claim,
  claimNew,
  claimOne,
  complete,
  failed,
  inWorldWith,
  open,
  ownerIsLost,
  ready,
  receive,
  refused,
  replay,
  rowOf,
  send,
  step,
  succeeded,
  throttled,
  timeComes,
  unknown,
} from "./support/world.ts"

const inWorld = inWorldWith({ failures: 1, ramp: Duration.zero })

/** How many attempts a lead that goes on has had, and how many of them its retry budget does not count. */
const costOf = (id: LeadId) =>
  Effect.map(rowOf(id), (row) => ({ attempts: row?.attempt_no, uncounted: row?.uncounted_attempts }))

const probesOf = (id: LeadId) =>
  Effect.map(attemptsOf(id), (attempts) => attempts.map(({ is_probe }) => is_probe))

/** A lead whose attempt 1 failed and opened the circuit, and that is sent again, as the probe. */
const probing = Effect.gen(function* () {
  const { leadId } = yield* send(failed)
  yield* probeTimeComes
  yield* timeComes(leadId)
  return yield* openNext
})

describe("an attempt that is a probe", () => {
  it.effect(
    "is distinguished from others when it is opened, when its work is claimed again, and on record",
    () =>
      Effect.gen(function* () {
        const { leadId } = yield* send(failed)
        yield* probeTimeComes
        yield* timeComes(leadId)
        const retry = yield* claimOne
        assert.deepInclude(yield* open(retry), { attemptNo: 2, isProbe: true })
        yield* probeTimeComes
        yield* ownerIsLost(leadId)
        const claimed = yield* claimOne
        assert.deepInclude(claimed, { _tag: "LostAttempt", isProbe: true })
        yield* complete(claimed, 2, succeeded)
        assert.deepStrictEqual(yield* probesOf(leadId), [false, true])
        assert.deepInclude(yield* open(yield* claimNew), { isProbe: false })
      }).pipe(inWorld),
  )

  for (const [name, outcome, uncounted] of [
    ["found the customer down", failed, 1],
    ["has an unknown outcome", unknown, 1],
    ["was not sent as far as anybody knows", { ...unknown, outcomeUnknown: false }, 1],
    ["asks for a retry later", throttled, 0],
  ] as const) {
    it.effect(`costs its lead ${uncounted === 1 ? "nothing" : "an attempt"} when it ${name}`, () =>
      Effect.gen(function* () {
        const probe = yield* probing
        assert.isTrue(yield* complete(probe, 2, outcome))
        assert.deepStrictEqual(yield* costOf(probe.leadId), { attempts: 2, uncounted })
        assert.isFalse(yield* complete(probe, 2, outcome))
        assert.deepStrictEqual(yield* costOf(probe.leadId), { attempts: 2, uncounted })
      }).pipe(inWorld),
    )
  }

  for (const [name, outcome, uncounted] of [
    ["found the customer down", failed, 1],
    ["was not sent as far as anybody knows", { ...unknown, outcomeUnknown: false }, 1],
    ["asks for a retry later", throttled, 0],
  ] as const) {
    it.effect(`is counted by what becomes known after its outcome was unknown: it ${name}`, () =>
      Effect.gen(function* () {
        const probe = yield* probing
        yield* complete(probe, 2, unknown)
        assert.isTrue(yield* complete(probe, 2, outcome))
        assert.deepStrictEqual(yield* costOf(probe.leadId), { attempts: 2, uncounted })
      }).pipe(inWorld),
    )

    it.effect(`is counted so also when the next attempt is open by then: it ${name}`, () =>
      Effect.gen(function* () {
        const probe = yield* probing
        yield* complete(probe, 2, unknown)
        yield* probeTimeComes
        yield* timeComes(probe.leadId)
        yield* openNext
        assert.isFalse(yield* complete(probe, 2, outcome))
        assert.deepStrictEqual(yield* costOf(probe.leadId), { attempts: 3, uncounted })
      }).pipe(inWorld),
    )
  }

  it.effect("ends its lead by what becomes known later also when it was the lead's first attempt", () =>
    Effect.gen(function* () {
      yield* send(failed)
      yield* receive(1)
      yield* probeTimeComes
      const probe = yield* openNext
      assert.strictEqual(probe.attemptNo, 1)
      yield* complete(probe, 1, unknown)
      assert.deepStrictEqual(yield* costOf(probe.leadId), { attempts: 1, uncounted: 1 })
      assert.isTrue(yield* complete(probe, 1, refused))
      assert.deepInclude(yield* rowOf(probe.leadId), { state: "PERMANENTLY_FAILED" })
      assert.strictEqual((yield* customerRow()).circuit, "open")
    }).pipe(inWorld),
  )

  it.effect("costs nothing after a replay either, and what was before the replay stays uncounted", () =>
    Effect.gen(function* () {
      const { leadId } = yield* send(refused)
      yield* send(failed)
      yield* replay("again", { ids: [leadId] })
      yield* probeTimeComes
      const probe = yield* openNext
      assert.deepInclude(probe, { leadId, deliveryNo: 1, attemptNo: 2, uncountedAttempts: 1 })
      yield* complete(probe, 2, failed)
      assert.deepStrictEqual(yield* costOf(leadId), { attempts: 2, uncounted: 2 })
    }).pipe(inWorld),
  )
})

describe("a customer that stays down", () => {
  it.effect("costs three leads none of their attempts by 50 probes, whose numbers go on", () =>
    Effect.gen(function* () {
      yield* send(failed)
      const ids = yield* receive(3)
      yield* Effect.forEach(yield* claim(3), (lead) => step(lead, ready))
      for (let probes = 0; probes < 50; probes++) {
        const id = ids[probes % 3]
        assert(id !== undefined)
        yield* probeTimeComes
        if (probes >= 3) yield* timeComes(id)
        const [due] = yield* claim(1)
        assert(due !== undefined)
        assert.strictEqual(due.attemptNo, due.uncountedAttempts)
        const { attemptNo } = yield* open(due)
        yield* complete({ ...due, isProbe: true }, attemptNo, probes % 5 === 4 ? unknown : failed)
      }
      assert.deepInclude(yield* customerRow(), { circuit: "open", open_for: 300 })
      const costs = yield* Effect.forEach(ids, costOf)
      assert.deepStrictEqual(
        costs.map((cost) => cost.attempts),
        costs.map((cost) => cost.uncounted),
      )
      assert.strictEqual(
        costs.reduce((sum, cost) => sum + (cost.attempts ?? 0), 0),
        50,
      )
    }).pipe(inWorld),
  )
})
