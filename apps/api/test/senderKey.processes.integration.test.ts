/** Webhooks with keys that come again at another process, while the first one dies. */
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Option, Redacted, Schedule } from "effect"
import { type HttpAnswer, post } from "./support/Http.ts"
import { makeLink } from "./support/Postgres.ts"
import { startProgram } from "./support/Program.ts"
import { makeDatabase } from "./support/World.ts"

type Program = Effect.Success<ReturnType<typeof startProgram>>

const send = (program: Program, key: string, body = '{"phone":"+49123456789"}') =>
  post(program, body, { headers: { "Idempotency-Key": key, "X-Correlation-ID": "the-first" } })

/** As senders do it: again after a 503, which a busy machine may answer. */
const sendAgain = (program: Program, key: string, body?: string) =>
  Effect.repeat(send(program, key, body), { until: ({ status }) => status !== 503 })

/** Between two looks at the database, which has something else to do. */
const soon = Schedule.spaced("10 millis")

const bodyOf = ({ text }: HttpAnswer) =>
  JSON.parse(text) as { readonly lead_id?: number; readonly duplicate?: true }

/** A database, and a client of it. */
const makeServer = Effect.gen(function* () {
  const { url } = yield* makeDatabase()
  const sql = Context.get(yield* Layer.build(PgClient.layer({ url: Redacted.make(url) })), PgClient.PgClient)
  const leads = Effect.map(
    sql<{ readonly leads: number }>`SELECT count(*)::integer AS leads FROM lead`,
    (rows) => rows[0]?.leads,
  )
  /** Holds every statement that stores leads before its commit; the result lets them go on. */
  const hold = Effect.gen(function* () {
    yield* sql`
      CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN NULL; END $$`
    yield* sql`
      CREATE TRIGGER wait_for_test BEFORE INSERT ON lead FOR EACH STATEMENT EXECUTE FUNCTION wait_for_test()`
    const connection = yield* sql.reserve
    yield* connection.execute("SELECT pg_advisory_lock(7)", [], undefined)
    return connection.execute("SELECT pg_advisory_unlock(7)", [], undefined)
  })
  const waiters = (count: number) =>
    sql<{ readonly waiting: number }>`
      SELECT count(*)::integer AS waiting FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`.pipe(
      Effect.repeat({ until: (rows) => rows[0]?.waiting === count, schedule: soon }),
    )
  return { url, sql, leads, hold, waiters }
})

