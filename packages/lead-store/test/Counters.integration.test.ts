import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect, Fiber } from "effect"
import { foldCounts, LeadIntake } from "../src/index.ts"
import { holdOpen } from "./support/locks.ts"
import { inDatabase, store } from "./support/olderLeads.ts"

const rows = PgClient.PgClient.use((sql) =>
  Effect.map(
    sql<{ line: string }>`
      SELECT concat_ws(' ', segment, tenant_id, account, leads) AS line FROM lead_count ORDER BY segment, tenant_id, account`,
    (found) => found.map(({ line }) => line),
  ),
)

const count = (segment: number, account: string, leads: number) =>
  PgClient.PgClient.use(
    (sql) => sql`
      INSERT INTO lead_count AS c (segment, tenant_id, account, leads)
      VALUES (${segment}::bigint, 1, ${account}, ${leads}::bigint)
      ON CONFLICT ON CONSTRAINT lead_count_pkey DO UPDATE SET leads = c.leads + excluded.leads`,
  )

describe("foldCounts", () => {
  it.live("adds all segments to segment 0, per tenant and account", () =>
    Effect.gen(function* () {
      yield* count(5, "READY", 3)
      yield* count(6, "READY", -1)
      yield* count(6, "TOTAL", 2)
      yield* store({ from: 1, state: "DELIVERED", daysAgo: 0, tenant: 2 })
      assert.strictEqual(yield* foldCounts, 5)
      const folded = ["0 1 READY 2", "0 1 TOTAL 2", "0 2 DELIVERED 1", "0 2 TOTAL 1"]
      assert.deepStrictEqual(yield* rows, folded)
      assert.strictEqual(yield* foldCounts, 0)
      yield* count(9, "READY", 10)
      assert.strictEqual(yield* foldCounts, 1)
      assert.deepStrictEqual(yield* rows, ["0 1 READY 12", ...folded.slice(1)])
    }).pipe(inDatabase),
  )

  it.live("waits for nobody who is counting, and makes nobody lose a count", () =>
    Effect.gen(function* () {
      yield* count(5, "READY", 1)
      yield* count(6, "READY", 1)
      const end = yield* holdOpen((sql) =>
        Effect.provideService(count(5, "READY", 1), PgClient.PgClient, sql),
      )
      assert.strictEqual(yield* foldCounts, 1)
      yield* end
      assert.deepStrictEqual(yield* rows, ["0 1 READY 1", "5 1 READY 2"])
      assert.strictEqual(yield* foldCounts, 1)
      yield* count(5, "READY", 4)
      assert.deepStrictEqual(yield* rows, ["0 1 READY 3", "5 1 READY 4"])
    }).pipe(Effect.scoped, inDatabase),
  )

  it.live("leaves the work to the process that is at it", () =>
    Effect.gen(function* () {
      yield* count(5, "READY", 1)
      const end = yield* holdOpen((sql) => sql`SELECT pg_advisory_xact_lock(hashtext('lead counts'))`)
      assert.strictEqual(yield* foldCounts, 0)
      yield* end
      assert.strictEqual(yield* foldCounts, 1)
    }).pipe(Effect.scoped, inDatabase),
  )

  it.live(
    "shows every reader the right sum while others count and fold",
    () =>
      Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        const { receive } = yield* LeadIntake
        const intake = Effect.callback<unknown>((resume) =>
          receive(
            {
              payload: "{}",
              sourceHeaders: "{}",
              payloadHash: new Uint8Array(32),
              correlationId: "c",
              queuePatienceMs: 0,
            },
            (result) => resume(Effect.succeed(result)),
          ),
        )
        // Few segments, so that writers meet in them and with the folding.
        const move = Effect.suspend(() => {
          const segment = 1 + Math.floor(Math.random() * 4)
          return sql.unsafe(
            `INSERT INTO lead_count AS c (segment, tenant_id, account, leads)
           VALUES ($1::bigint, 1, 'READY', 1), ($1::bigint, 1, 'TOTAL', 1)
           ON CONFLICT ON CONSTRAINT lead_count_pkey DO UPDATE SET leads = c.leads + excluded.leads`,
            [segment],
          )
        })
        const moves = 1500
        const writers = yield* Effect.all(
          [
            Effect.forEach(Array.from({ length: moves }), () => move, { concurrency: 6, discard: true }),
            Effect.forEach(Array.from({ length: 600 }), () => intake, { concurrency: 6, discard: true }),
          ],
          { concurrency: 2 },
        ).pipe(Effect.forkChild)
        const folding = yield* Effect.forkChild(Effect.forever(foldCounts))
        const look = sql<{ difference: number }>`
        SELECT coalesce(sum(CASE account WHEN 'TOTAL' THEN leads ELSE -leads END), 0)::integer AS difference FROM lead_count`
        const reading = yield* Effect.forkChild(
          Effect.forever(Effect.map(look, ([row]) => assert.strictEqual(row?.difference, 0))),
        )
        yield* Fiber.join(writers)
        yield* Fiber.interrupt(folding)
        assert.isUndefined(reading.pollUnsafe())
        yield* Fiber.interrupt(reading)
        yield* foldCounts
        assert.deepStrictEqual(yield* rows, [
          `0 1 READY ${moves}`,
          "0 1 RECEIVED 600",
          `0 1 TOTAL ${moves + 600}`,
        ])
      }).pipe(Effect.provide(LeadIntake.layer), inDatabase),
    60_000,
  )
})
