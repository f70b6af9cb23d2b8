import { assert, describe, it } from "@effect/vitest"
import { decide } from "@lead-gateway/lead-pipeline"
import { Effect } from "effect"
import { makeUnmappedTally } from "../src/UnmappedTally.ts"
import { shippedFlow } from "./support/flow.ts"

const valid = { phone: "+49123456789", zipcode: "66123", house: { is_owner: true } }

/** What is counted of leads with these further fields. */
const counted = Effect.fnUntraced(function* (...leads: ReadonlyArray<object>) {
  const flow = yield* shippedFlow
  const tally = makeUnmappedTally(flow.mapping)
  for (const lead of leads) {
    tally.note(
      decide(flow, {
        payload: { ...valid, ...lead },
        deliveryMetadata: { lead_id: 1, correlation_id: "a", idempotency_key: "b" },
        nowMs: 0,
      }),
    )
  }
  return tally
})

describe("the tally of unmapped answers", () => {
  it.effect("counts answers that are none of a dropdown's values, of leads that met the rules", () =>
    Effect.gen(function* () {
      const offer = { solar_offer_type: "Leasing" }
      const tally = yield* counted(
        offer,
        offer,
        { solar_offer_type: "Kaufen" },
        { ...offer, zipcode: "1" },
        {
          ...offer,
          phone: "",
        },
      )
      assert.deepStrictEqual(tally.take(), [{ attribute: "solar_offer_type", value: "Leasing", count: 3 }])
      assert.deepStrictEqual(tally.take(), [])
    }),
  )

  it.effect("keeps no answer that may be a person's: addresses, phone numbers, long texts", () =>
    Effect.gen(function* () {
      const hidden = [
        "jane@x.example",
        "+49 123 456789",
        "0681/123456",
        "call 0123-4567890",
        "491234567890",
        "x".repeat(201),
      ]
      const shown = ["10000-15000 kWh", "2020", "Leasing 2020-2025", "x".repeat(200)]
      const tally = yield* counted(...[...hidden, ...shown].map((solar_offer_type) => ({ solar_offer_type })))
      assert.deepStrictEqual(
        tally.take().map(({ count, value }) => [value, count]),
        [[undefined, hidden.length], ...shown.map((value) => [value, 1])],
      )
    }),
  )

  it.effect("is bounded, and takes back what could not be stored", () =>
    Effect.gen(function* () {
      const tally = yield* counted(
        ...Array.from({ length: 2500 }, (_, index) => ({ solar_offer_type: `answer ${index}` })),
      )
      const taken = tally.take()
      assert.lengthOf(taken, 2001)
      assert.deepInclude(taken.at(-1), { value: undefined, count: 500 })
      tally.giveBack(taken)
      assert.deepStrictEqual(tally.take(), taken)
    }),
  )
})
