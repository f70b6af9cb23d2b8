import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Context, Duration, Effect } from "effect"
import { type CustomerSettings, LeadWork } from "../src/index.ts"
import { permitsAt } from "./support/throttle.ts"
import { random } from "./support/walk.ts"
import {
  anotherProcess,
  claim,
  complete,
  inWorldWith,
  open,
  ready,
  receive,
  step,
  succeeded,
} from "./support/world.ts"

/** The most of these moments (in ms) that lie within so many ms of each other. */
const mostWithin = (moments: ReadonlyArray<number>, window: number) =>
  Math.max(...moments.map((from) => moments.filter((at) => at >= from && at < from + window).length))

describe("the rate limit", () => {
  for (const ratePerSecond of [0.5, 1, 7, 100]) {
    it.effect(`lets at most ${ratePerSecond} begin in any second, whenever they ask`, () =>
      Effect.gen(function* () {
        const dice = random(ratePerSecond * 10)
        const taken: Array<number> = []
        let at = 1_000_000
        let next = 0
        for (let asked = 0; asked < 300; asked++) {
          const { permits, spacing } = yield* permitsAt({ ratePerSecond }, { at, next })
          assert(spacing !== null)
          const take = Math.min(permits, 1 + Math.floor(dice() * 8))
          for (let one = 0; one < take; one++) taken.push(at)
          if (take > 0) next = Math.max(next, at) + take * spacing
          // Often at the very moment when the next one is in turn.
          at = dice() < 0.5 && next > at ? next : at + Math.ceil((dice() * 1500) / ratePerSecond) / 4
        }
        assert.isAtMost(mostWithin(taken, 1000), Math.max(1, ratePerSecond))
        assert.isAtLeast(taken.length, 50)
      }).pipe(inWorldWith({})),
    )

    it.live(`holds over three workers that send as fast as they can: ${ratePerSecond} a second`, () =>
      Effect.gen(function* () {
        yield* receive(300)
        const workers = yield* Effect.all([anotherProcess, anotherProcess, anotherProcess])
        yield* Effect.forEach(
          workers,
          (worker) =>
            Effect.gen(function* () {
              const leads = yield* claim(10)
              if (leads.length === 0) yield* Effect.sleep("5 millis")
              yield* Effect.forEach(
                leads,
                (lead) =>
                  Effect.gen(function* () {
                    const result = yield* step(lead, lead._tag === "Undecided" ? ready : undefined)
                    if (result._tag === "Opened") yield* complete(lead, result.attemptNo, succeeded)
                  }),
                { concurrency: "unbounded" },
              )
            }).pipe(Effect.forever, Effect.provideService(LeadWork, Context.get(worker, LeadWork))),
          { concurrency: "unbounded" },
        ).pipe(Effect.timeoutOption("2500 millis"))
        const sql = yield* PgClient.PgClient
        const rows = yield* sql<{ at: number }>`
          SELECT (extract(epoch FROM requested_at) * 1000)::float8 AS at FROM attempt ORDER BY 1`
        const opened = rows.map((row) => row.at)
        assert.isAtLeast(opened.length, 1)
        // Between the permit and the time that is noted of the attempt a busy machine may take a break.
        assert.isAtMost(mostWithin(opened, 900), Math.max(1, ratePerSecond))
        if (ratePerSecond === 100) assert.isAtLeast(opened.length, 60)
      }).pipe(inWorldWith({ ratePerSecond })),
    )
  }

  it.effect("leaves what it holds back in its order, and gives no more of it out than may be sent", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const ids = yield* receive(6)
      yield* sql`UPDATE work SET scheduled_at = now() - make_interval(secs => lead_id::float8), due_at = now()`
      const leads = (yield* claim(6)).toSorted((a, b) => a.leadId - b.leadId)
      const steps = yield* Effect.forEach(leads, (lead) => step(lead, ready))
      assert.deepStrictEqual(
        steps.map(({ _tag }) => _tag),
        ["Opened", "HeldBack", "HeldBack", "HeldBack", "HeldBack", "HeldBack"],
      )
      assert(leads[0] !== undefined)
      yield* complete(leads[0], 1, succeeded)
      assert.deepStrictEqual(yield* claim(6), [])
      assert.isAbove(Duration.toSeconds((yield* LeadWork.use((work) => work.nextDue)).untilDue ?? 0), 100)
      const waiting: Array<number> = []
      for (let turn = 0; turn < 5; turn++) {
        yield* sql`UPDATE customer SET next_send_at = now()`
        const [lead, ...others] = yield* claim(6)
        assert(lead !== undefined && others.length === 0)
        waiting.push(lead.leadId)
        yield* open(lead)
      }
      assert.deepStrictEqual(waiting, ids.slice(1).toReversed())
    }).pipe(inWorldWith({ ratePerSecond: 0.001 })),
  )

  it.effect("rises from 1 a second to 1024 after a recovery, and is gone then", () =>
    Effect.gen(function* () {
      const closed = 1_000_000
      const after = (seconds: number, options: Partial<CustomerSettings> = {}) =>
        Effect.map(permitsAt(options, { at: closed + seconds * 1000, closed }), ({ permits, spacing }) => ({
          permits,
          spacing,
        }))
      assert.deepStrictEqual(yield* after(0), { permits: 1, spacing: 1000 })
      assert.deepStrictEqual(yield* after(3), { permits: 1, spacing: 500 })
      assert.deepStrictEqual(yield* after(15), { permits: 1, spacing: 31.25 })
      assert.isAbove((yield* after(29.9)).permits, 40)
      assert.deepStrictEqual(yield* after(30), { permits: 2_147_483_647, spacing: null })
      assert.deepStrictEqual(yield* after(15, { ratePerSecond: 4 }), { permits: 1, spacing: 263.158 })
      assert.deepStrictEqual(yield* after(30, { ratePerSecond: 4 }), { permits: 1, spacing: 263.158 })
    }).pipe(inWorldWith({})),
  )
})
