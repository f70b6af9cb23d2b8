import { assert, describe, it } from "@effect/vitest"
import type { LeadId } from "@lead-gateway/lead"
import { Effect, Fiber } from "effect"
import {
  attemptsOf,
  claimNew,
  claimOne,
  complete,
  failed,
  holdOpen,
  inWorld,
  lockWaiters,
  open,
  receive,
  release,
  rowOf,
  succeeded,
  timeComes,
} from "./support/world.ts"

/** Runs something that must wait for the lead, because somebody changes its work and commits meanwhile. */
const whileChanging = Effect.fnUntraced(function* <A, E, R>(
  id: LeadId,
  run: Effect.Effect<A, E, R>,
  change = "internal_failures = internal_failures",
) {
  const changing = yield* holdOpen((sql) => sql.unsafe(`UPDATE work SET ${change} WHERE lead_id = ${id}`))
  const running = yield* Effect.forkChild(run)
  yield* lockWaiters(1)
  yield* changing
  return yield* Fiber.join(running)
})

/** What a statement does that opens attempt 1. */
const opens =
  "state = 'READY', customer_id = 1, attempt_no = 1, attempt_is_open = true, attempt_id = 1, attempt_opened_at = now()"

describe("the store's statements on rows that change while they wait for them", () => {
  it.effect("go on with the row as it is then", () =>
    Effect.gen(function* () {
      yield* receive(1)
      for (let attemptNo = 1; attemptNo <= 5; attemptNo++) {
        const lead = yield* claimOne
        assert.strictEqual((yield* whileChanging(lead.leadId, open(lead))).attemptNo, attemptNo)
        assert.isTrue(yield* whileChanging(lead.leadId, release(lead, { unsentAttemptNo: attemptNo })))
        const again = yield* claimOne
        yield* open(again)
        assert.isTrue(yield* whileChanging(lead.leadId, complete(again, attemptNo, failed)))
        yield* timeComes(lead.leadId)
      }
    }).pipe(inWorld),
  )

  // What the row was before must not break its constraints either.
  it.effect("give work back whose attempt is opened meanwhile", () =>
    Effect.gen(function* () {
      const lead = yield* claimNew
      assert.isTrue(yield* whileChanging(lead.leadId, release(lead), opens))
      assert.deepInclude(yield* rowOf(lead.leadId), {
        attempt_no: 1,
        attempt_is_open: true,
        lane: 0,
        lease: null,
      })
    }).pipe(inWorld),
  )

  it.effect("take an attempt back that is opened meanwhile", () =>
    Effect.gen(function* () {
      const lead = yield* claimNew
      assert.isTrue(yield* whileChanging(lead.leadId, release(lead, { unsentAttemptNo: 1 }), opens))
      assert.deepInclude(yield* rowOf(lead.leadId), {
        attempt_no: 0,
        attempt_is_open: false,
        lane: 1,
        lease: null,
      })
    }).pipe(inWorld),
  )

  for (const [name, outcome] of Object.entries({ succeeded, failed })) {
    it.effect(`record the outcome of an attempt that is opened meanwhile: ${name}`, () =>
      Effect.gen(function* () {
        const lead = yield* claimNew
        // The first statement does not see it, the second waits for it.
        assert.isTrue(yield* whileChanging(lead.leadId, complete(lead, 1, outcome), opens))
        assert.strictEqual((yield* rowOf(lead.leadId))?.state, outcome.next.state)
        assert.lengthOf(yield* attemptsOf(lead.leadId), 1)
      }).pipe(inWorld),
    )
  }
})
