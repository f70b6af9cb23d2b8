import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Duration, Effect, Fiber } from "effect"
import { Migrations } from "../src/index.ts"
import { emptyDatabase, fruit, inEmptyDatabase, logged, ownFolder } from "./support/migrations.ts"
import { holdOpen } from "./support/locks.ts"

const colour = "-- Up Migration\nALTER TABLE fruit ADD COLUMN colour text;\n"

/** A database with a table of fruit, and a release that alters it. */
const prepared = Effect.gen(function* () {
  const options = yield* emptyDatabase
  yield* Migrations.up(options(yield* ownFolder({ "0001_fruit": fruit })))
  return options(yield* ownFolder({ "0001_fruit": fruit, "0002_colour": colour }))
})

describe("a migration that needs a lock which another process holds", () => {
  it.live(
    "lets others go on in between, and is done once the lock is free",
    () =>
      Effect.gen(function* () {
        const release = yield* prepared
        const sql = yield* PgClient.PgClient
        const free = yield* holdOpen((sql) => sql`SELECT FROM fruit LIMIT 1`)
        const migrating = yield* Effect.forkChild(logged(Migrations.up(release)))

        let slowest = Duration.zero
        const until = Date.now() + 6000
        while (Date.now() < until) {
          const [took] = yield* Effect.timed(sql`INSERT INTO fruit (name) VALUES ('plum')`)
          slowest = Duration.max(slowest, took)
          yield* Effect.sleep("20 millis")
        }
        assert.isUndefined(migrating.pollUnsafe())
        // They waited behind the migration, and not for long.
        assert.isAbove(Duration.toMillis(slowest), 1000)
        assert.isBelow(Duration.toMillis(slowest), 3000)

        yield* free
        // Logged once, however often the migration was tried.
        const [line = "", ...more] = yield* Fiber.join(migrating)
        assert.match(
          line,
          /^migration 0002_colour could not get AccessExclusiveLock on fruit, held by process .*; trying again$/,
        )
        assert.deepStrictEqual(more, [])
        assert.deepStrictEqual(yield* sql`SELECT colour FROM fruit LIMIT 1`, [{ colour: null }])
      }).pipe(inEmptyDatabase),
    30_000,
  )

  it.live("gives up in the end, says which lock and who holds it, and has changed nothing", () =>
    Effect.gen(function* () {
      const release = yield* prepared
      const sql = yield* PgClient.PgClient
      const free = yield* holdOpen((sql) => sql`SELECT FROM fruit LIMIT 1`)
      const locks = { timeout: Duration.millis(400), patience: Duration.seconds(1) }
      const error = yield* Effect.flip(logged(Migrations.up({ ...release, locks })))
      assert.deepInclude(error, { _tag: "MigrationFailed", unavailable: false, sqlState: "55P03" })
      assert.match(
        error.message,
        /^0002_colour: could not get AccessExclusiveLock on fruit, held by process \d+ \("@effect\/sql-pg", idle in transaction for 00:00:\d\d\), tried for 1s: canceling statement due to lock timeout$/,
      )
      yield* free
      assert.deepStrictEqual(yield* sql`SELECT attname FROM pg_attribute WHERE attname = 'colour'`, [])
      assert.deepStrictEqual(yield* Migrations.up(release), ["0002_colour"])
    }).pipe(inEmptyDatabase),
  )

  it.live(
    "comes back after a deadlock too",
    () =>
      Effect.gen(function* () {
        const options = yield* emptyDatabase
        const made = { "0001_made": "CREATE TABLE one (); CREATE TABLE two ()" }
        yield* Migrations.up(options(yield* ownFolder(made)))
        const both = "LOCK TABLE one; SELECT pg_sleep(0.3); ALTER TABLE two ADD COLUMN a text"
        const release = options(yield* ownFolder({ ...made, "0002_both": both }))
        const sql = yield* PgClient.PgClient
        // Postgres ends the statement that detects the deadlock after its `deadlock_timeout`: the migration's, which is shorter.
        const other = sql`SELECT FROM one LIMIT 1`.pipe(
          Effect.delay("200 millis"),
          Effect.andThen(sql`SELECT pg_sleep(0.1)`),
        )
        const locks = { timeout: Duration.seconds(20), patience: Duration.minutes(1) }
        const migrating = yield* Effect.forkChild(logged(Migrations.up({ ...release, locks })))
        yield* Effect.andThen(sql`SET LOCAL deadlock_timeout = '20s'`, sql`LOCK TABLE two`).pipe(
          Effect.andThen(other),
          sql.withTransaction,
        )
        assert.lengthOf(yield* Fiber.join(migrating), 1)
        assert.isTrue((yield* Migrations.status(release)).every(({ appliedAt }) => appliedAt !== null))
      }).pipe(inEmptyDatabase),
    30_000,
  )
})

describe("a migration without a transaction", () => {
  const index = `-- No transaction
-- Requires: 0002
-- Up Migration
DROP INDEX CONCURRENTLY IF EXISTS fruit_name;
CREATE INDEX CONCURRENTLY fruit_name
  ON fruit (name);
-- Down Migration
-- Loses: nothing
DROP INDEX CONCURRENTLY fruit_name;
`

  it.effect("runs its statements one by one, what Postgres allows nowhere else included", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const directory = yield* ownFolder({ "0001_fruit": fruit, "0002_index": index })
      const sql = yield* PgClient.PgClient
      const indexes = sql`SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass('fruit_name')`
      assert.deepStrictEqual(yield* Migrations.up(options(directory)), ["0001_fruit", "0002_index"])
      assert.deepStrictEqual(yield* indexes, [{ valid: true }])
      assert.deepStrictEqual(yield* Migrations.down(options(directory)), ["0002_index"])
      assert.deepStrictEqual(yield* indexes, [])
      assert.deepStrictEqual(yield* sql`SELECT * FROM schema_compatibility`, [])
    }).pipe(inEmptyDatabase),
  )

  it.live("does not wait for processes that wait for it: api and worker start together", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const directory = yield* ownFolder({
        "0001_fruit": fruit,
        "0002_slow": "SELECT pg_sleep(0.5)",
        "0003_index": index,
      })
      const start = logged(Migrations.up(options(directory)))
      const lines = yield* Effect.all([start, Effect.delay(start, "200 millis")], { concurrency: 2 })
      assert.deepStrictEqual(lines, [[], []])
    }).pipe(inEmptyDatabase),
  )

  it.effect("is not applied when it ends half way, and then begins again", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const unique = index.replace("CREATE INDEX", "CREATE UNIQUE INDEX")
      const directory = yield* ownFolder({ "0001_fruit": fruit, "0002_index": unique })
      const sql = yield* PgClient.PgClient
      yield* Migrations.up(options(yield* ownFolder({ "0001_fruit": fruit })))
      yield* sql`INSERT INTO fruit VALUES ('pear')`
      const error = yield* Effect.flip(Migrations.up(options(directory)))
      assert.match(error.message, /^0002_index: could not create unique index "fruit_name"/)
      const states = yield* Migrations.status(options(directory))
      assert.isNull(states[1]?.appliedAt)
      yield* sql`DELETE FROM fruit`
      assert.deepStrictEqual(yield* Migrations.up(options(directory)), ["0002_index"])
    }).pipe(inEmptyDatabase),
  )
})
