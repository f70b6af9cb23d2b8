import { assert, describe, it } from "@effect/vitest"
import { Context, Duration, Effect } from "effect"
import { LeadWork } from "../src/index.ts"
import { customerRow, openNext, probeTimeComes } from "./support/throttle.ts"
import {
  anotherProcess,
  claim,
  complete,
  eventsOf,
  failed,
  inWorldWith,
  open,
  ready,
  receive,
  refused,
  release,
  rowOf,
  send,
  step,
  succeeded,
  throttled,
  timeComes,
  unknown,
} from "./support/world.ts"

const inWorld = inWorldWith({ failures: 1, ramp: Duration.zero })

/** A customer that is down, and so many leads that wait for it. */
const waitingForCustomer = Effect.fnUntraced(function* (count: number) {
  yield* send(failed)
  yield* receive(count)
  yield* Effect.forEach(yield* claim(count), (lead) => step(lead, ready))
})

describe("a probe of a customer that is down", () => {
  it.effect("is one lead, when its time has come", () =>
    Effect.gen(function* () {
      yield* waitingForCustomer(3)
      assert.closeTo((yield* customerRow()).probe_in ?? 0, 30, 10)
      assert.deepStrictEqual(yield* claim(10), [])
      yield* probeTimeComes
      const probe = yield* openNext
      assert.deepInclude(yield* customerRow(), { circuit: "open", probe_lead: BigInt(probe.leadId) })
      assert.deepStrictEqual(yield* claim(10), [])
    }).pipe(inWorld),
  )

  it.effect("is one lead also when several workers have taken one for it", () =>
    Effect.gen(function* () {
      yield* waitingForCustomer(3)
      yield* probeTimeComes
      const workers = yield* Effect.all([anotherProcess, anotherProcess, anotherProcess])
      const steps = yield* Effect.forEach(
        workers,
        (worker) =>
          Effect.gen(function* () {
            const [lead] = yield* claim(1)
            return lead && (yield* step(lead, undefined))._tag
          }).pipe(Effect.provideService(LeadWork, Context.get(worker, LeadWork))),
        { concurrency: "unbounded" },
      )
      assert.strictEqual(steps.filter((step) => step === "Opened").length, 1)
      assert.isTrue(steps.every((step) => step === "Opened" || step === "HeldBack" || step === undefined))
    }).pipe(inWorld),
  )

  it.effect("doubles the wait for the next one by its failure, up to ten times the first", () =>
    Effect.gen(function* () {
      yield* waitingForCustomer(6)
      for (const expected of [60, 120, 240, 300, 300]) {
        yield* probeTimeComes
        const probe = yield* openNext
        yield* complete(probe, probe.attemptNo, failed)
        const row = yield* customerRow()
        assert.deepInclude(row, { circuit: "open", open_for: expected, probe_lead: null })
        assert.closeTo(row.probe_in ?? 0, expected, 10)
      }
    }).pipe(inWorld),
  )

  it.effect("leaves the wait for the next one as it was if its outcome is unknown", () =>
    Effect.gen(function* () {
      yield* waitingForCustomer(3)
      for (const [outcome, expected] of [
        [unknown, 30],
        [failed, 60],
        [unknown, 60],
      ] as const) {
        yield* probeTimeComes
        const probe = yield* openNext
        yield* complete(probe, probe.attemptNo, outcome)
        const row = yield* customerRow()
        assert.deepInclude(row, { circuit: "open", open_for: expected, probe_lead: null })
        assert.closeTo(row.probe_in ?? 0, expected, 10)
      }
    }).pipe(inWorld),
  )

  for (const [name, outcome] of Object.entries({ succeeded, refused, throttled })) {
    it.effect(`is followed by a ramp when it was ${name}`, () =>
      Effect.gen(function* () {
        yield* waitingForCustomer(4)
        yield* probeTimeComes
        const probe = yield* openNext
        yield* complete(probe, probe.attemptNo, outcome)
        assert.strictEqual((yield* claim(10)).length, 1)
      }).pipe(inWorldWith({ failures: 1, ramp: Duration.hours(1) })),
    )
  }

  it.effect("closes the circuit by a success, and by a refusal or a 429, since the customer answers", () =>
    Effect.gen(function* () {
      for (const outcome of [succeeded, refused, throttled]) {
        yield* waitingForCustomer(1)
        yield* probeTimeComes
        const probe = yield* openNext
        yield* complete(probe, probe.attemptNo, outcome)
        assert.deepInclude(yield* customerRow(), {
          circuit: "closed",
          failed_leads: [],
          probe_lead: null,
          probe_in: null,
        })
      }
    }).pipe(inWorld),
  )

  it.effect("is replaced when it was lost, as soon as it can have no outcome any more", () =>
    Effect.gen(function* () {
      yield* waitingForCustomer(2)
      yield* probeTimeComes
      const lost = yield* openNext
      assert.closeTo((yield* customerRow()).probe_in ?? 0, 45, 10)
      yield* probeTimeComes
      const second = yield* openNext
      const row = yield* customerRow()
      assert.strictEqual(row.probe_lead, BigInt(second.leadId))
      // The failure of the first probe comes too late to change the circuit, and does not count against its lead's budget.
      yield* complete(lost, lost.attemptNo, failed)
      assert.deepInclude(yield* rowOf(lost.leadId), { attempt_no: 1, uncounted_attempts: 1 })
      assert.strictEqual((yield* customerRow()).place, row.place)
    }).pipe(inWorld),
  )

  it.effect("closes the circuit also when its success comes late", () =>
    Effect.gen(function* () {
      yield* waitingForCustomer(2)
      yield* probeTimeComes
      const lost = yield* openNext
      yield* probeTimeComes
      yield* openNext
      yield* complete(lost, lost.attemptNo, succeeded)
      assert.deepInclude(yield* customerRow(), { circuit: "closed", probe_lead: null })
    }).pipe(inWorld),
  )

  it.effect("makes room for another at once when it was given back unsent", () =>
    Effect.gen(function* () {
      yield* waitingForCustomer(1)
      yield* probeTimeComes
      const first = yield* openNext
      yield* release(first, { unsentAttemptNo: first.attemptNo, delay: Duration.hours(1) })
      assert.deepInclude(yield* customerRow(), { probe_lead: null })
      const { attemptNo: attempt_no } = first
      assert.deepStrictEqual((yield* eventsOf(first.leadId)).slice(-2), [
        { type: "attempt_opened", details: { attempt_no, probe: true } },
        { type: "attempt_withdrawn", details: { attempt_no } },
      ])
      yield* timeComes(first.leadId)
      const again = yield* openNext
      assert.strictEqual(again.attemptNo, first.attemptNo)
    }).pipe(inWorld),
  )

  it.effect("is still waited for when it was given back and may have been sent", () =>
    Effect.gen(function* () {
      yield* waitingForCustomer(2)
      yield* probeTimeComes
      const first = yield* openNext
      yield* release(first, { unsentAttemptNo: undefined })
      assert.deepInclude(yield* customerRow(), { probe_lead: BigInt(first.leadId) })
    }).pipe(inWorld),
  )

  it.effect("may be a lead that is new", () =>
    Effect.gen(function* () {
      yield* send(failed)
      yield* receive(2)
      const [one, two] = yield* claim(2)
      assert(one !== undefined && two !== undefined)
      yield* probeTimeComes
      yield* open(one)
      assert.deepStrictEqual(yield* step(two, ready), { _tag: "HeldBack" })
    }).pipe(inWorld),
  )
})
