import { assert, describe, it } from "@effect/vitest"
import { DeliveryOutcome } from "@lead-gateway/customer-client"
import { LeadId } from "@lead-gateway/lead"
import { DataRefused, StoreUnavailable } from "@lead-gateway/lead-store"
import { Duration } from "effect"
import { snoozeDelay } from "../src/Recording.ts"
import { due, undecided, unreadable } from "./support/claimed.ts"
import { makeHarness, opened } from "./support/deliveries.ts"

const away = new StoreUnavailable({ operation: "LeadWork.openAttempt" })
const refused = new DataRefused({ operation: "LeadWork.openAttempt", sqlState: "22021" })
const { lease } = due(7)

describe("work that fails for a reason on our side", () => {
  it("is snoozed when deciding on it breaks; the others of its claim go on", () => {
    const world = makeHarness()
    world.begin([undecided(1), undecided(2, { breaks: true }), due(3)])
    assert.deepStrictEqual(
      world.open.items.map(({ leadId }) => Number(leadId)),
      [1, 3],
    )
    assert.deepInclude(world.release.items[0], {
      leadId: LeadId.make(2),
      internalFailure: "an unexpected error in the gateway",
      delay: Duration.seconds(30),
    })
    world.release.succeed(true)
    assert.deepStrictEqual(world.log, ["2 snoozed 30 s: an unexpected error in the gateway"])
    assert.deepStrictEqual([world.ended, world.offered, world.held()], [[true], [], 2])
  })

  it("is snoozed when its rows cannot be read, longer each time", () => {
    const world = makeHarness()
    world.begin([unreadable(1, { internalFailures: 3 }), due(2)])
    assert.deepInclude(world.release.items[0], { leadId: LeadId.make(1), delay: Duration.seconds(240) })
    assert.deepStrictEqual(world.log, ["1 snoozed 240 s: its stored rows cannot be read"])
    assert.strictEqual(world.open.items.length, 1)
  })

  it("is snoozed when the store refuses its decision, or the client its request, with the attempt taken back", () => {
    const world = makeHarness()
    world.begin([undecided(1), due(2, { attemptNo: 4 })])
    world.open.fail(refused)
    world.open.succeed(opened(5))
    world.exchanges[0]?.answer(
      DeliveryOutcome.Unreachable({ kind: "unsendable", message: "no such header", durationMs: 0 }),
    )
    assert.deepStrictEqual(world.log, [
      `1 snoozed 30 s: ${refused.message}`,
      "2 snoozed 30 s: no such header",
    ])
    assert.deepInclude(world.release.items[1], {
      leadId: LeadId.make(2),
      unsentAttemptNo: 5,
      internalFailure: "no such header",
    })
    assert.deepStrictEqual(world.complete.items, [])
  })

  it("is given back at once when the store went away: an attempt that was opened all the same is taken back", () => {
    const world = makeHarness()
    world.begin([due(7, { attemptNo: 4 })])
    world.open.fail(away)
    assert.deepStrictEqual(world.release.items, [
      {
        leadId: due(7).leadId,
        deliveryNo: 0,
        lease,
        unsentAttemptNo: 5,
        delay: Duration.zero,
        internalFailure: undefined,
      },
    ])
    assert.deepStrictEqual(world.offered, [])
    world.release.succeed(true)
    assert.deepStrictEqual(
      [world.log, world.offered, world.ended],
      [["7 not opened"], [due(7).leadId], [true]],
    )
  })

  it("is offered to nobody when the lease was lost meanwhile", () => {
    const world = makeHarness()
    world.begin([due(7)])
    world.open.fail(away)
    world.release.succeed(false)
    assert.deepStrictEqual([world.offered, world.held()], [[], 0])
  })
})

describe("snoozeDelay", () => {
  it("doubles from 30 s up to an hour, and stays there", () => {
    assert.deepStrictEqual(
      [0, 1, 2, 3, 6, 7, 8, 1000].map((failures) => Duration.toSeconds(snoozeDelay(failures))),
      [30, 60, 120, 240, 1920, 3600, 3600, 3600],
    )
  })
})
