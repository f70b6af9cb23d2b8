import { assert, describe, it, onTestFinished, vi } from "@effect/vitest"
import { LeadId } from "@lead-gateway/lead"
import { DataRefused } from "@lead-gateway/lead-store"
import { workerLost } from "../src/AttemptOutcome.ts"
import { answered } from "./support/answered.ts"
import { due, lostAttempt, undecided } from "./support/claimed.ts"
import { makeHarness, opened } from "./support/deliveries.ts"

const refused = new DataRefused({ operation: "LeadWork.completeAttempt", sqlState: "22021" })
const { lease } = due(7)

describe("Deliveries", () => {
  it("decides on a lead, sends it once its attempt is on record, and records the outcome", () => {
    const world = makeHarness()
    world.begin([undecided(7, { phone: "1" })])
    assert.deepInclude(world.open.items[0], { leadId: LeadId.make(7), deliveryNo: 0, lease })
    assert.strictEqual(world.open.items[0]?.decision?.verdict, "READY")
    assert.deepStrictEqual(world.exchanges, [])
    world.open.succeed(opened(1))
    assert.deepStrictEqual(
      world.exchanges.map(({ request }) => request),
      [
        {
          body: '{"phone":"1"}',
          idempotencyKey: "a new key",
          correlationId: "c-7",
        },
      ],
    )
    assert.deepStrictEqual([world.complete.items, world.answers()], [[], 0])
    world.exchanges[0]?.answer(answered(200))
    assert.deepInclude(world.complete.items[0], {
      leadId: LeadId.make(7),
      lease,
      attemptNo: 1,
      responseStatus: 200,
      next: { state: "DELIVERED" },
    })
    assert.deepStrictEqual([world.held(), world.answers(), world.log], [1, 1, []])
    world.complete.succeed(true)
    assert.deepStrictEqual(
      [world.held(), world.ended, world.log],
      [0, [false], ["7 attempt Answered DELIVERED"]],
    )
  })

  it("sends what is due as it stands, and has it back on the schedule when that fails", () => {
    const world = makeHarness()
    const work = due(7, { attemptNo: 2 })
    world.begin([work])
    assert.isUndefined(world.open.items[0]?.decision)
    world.open.succeed(opened(3))
    assert.deepInclude(world.exchanges[0]?.request, {
      body: work.body,
      idempotencyKey: work.idempotencyKey,
    })
    world.exchanges[0]?.answer(answered(500))
    world.complete.succeed(true)
    assert.deepInclude(world.complete.items[0], {
      attemptNo: 3,
      next: { state: "RETRYING", retryAfterMs: 120_000 },
    })
    assert.deepStrictEqual([world.ended, world.log], [[true], ["7 attempt Answered RETRYING"]])
  })

  it("sends nothing of a lead that is held back, settled, or somebody else's by now", () => {
    const world = makeHarness()
    world.begin([due(1), undecided(2, { reject: true }), due(3)])
    world.open.succeed({ _tag: "HeldBack" })
    world.open.succeed({ _tag: "Settled" })
    world.open.succeed({ _tag: "Unchanged" })
    assert.deepStrictEqual(world.ended, [true, false, false])
    assert.deepStrictEqual(world.log, ["2 settled REJECTED"])
    assert.deepStrictEqual([world.exchanges, world.release.items, world.held()], [[], [], 0])
  })

  it("records the attempt of a lost worker as unknown, at once and without a slot", () => {
    const world = makeHarness({ concurrency: 1 })
    world.begin([due(1), lostAttempt(2, { attemptNo: 2 })])
    assert.deepInclude(world.complete.items[0], {
      leadId: LeadId.make(2),
      attemptNo: 2,
      outcomeUnknown: true,
      errorMessage: workerLost.message,
      next: { state: "RETRYING", retryAfterMs: 60_000 },
    })
    world.complete.succeed(true)
    assert.deepStrictEqual([world.log, world.ended, world.held()], [["2 unknown RETRYING"], [true], 1])
  })

  it("never sends more at once than it may, and begins the next while it records the last", () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const world = makeHarness({ concurrency: 2 })
    world.begin([1, 2, 3, 4].map((id) => due(id)))
    assert.deepStrictEqual([world.open.items.length, world.held()], [2, 4])
    world.open.succeed(opened())
    world.open.succeed(opened())
    assert.strictEqual(world.open.items.length, 2)
    world.exchanges[0]?.answer(answered(200))
    // One slot is free for two: it waits a moment for the other, so that both are opened by one statement.
    assert.deepStrictEqual([world.open.items.length, world.complete.waiting(), world.held()], [2, 1, 4])
    vi.advanceTimersByTime(5)
    assert.deepStrictEqual([world.open.items.length, world.complete.waiting(), world.held()], [3, 1, 4])
    world.complete.succeed(true)
    assert.deepStrictEqual([world.open.items.length, world.held()], [3, 3])
  })

  it("opens at once what all free slots can take", () => {
    const world = makeHarness({ concurrency: 2 })
    world.begin([1, 2, 3].map((id) => due(id)))
    world.open.succeed(opened())
    world.open.succeed(opened())
    world.exchanges[0]?.answer(answered(200))
    assert.strictEqual(world.open.items.length, 3)
  })

  it("ends when an outcome cannot be recorded at all: the lease will", () => {
    const world = makeHarness()
    world.begin([due(7)])
    world.open.succeed(opened())
    world.exchanges[0]?.answer(answered(200))
    world.complete.fail(refused)
    world.complete.fail(refused)
    assert.deepStrictEqual(world.log, ["7 not recorded", "7 record refused"])
    assert.deepStrictEqual([world.held(), world.ended], [0, [false]])
  })
})
