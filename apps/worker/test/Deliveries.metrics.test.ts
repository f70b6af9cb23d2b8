import { assert, describe, it } from "@effect/vitest"
import { answered } from "./support/answered.ts"
import { due, lostAttempt, undecided } from "./support/claimed.ts"
import { makeHarness, opened } from "./support/deliveries.ts"

describe("the metrics of deliveries", () => {
  it("count decisions once they are stored, by the state and the reason", () => {
    const world = makeHarness()
    world.begin([undecided(1), undecided(2, { reject: true }), undecided(3), due(4)])
    assert.deepStrictEqual(world.metric("decisions_total"), [
      'lead_gateway_decisions_total{outcome="READY",reason="none"} 0',
    ])
    world.open.succeed(opened())
    world.open.succeed({ _tag: "Settled" })
    // Another worker has decided on it meanwhile.
    world.open.succeed({ _tag: "Unchanged" })
    world.open.succeed(opened(2))
    assert.deepStrictEqual(world.metric("decisions_total"), [
      'lead_gateway_decisions_total{outcome="READY",reason="none"} 1',
      'lead_gateway_decisions_total{outcome="REJECTED",reason="ZIP_NOT_66XXX"} 1',
    ])
  })

  it("count a lead that was decided and waits for its customer's throttle", () => {
    const world = makeHarness()
    world.begin([undecided(1)])
    world.open.succeed({ _tag: "HeldBack" })
    assert.deepStrictEqual(world.metric("decisions_total"), [
      'lead_gateway_decisions_total{outcome="READY",reason="none"} 1',
    ])
  })

  it("count outcomes once they are stored, by what follows and whose fault it was", () => {
    const world = makeHarness()
    world.begin([due(1), due(2), due(3), lostAttempt(4), due(5)])
    for (let n = 0; n < 4; n++) world.open.succeed(opened(2))
    for (const [index, status] of [200, 503, 422, 200].entries()) {
      world.exchanges[index]?.answer(answered(status))
    }
    assert.deepStrictEqual(world.metric("deliveries"), [])
    for (const updated of [true, true, true, true, false]) world.complete.succeed(updated)
    assert.sameMembers(world.metric("deliveries_total"), [
      'lead_gateway_deliveries_total{customer="default",outcome="DELIVERED",fault="none"} 2',
      'lead_gateway_deliveries_total{customer="default",outcome="RETRYING",fault="customer"} 1',
      'lead_gateway_deliveries_total{customer="default",outcome="RETRYING",fault="ours"} 1',
      'lead_gateway_deliveries_total{customer="default",outcome="PERMANENTLY_FAILED",fault="lead"} 1',
    ])
    assert.sameMembers(world.metric("delivery_failures_total"), [
      'lead_gateway_delivery_failures_total{customer="default",fault="customer"} 1',
      'lead_gateway_delivery_failures_total{customer="default",fault="ours"} 1',
      'lead_gateway_delivery_failures_total{customer="default",fault="lead"} 1',
    ])
    assert.deepStrictEqual(world.metric("retry_scheduled_total"), ["lead_gateway_retry_scheduled_total 2"])
    // Nobody saw how long the lost attempt took.
    assert.deepStrictEqual(world.metric("delivery_duration_seconds_count"), [
      'lead_gateway_delivery_duration_seconds_count{customer="default"} 4',
    ])
    // Of the lead that did not change, the delivery was stored before.
    assert.deepStrictEqual(world.metric("received_to_delivered_seconds_count"), [
      "lead_gateway_received_to_delivered_seconds_count 1",
    ])
  })

  it("measure from the webhook to the stored delivery", () => {
    const world = makeHarness()
    world.begin([due(1, { receivedAgeMs: 7000 })], 1000)
    world.open.succeed(opened(2))
    world.exchanges[0]?.answer(answered(200))
    world.complete.succeed(true)
    const sum = Number(world.metric("received_to_delivered_seconds_sum")[0]?.split(" ")[1])
    assert.closeTo(sum, 8, 0.5)
  })
})
