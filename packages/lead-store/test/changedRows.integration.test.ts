import { assert, describe, it } from "@effect/vitest"
import type { PgClient } from "@effect/sql-pg"
import { Effect, Fiber } from "effect"
import type { SqlError } from "effect/sql"
import { badEnds } from "./support/replay.ts"
import {
  bothCounts,
  claimOne,
  complete,
  failed,
  history,
  holdOpen,
  inWorld,
  lockWaiters,
  open,
  receive,
  release,
  replay,
  rowOf,
  succeeded,
  timeComes,
} from "./support/world.ts"

/** Runs something that must wait for a row, because somebody changes it and commits meanwhile. */
const whileChanging = Effect.fnUntraced(function* <A, E, R>(
  change: (sql: PgClient.PgClient) => Effect.Effect<unknown, SqlError.SqlError>,
  run: Effect.Effect<A, E, R>,
) {
  const commit = yield* holdOpen(change)
  const running = yield* Effect.forkChild(run)
  yield* lockWaiters(1)
  yield* commit
  return yield* Fiber.join(running)
})

const touchWork = (sql: PgClient.PgClient) => sql`UPDATE work SET internal_failures = internal_failures`

describe("the store's statements on rows that change while they wait for them", () => {
  it.effect("go on with the work as it is then", () =>
    Effect.gen(function* () {
      yield* receive(1)
      for (let attemptNo = 1; attemptNo <= 4; attemptNo++) {
        const lead = yield* claimOne
        assert.strictEqual((yield* whileChanging(touchWork, open(lead))).attemptNo, attemptNo)
        assert.isTrue(yield* whileChanging(touchWork, release(lead, { unsentAttemptNo: attemptNo })))
        const again = yield* claimOne
        yield* open(again)
        assert.isTrue(yield* whileChanging(touchWork, complete(again, attemptNo, failed)))
        yield* timeComes(lead.leadId)
      }
    }).pipe(inWorld),
  )

  it.effect("replay a lead that was touched, and none that was delivered meanwhile", () =>
    Effect.gen(function* () {
      const lead = yield* badEnds.parked
      yield* whileChanging(
        (sql) => sql`UPDATE settled_lead SET settled_at = settled_at`,
        Effect.map(replay("one", { statuses: ["FAILED"] }), (replayed) => assert.strictEqual(replayed, 1)),
      )
      const other = yield* badEnds.rejected
      yield* whileChanging(
        (sql) => sql`UPDATE settled_lead SET state = 'DELIVERED', reason = NULL`,
        Effect.map(replay("two", { ids: [other.leadId] }), (replayed) => assert.strictEqual(replayed, 0)),
      )
      assert.strictEqual((yield* rowOf(lead.leadId))?.state, "RECEIVED")
      assert.strictEqual((yield* rowOf(other.leadId))?.state, "DELIVERED")
    }).pipe(inWorld),
  )

  it.effect("replay a lead once by two requests at the same time", () =>
    Effect.gen(function* () {
      yield* badEnds.rejected
      yield* badEnds.parked
      const lock = yield* holdOpen((sql) => sql`SELECT FROM settled_lead ORDER BY lead_id LIMIT 1 FOR UPDATE`)
      const requests = yield* Effect.forEach(["one", "two"], (name) =>
        Effect.forkChild(replay(name, { statuses: ["REJECTED", "FAILED"] })),
      )
      yield* lockWaiters(2)
      yield* lock
      const replayed = yield* Effect.forEach(requests, Fiber.join)
      assert.deepStrictEqual(replayed.toSorted(), [0, 2])
      const { counted, kept } = yield* bothCounts
      assert.deepStrictEqual([kept, counted], [counted, { RECEIVED: 2, TOTAL: 2 }])
    }).pipe(inWorld),
  )

  it.effect("deliver a lead by a success that comes while it is replayed", () =>
    Effect.gen(function* () {
      const lead = yield* badEnds["ended with an outcome unknown"]
      const lock = yield* holdOpen((sql) => sql`SELECT FROM settled_lead FOR UPDATE`)
      const replaying = yield* Effect.forkChild(replay("again", { ids: [lead.leadId] }))
      yield* lockWaiters(1)
      const late = yield* Effect.forkChild(complete(lead, 1, succeeded))
      yield* lockWaiters(2)
      yield* lock
      assert.deepStrictEqual([yield* Fiber.join(replaying), yield* Fiber.join(late)], [1, true])
      assert.strictEqual((yield* history(lead.leadId)).status, "DELIVERED")
    }).pipe(inWorld),
  )
})
