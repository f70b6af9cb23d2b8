import { assert, describe, it } from "@effect/vitest"
import { DeliveryOutcome } from "@lead-gateway/customer-client"
import { vi } from "vitest"
import { due } from "./support/claimed.ts"
import { makeHarness, opened } from "./support/deliveries.ts"

const timedOut = DeliveryOutcome.TimedOut({ phase: "answer", durationMs: 1 })
const ids = (items: ReadonlyArray<{ readonly leadId: number }>) => items.map(({ leadId }) => leadId)

describe("attempts that are opened ahead of free slots", () => {
  const twoAhead = () => {
    const world = makeHarness({ concurrency: 1, ahead: () => 2 })
    world.begin([due(1), due(2), due(3), due(4)])
    return world
  }

  it("are as many as is allowed, and wait for a slot in the order of their opening", () => {
    const world = twoAhead()
    assert.deepStrictEqual(ids(world.open.items), [1, 2, 3])
    for (const _ of world.open.items) world.open.succeed(opened())
    assert.lengthOf(world.exchanges, 1)
    world.exchanges[0]?.answer(timedOut)
    assert.lengthOf(world.exchanges, 2)
    assert.deepStrictEqual(ids(world.complete.items), [1])
    assert.deepStrictEqual(
      world.exchanges.map(({ request }) => request.correlationId),
      ["c-1", "c-2"],
    )
    assert.deepStrictEqual(ids(world.open.items).at(-1), 4)
  })

  it("are withdrawn when a slot comes too late for them", () => {
    const world = twoAhead()
    for (const _ of world.open.items) world.open.succeed(opened())
    const time = vi.spyOn(performance, "now").mockReturnValue(performance.now() + 10_001)
    try {
      world.exchanges[0]?.answer(timedOut)
    } finally {
      time.mockRestore()
    }
    assert.lengthOf(world.exchanges, 1)
    assert.deepStrictEqual(ids(world.release.items), [2, 3, 4])
    assert.deepStrictEqual(world.log, ["2 too late", "3 too late"])
  })

  it("are withdrawn by a worker that stops, also those that are opened after", () => {
    const world = twoAhead()
    world.open.succeed(opened())
    world.open.succeed(opened())
    world.stop(() => {})
    assert.deepStrictEqual(ids(world.release.items), [4, 2])
    world.open.succeed(opened())
    world.exchanges[0]?.answer(timedOut)
    assert.deepStrictEqual(ids(world.release.items), [4, 2, 3])
    assert.deepStrictEqual([ids(world.complete.items), world.exchanges.length], [[1], 1])
  })
})
