import { assert, describe, it } from "@effect/vitest"
import { DeliveryOutcome } from "@lead-gateway/customer-client"
import { LeadId } from "@lead-gateway/lead"
import { vi } from "vitest"
import { workerStopped } from "../src/AttemptOutcome.ts"
import { answered } from "./support/answered.ts"
import { due, lostAttempt } from "./support/claimed.ts"
import { makeHarness, opened } from "./support/deliveries.ts"

const releasedIds = ({ release }: ReturnType<typeof makeHarness>) =>
  release.items.map(({ leadId }) => Number(leadId))

describe("work that could not be sent in time", () => {
  it("is given back without an attempt when it has not begun", () => {
    const world = makeHarness()
    world.begin([due(1)], 10_001)
    assert.deepStrictEqual([releasedIds(world), world.open.items, world.log], [[1], [], []])
    world.release.succeed(true)
    assert.deepStrictEqual([world.offered, world.ended], [[due(1).leadId], [true]])
  })

  it("has its attempt taken back when Postgres took too long to open it", () => {
    const world = makeHarness()
    const time = vi.spyOn(performance, "now")
    try {
      time.mockReturnValue(0)
      world.begin([due(1)])
      time.mockReturnValue(10_001)
      world.open.succeed(opened(2))
    } finally {
      time.mockRestore()
    }
    assert.deepStrictEqual([world.exchanges, world.log], [[], ["1 too late"]])
    assert.deepInclude(world.release.items[0], { unsentAttemptNo: 2, internalFailure: undefined })
  })

  it("is given back however much there is of it", () => {
    const world = makeHarness({ concurrency: 10_000 })
    world.begin(
      Array.from({ length: 20_000 }, (_, index) => due(index + 1)),
      10_001,
    )
    assert.strictEqual(world.release.items.length, 20_000)
  })
})

describe("a customer whose address is refused", () => {
  const refusal = DeliveryOutcome.AddressRefused({ message: "a private address" })

  it("is noted before its lead is given back and a slot is free; no attempt is recorded or logged", () => {
    const world = makeHarness({ concurrency: 1 })
    world.begin([due(1), due(2)])
    world.open.succeed(opened(2))
    world.exchanges[0]?.answer(refusal)
    assert.deepStrictEqual(
      world.refusals.map(({ reason }) => reason),
      ["a private address"],
    )
    assert.deepStrictEqual([world.release.items, world.open.items.length], [[], 1])
    world.refusals[0]?.noted()
    assert.deepInclude(world.release.items[0], {
      leadId: LeadId.make(1),
      unsentAttemptNo: 2,
      internalFailure: undefined,
    })
    world.release.succeed(true)
    assert.deepStrictEqual([world.open.items.length, world.complete.items, world.log], [2, [], []])
  })

  it("leaves no unknown outcome behind when the worker is stopped meanwhile", () => {
    const world = makeHarness()
    let isEmpty = false
    world.begin([due(1)])
    world.open.succeed(opened())
    world.exchanges[0]?.answer(refusal)
    world.stop(() => (isEmpty = true))
    world.abort()
    assert.deepStrictEqual(world.complete.items, [])
    world.refusals[0]?.noted()
    world.release.succeed(true)
    assert.deepStrictEqual([isEmpty, world.held(), world.ended], [true, 0, [true]])
  })
})

describe("a stop", () => {
  it("gives back at once what has not begun, and finishes what has", () => {
    const world = makeHarness({ concurrency: 2 })
    let empty = 0
    world.begin([1, 2, 3, 4].map((id) => due(id)))
    world.open.succeed(opened())
    world.stop(() => empty++)
    assert.deepStrictEqual(releasedIds(world), [3, 4])
    world.release.succeed(true)
    world.release.succeed(true)
    world.open.succeed(opened())
    for (const { answer } of world.exchanges) answer(answered(200))
    world.complete.succeed(true)
    assert.strictEqual(empty, 0)
    world.complete.succeed(true)
    assert.deepStrictEqual([empty, world.held(), world.open.items.length], [1, 0, 2])
  })

  it("is over at once when nothing is held", () => {
    const world = makeHarness()
    let empty = 0
    world.stop(() => empty++)
    assert.strictEqual(empty, 1)
  })

  it("gives back what comes from a claim that was under way, but for attempts that were lost", () => {
    const world = makeHarness()
    world.stop(() => {})
    world.begin([due(1), lostAttempt(2)])
    assert.deepStrictEqual([releasedIds(world), world.open.items], [[1], []])
    assert.strictEqual(world.complete.items[0]?.outcomeUnknown, true)
  })

  it("waits no longer when it is aborted: what was sent has an unknown outcome, what is opening is not sent", () => {
    const world = makeHarness()
    let isEmpty = false
    world.begin([due(1), due(2), due(3)])
    world.open.succeed(opened(2))
    world.open.succeed(opened(2))
    world.exchanges[1]?.answer(answered(200))
    world.stop(() => (isEmpty = true))
    world.abort()
    assert.deepStrictEqual(
      world.exchanges.map(({ isAborted }) => isAborted),
      [true, false],
    )
    assert.deepStrictEqual(
      world.complete.items.map(({ errorMessage, leadId, outcomeUnknown }) => [
        Number(leadId),
        outcomeUnknown,
        errorMessage,
      ]),
      [
        [2, false, null],
        [1, true, workerStopped.message],
      ],
    )
    world.open.succeed(opened(2))
    assert.deepStrictEqual([world.exchanges.length, releasedIds(world)], [2, [3]])
    world.complete.succeed(true)
    world.complete.succeed(true)
    world.release.succeed(true)
    assert.deepStrictEqual(
      [isEmpty, world.log],
      [true, ["2 attempt Answered DELIVERED", "1 unknown RETRYING"]],
    )
  })
  it("that is abandoned logs each outcome that the store has not confirmed, with lead, attempt and status", () => {
    const world = makeHarness()
    world.begin([due(1), due(2), due(3), due(4)])
    for (const attempt of [2, 1, 1]) world.open.succeed(opened(attempt))
    world.exchanges[0]?.answer(answered(200))
    world.exchanges[1]?.answer(answered(422))
    world.complete.succeed(true)
    world.stop(() => {})
    world.abort()
    world.abandon()
    assert.deepStrictEqual(world.log, [
      "1 attempt Answered DELIVERED",
      "2 abandoned attempt 1: 422",
      "3 abandoned attempt 1: null",
    ])
  })
})
