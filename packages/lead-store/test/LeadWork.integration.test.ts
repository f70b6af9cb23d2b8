import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { claimOne, eventsOf, history, open, receive, record, rowOf, succeeded, World } from "./support/world.ts"

describe("LeadWork", () => {
  it.effect("brings a lead from its receipt to its delivery", () =>
    Effect.gen(function* () {
      const [id] = yield* receive(1)
      const lead = yield* claimOne
      const attempt = yield* open(lead)
      assert.strictEqual(attempt.attemptNo, 1)
      assert.isTrue(yield* record(lead, 1, succeeded))
      console.log(yield* history(lead.id), id, yield* eventsOf(lead.id), yield* rowOf(lead.id))
    }).pipe(Effect.provide(World)),
  )
})