describe("webhooks with a key, at two processes", { timeout: 120_000 }, () => {
  it.live("make one lead of 100 at once, each time", () =>
    Effect.gen(function* () {
      const { leads, url } = yield* makeServer
      const programs = yield* Effect.all(
        [startProgram({ DATABASE_URL: url }), startProgram({ DATABASE_URL: url })],
        { concurrency: 2 },
      )
      for (let round = 1; round <= 10; round++) {
        const answers = yield* Effect.all(
          Array.from({ length: 100 }, (_, n) => sendAgain(programs[n % 2 === 0 ? 0 : 1], `round-${round}`)),
          { concurrency: "unbounded" },
        )
        assert.deepStrictEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
        assert.lengthOf(new Set(answers.map((answer) => bodyOf(answer).lead_id)), 1)
        assert.lengthOf(
          answers.filter((answer) => bodyOf(answer).duplicate === undefined),
          1,
        )
        assert.strictEqual(yield* leads, round)
      }
    }).pipe(Effect.scoped),
  )

  it.live("get the lead of a process that was killed while its statement waited", () =>
    Effect.gen(function* () {
      const { hold, leads, url, waiters } = yield* makeServer
      const [first, second] = yield* Effect.all(
        [startProgram({ DATABASE_URL: url }), startProgram({ DATABASE_URL: url })],
        { concurrency: 2 },
      )
      const letGo = yield* hold
      const lost = yield* Effect.forkChild(Effect.exit(send(first, "a")))
      yield* waiters(1)
      yield* first.api.kill("SIGKILL")
      yield* first.api.exited
      assert.isTrue((yield* Fiber.join(lost))._tag === "Failure")
      const again = yield* Effect.forkChild(send(second, "a"))
      yield* waiters(2)
      yield* letGo
      // Postgres has the whole statement, so it commits although its process is gone.
      assert.deepInclude(bodyOf(yield* Fiber.join(again)), { duplicate: true })
      assert.strictEqual(yield* leads, 1)
    }).pipe(Effect.scoped),
  )

  it.live("store the lead of a process that was killed, when its statement was cut before its commit", () =>
    Effect.gen(function* () {
      const { hold, leads, sql, url, waiters } = yield* makeServer
      const [first, second] = yield* Effect.all(
        [startProgram({ DATABASE_URL: url }), startProgram({ DATABASE_URL: url })],
        { concurrency: 2 },
      )
      const letGo = yield* hold
      yield* Effect.forkChild(Effect.exit(send(first, "a")))
      yield* waiters(1)
      yield* first.api.kill("SIGKILL")
      const again = yield* Effect.forkChild(send(second, "a"))
      yield* waiters(2)
      yield* sql`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event = 'advisory' AND pid <> pg_backend_pid()`
      // The second has the key now, and waits itself.
      yield* waiters(1)
      yield* letGo
      const answer = yield* Fiber.join(again)
      assert.strictEqual(answer.status, 200)
      assert.isUndefined(bodyOf(answer).duplicate)
      assert.strictEqual(yield* leads, 1)
    }).pipe(Effect.scoped),
  )

  it.live("get the lead of a process that was killed after the commit, before it knew of it", () =>
    Effect.gen(function* () {
      const { hold, leads, url, waiters } = yield* makeServer
      const link = yield* makeLink(url)
      const [first, second] = yield* Effect.all(
        [startProgram({ DATABASE_URL: link.url }), startProgram({ DATABASE_URL: url })],
        { concurrency: 2 },
      )
      const letGo = yield* hold
      const lost = yield* Effect.forkChild(Effect.exit(send(first, "a")))
      yield* waiters(1)
      yield* link.freeze
      yield* letGo
      yield* Effect.repeat(leads, { until: (count) => count === 1, schedule: soon })
      yield* first.api.kill("SIGKILL")
      assert.isTrue((yield* Fiber.join(lost))._tag === "Failure")
      const again = yield* send(second, "a")
      assert.deepInclude(bodyOf(again), { duplicate: true })
      assert.strictEqual(yield* leads, 1)
    }).pipe(Effect.scoped),
  )

  it.live("make one lead for each key, however often a process is killed at any moment", () =>
    Effect.gen(function* () {
      const { leads, url } = yield* makeServer
      const keys = Array.from({ length: 600 }, (_, n) => `key-${n}`)
      const survivor = yield* startProgram({ DATABASE_URL: url })
      let acknowledged = 0
      // A busy machine has answered nothing after any time, so the moments are counted in answers.
      for (const [round, after] of [1, 60, 200].entries()) {
        const ours = keys.map((key) => `${round}.${key}`)
        const first = yield* startProgram({ DATABASE_URL: url })
        let answered = 0
        const sendOnce = (key: string) =>
          Effect.tap(send(first, key, `{"n":"${key}"}`), () => Effect.sync(() => answered++))
        const sending = yield* Effect.forkChild(
          Effect.forEach(ours, (key) => Effect.option(Effect.sandbox(sendOnce(key))), { concurrency: 50 }),
        )
        yield* Effect.repeat(Effect.sleep(1), { until: () => answered >= after })
        yield* first.api.kill("SIGKILL")
        const before = new Map<string, number | undefined>()
        for (const [n, answer] of (yield* Fiber.join(sending)).entries()) {
          if (Option.isSome(answer)) before.set(ours[n] ?? "", bodyOf(answer.value).lead_id)
        }
        acknowledged += before.size
        const again = yield* Effect.forEach(ours, (key) => sendAgain(survivor, key, `{"n":"${key}"}`), {
          concurrency: 50,
        })
        for (const [n, answer] of again.entries()) {
          assert.strictEqual(answer.status, 200)
          const earlier = before.get(ours[n] ?? "")
          if (earlier !== undefined) assert.deepInclude(bodyOf(answer), { lead_id: earlier, duplicate: true })
        }
        assert.strictEqual(yield* leads, keys.length * (round + 1))
      }
      assert.isAbove(acknowledged, 0)
      assert.isBelow(acknowledged, keys.length * 3)
    }).pipe(Effect.scoped),
  )
})
