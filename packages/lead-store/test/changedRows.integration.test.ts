import { assert, describe, it } from "@effect/vitest"
import type { LeadId } from "@lead-gateway/lead"
import { Effect, Fiber } from "effect"
import { withGenericPlans } from "./support/stress.ts"
import {
  claimOne,
  failed,
  holdOpen,
  inWorld,
  lockWaiters,
  open,
  receive,
  record,
  release,
  timeComes,
} from "./support/world.ts"

/** Runs something that must wait for the lead, because somebody changes its row and commits meanwhile. */
const whileChanging = Effect.fnUntraced(function* <A, E, R>(id: LeadId, run: Effect.Effect<A, E, R>) {
  const change = yield* holdOpen((sql) => sql`UPDATE open_lead SET troubles = troubles WHERE id = ${id}`)
  const running = yield* Effect.forkChild(run)
  yield* lockWaiters(1)
  yield* change
  return yield* Fiber.join(running)
})

describe("the store's statements on rows that change while they wait for them", () => {
  it.effect("go on with the row as it is then, by whatever plan", () =>
    Effect.gen(function* () {
      yield* Effect.gen(function* () {
        yield* receive(1)
        for (let attemptNo = 1; attemptNo <= 10; attemptNo++) {
          const lead = yield* claimOne
          assert.strictEqual((yield* whileChanging(lead.id, open(lead))).attemptNo, attemptNo)
          yield* whileChanging(lead.id, release(lead, { unsentAttemptNo: attemptNo }))
          const again = yield* claimOne
          yield* open(again)
          assert.isTrue(yield* whileChanging(lead.id, record(again, attemptNo, failed)))
          yield* timeComes(lead.id)
        }
      }).pipe(Effect.scoped, Effect.provide(yield* withGenericPlans()))
    }).pipe(inWorld),
  )
})
