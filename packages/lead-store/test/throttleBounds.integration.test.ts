import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Duration, Effect } from "effect"
import { customerRow, permitsAt } from "./support/throttle.ts"
import {
  claim,
  complete,
  configure,
  failed,
  inWorld,
  inWorldWith,
  openNew,
  ready,
  receive,
  send,
  step,
  unknown,
} from "./support/world.ts"

const minute = 60_000
const at = 10 * 60 * minute

/** By how much a clock may be set back. */
const setBack = [minute, 10 * minute, 120 * minute]

const times = PgClient.PgClient.use((sql) =>
  Effect.map(
    sql<{ turn: number; changed: number }>`
      SELECT extract(epoch FROM next_send_at - clock_timestamp())::float8 AS turn,
        extract(epoch FROM circuit_changed_at - clock_timestamp())::float8 AS changed
      FROM customer`,
    (rows) => rows[0] ?? { turn: Number.NaN, changed: Number.NaN },
  ),
)

describe("a throttle whose clock was set back", () => {
  for (const back of setBack) {
    it.effect(`begins its ramp again, at 1 a second or the limit: ${back / minute} min`, () =>
      Effect.gen(function* () {
        for (const [options, spacing] of [
          [{}, 1000],
          [{ ratePerSecond: 100 }, 1000],
          [{ ratePerSecond: 0.5 }, 2105.264],
        ] as const) {
          const answer = yield* permitsAt(options, { at, closed: at + back })
          assert.deepStrictEqual(answer, { permits: 1, spacing, wait: 0, ahead: 0 })
        }
      }).pipe(inWorld),
    )

    it.effect(`lets everything through that has no ramp and no limit: ${back / minute} min`, () =>
      Effect.gen(function* () {
        const answer = yield* permitsAt({ ramp: Duration.zero }, { at, closed: at + back })
        assert.deepInclude(answer, { permits: 2_147_483_647, spacing: null })
        const limited = yield* permitsAt(
          { ramp: Duration.zero, ratePerSecond: 100 },
          { at, closed: at + back },
        )
        assert.strictEqual(limited.permits, 4)
      }).pipe(inWorld),
    )

    it.effect(`does not wait for a turn that no limit can have put so far ahead: ${back / minute} min`, () =>
      Effect.gen(function* () {
        for (const ratePerSecond of [0.5, 1, 7, 100, 5000]) {
          const { ahead, permits, wait } = yield* permitsAt({ ratePerSecond }, { at, next: at + back })
          assert.deepStrictEqual(
            { ahead, wait: wait <= 0, go: permits >= 1 },
            { ahead: 0, wait: true, go: true },
          )
        }
      }).pipe(inWorld),
    )

    it.effect(`does not wait for a probe that nobody can have put so far off: ${back / minute} min`, () =>
      Effect.gen(function* () {
        const openFor = Duration.seconds(1)
        const probe = at + Duration.toMillis(openFor) * 10 + back
        assert.deepInclude(yield* permitsAt({ openFor }, { at, probe }), { permits: 1, wait: 0 })
      }).pipe(inWorld),
    )
  }

  it.effect("notes no turn further ahead than its spacing, and that its ramp began now", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      for (const back of ["1 minute", "10 minutes", "2 hours"]) {
        yield* openNew
        yield* sql`
          UPDATE customer
          SET next_send_at = clock_timestamp() + ${back}::interval, circuit_changed_at = clock_timestamp() + ${back}::interval`
        yield* openNew
        const { changed, turn } = yield* times
        assert.isAtMost(turn, 2.2)
        assert.isAtMost(changed, 0)
        yield* sql`UPDATE customer SET next_send_at = '-infinity', circuit_changed_at = '-infinity'`
      }
    }).pipe(inWorldWith({ ratePerSecond: 0.5 })),
  )
})

describe("a throttle that holds what was noted under its own settings", () => {
  it.effect("waits for the last turn that its burst can have taken, to the end", () =>
    Effect.gen(function* () {
      for (const ratePerSecond of [0.001, 0.5, 1, 7, 100, 5000]) {
        const { permits: burst, spacing } = yield* permitsAt({ ratePerSecond }, { at })
        assert(spacing !== null)
        const answer = yield* permitsAt({ ratePerSecond }, { at, next: at + burst * spacing })
        assert.strictEqual(answer.permits, 0)
        assert.closeTo(answer.wait, spacing, 0.01)
      }
    }).pipe(inWorld),
  )

  for (const [openFor, longest] of [
    [1, 45],
    [30, 300],
  ] as const) {
    it.effect(`waits for a probe up to ten times ${openFor} s, and for its outcome: ${longest} s`, () =>
      Effect.gen(function* () {
        const ask = (probe: number) => permitsAt({ openFor: Duration.seconds(openFor) }, { at, probe })
        assert.deepInclude(yield* ask(at + longest * 1000), { permits: 0, wait: longest * 1000 })
        assert.deepInclude(yield* ask(at + longest * 1000 + 1), { permits: 1, wait: 0 })
        assert.deepInclude(yield* ask(at), { permits: 1, wait: 0 })
      }).pipe(inWorld),
    )
  }
})

describe("a throttle whose settings are changed", () => {
  it.effect("lets leads go at once when its limit is raised from 0.001 to 100 a second", () =>
    Effect.gen(function* () {
      yield* receive(3)
      yield* Effect.forEach(yield* claim(3), (lead) => step(lead, ready))
      assert.deepStrictEqual(yield* claim(3), [])
      yield* configure({ ratePerSecond: 100 })
      const leads = yield* claim(3)
      assert.lengthOf(leads, 2)
      for (const lead of leads) assert.deepInclude(yield* step(lead, undefined), { _tag: "Opened" })
      assert.isAtMost((yield* times).turn, 1)
    }).pipe(inWorldWith({ ratePerSecond: 0.001 })),
  )

  it.effect("probes at once when its circuit may no longer stay open as long as was noted", () =>
    Effect.gen(function* () {
      yield* send(failed)
      yield* receive(1)
      yield* Effect.forEach(yield* claim(1), (lead) => step(lead, ready))
      assert.deepStrictEqual(yield* claim(1), [])
      yield* configure({ failures: 1, openFor: Duration.seconds(1) })
      const [probe] = yield* claim(1)
      assert(probe !== undefined)
      assert.deepInclude(yield* step(probe, undefined), { _tag: "Opened", isProbe: true })
      // An unknown outcome leaves the wait as it is, within its bounds.
      yield* complete(probe, 1, { ...unknown, outcomeUnknown: false })
      assert.strictEqual((yield* customerRow()).open_for, 10)
      assert.deepStrictEqual(yield* claim(1), [])
    }).pipe(inWorldWith({ failures: 1, openFor: Duration.hours(1) })),
  )
})
