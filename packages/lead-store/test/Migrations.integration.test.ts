import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { TestDatabase } from "@lead-gateway/testkit"
import { Effect, type Scope } from "effect"
import { readdirSync } from "node:fs"
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { Migrations } from "../src/index.ts"
import { address, holdOpen, migrations } from "./support/world.ts"

/** The names of the repository's migrations, in order. */
const names = readdirSync(migrations)
  .map((file) => basename(file, ".sql"))
  .sort()

/** A folder with the repository's migrations and further ones, by name. */
const folder = (further: Readonly<Record<string, string>> = {}) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const path = await mkdtemp(join(tmpdir(), "lead-gateway-migrations-"))
      await cp(migrations, path, { recursive: true })
      for (const [name, sql] of Object.entries(further)) await writeFile(join(path, `${name}.sql`), sql)
      return path
    }),
    (path) => Effect.promise(() => rm(path, { recursive: true })),
  )

/** An empty database, and how to migrate it with the migrations of a folder. */
const emptyDatabase = Effect.gen(function* () {
  const { url } = yield* TestDatabase
  return (directory = migrations) => ({ connection: address(url), directory })
})

const inEmptyDatabase = <A, E>(test: Effect.Effect<A, E, TestDatabase | PgClient.PgClient | Scope.Scope>) =>
  Effect.provide(Effect.scoped(test), TestDatabase.layerClient())

const tables = PgClient.PgClient.use((sql) =>
  Effect.map(
    sql<{
      name: string
    }>`SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
      AND relkind IN ('r', 'p', 'S') AND relname NOT LIKE 'schema_migration%' ORDER BY 1`,
    (rows) => rows.map((row) => row.name),
  ),
)

const fruit = `-- Up Migration
CREATE TABLE fruit (name text);
INSERT INTO fruit VALUES ('apple; -- Down Migration'), ('pear');
-- Down Migration
DROP TABLE fruit;
`

describe("Migrations.up", () => {
  it.effect("brings an empty database to the schema, and is done the second time", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      assert.deepStrictEqual(yield* Migrations.up(options()), names)
      assert.include(yield* tables, "inbound_lead")
      assert.deepStrictEqual(yield* Migrations.up(options()), [])
    }).pipe(inEmptyDatabase),
  )

  it.effect("applies a migration once when ten processes want to at the same time", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const applied = yield* Effect.all(
        Array.from({ length: 10 }, () => Migrations.up(options())),
        { concurrency: "unbounded" },
      )
      assert.deepStrictEqual(applied.flat(), names)
    }).pipe(inEmptyDatabase),
  )

  it.effect("applies only what a database lacks, in order", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      yield* Migrations.up(options())
      const more = yield* folder({ "0103_nothing": "SELECT 1", "0102_fruit": fruit })
      assert.deepStrictEqual(yield* Migrations.up(options(more)), ["0102_fruit", "0103_nothing"])
    }).pipe(inEmptyDatabase),
  )

  it.effect("changes nothing when one migration of several is broken", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const broken = yield* folder({
        "0102_fruit": fruit,
        "0103_broken": "CREATE TABLE pear (); SELECT nonsense",
      })
      const error = yield* Effect.flip(Migrations.up(options(broken)))
      assert(error._tag === "MigrationFailed")
      assert.isFalse(error.unavailable)
      assert.include(error.message, "nonsense")
      assert.deepStrictEqual(yield* tables, [])
      assert.isTrue((yield* Migrations.status(options(broken))).every((state) => state.appliedAt === null))
    }).pipe(inEmptyDatabase),
  )

  it.effect("does not quote a value of the database that does not fit", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const unfit = yield* folder({ "0102_unfit": "SELECT ('Ada' || ' Lovelace')::integer" })
      const error = yield* Effect.flip(Migrations.up(options(unfit)))
      assert.strictEqual(error.message, "a value in the database does not fit (SQLSTATE 22P02)")
    }).pipe(inEmptyDatabase),
  )

  it.effect("refuses a database of a newer version, and says what is unknown", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      yield* Migrations.up(options(yield* folder({ "0102_fruit": fruit, "0103_nothing": "SELECT 1" })))
      for (const attempt of [Migrations.up(options()), Migrations.down(options())]) {
        const error = yield* Effect.flip(attempt)
        assert(error._tag === "SchemaTooNew")
        assert.deepStrictEqual(error.unknown, ["0102_fruit", "0103_nothing"])
        assert.include(error.message, "0102_fruit, 0103_nothing")
      }
      assert.include(yield* tables, "fruit")
    }).pipe(inEmptyDatabase),
  )

  it.effect("refuses a database that a newer version migrates at the same moment", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const newer = yield* folder({ "0102_slow": "SELECT pg_sleep(0.3)" })
      const [, older] = yield* Effect.all(
        [
          Migrations.up(options(newer)),
          // Begins when the newer one holds the lock.
          Effect.andThen(
            PgClient.PgClient.use((sql) =>
              sql<{ held: bigint }>`
                SELECT count(*) AS held FROM pg_locks JOIN pg_database ON pg_database.oid = database
                WHERE locktype = 'advisory' AND datname = current_database()`.pipe(
                Effect.repeat({ until: (rows) => rows[0]?.held === 1n }),
              ),
            ),
            Effect.flip(Migrations.up(options())),
          ),
        ],
        { concurrency: 2 },
      )
      assert.strictEqual(older._tag, "SchemaTooNew")
    }).pipe(inEmptyDatabase),
  )

  it.effect("refuses a migration that comes before one that is applied", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      yield* Migrations.up(options(yield* folder({ "0103_fruit": fruit })))
      const late = yield* folder({ "0102_late": "SELECT 1", "0103_fruit": fruit })
      const error = yield* Effect.flip(Migrations.up(options(late)))
      assert.include(error.message, "0102_late")
    }).pipe(inEmptyDatabase),
  )

  it.live("gives the database up at once when it is interrupted while another process migrates", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      // node-pg-migrate's own lock, so that its command and ours keep out of each other's way.
      yield* Effect.asVoid(holdOpen((sql) => sql`SELECT pg_advisory_lock(7241865325823964)`))
      assert.isTrue((yield* Effect.timeoutOption(Migrations.up(options()), "200 millis"))._tag === "None")
    }).pipe(inEmptyDatabase),
  )

  it.effect("uses no feature newer than Postgres 14", () =>
    Effect.gen(function* () {
      const files = yield* Effect.forEach(names, (name) =>
        Effect.promise(() => readFile(join(migrations, `${name}.sql`), "utf8")),
      )
      const sql = files.join("\n")
      for (const newer of [
        /\bMERGE\b/,
        /NULLS NOT DISTINCT/,
        /security_invoker/i,
        /JSON_TABLE/,
        /uuidv7/,
        /ANY_VALUE/i,
      ]) {
        assert.notMatch(sql, newer)
      }
    }),
  )
})

describe("Migrations.up without a Postgres", () => {
  const nobody = address("postgres://nobody:secret@127.0.0.1:1/nothing")

  it.effect("says that it is not available when nobody listens", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Migrations.up({ connection: nobody, directory: migrations }))
      assert.deepInclude(error, { _tag: "MigrationFailed", unavailable: true })
      assert.notInclude(error.message, "secret")
    }),
  )

  it.effect("says so when the name is not known yet", () =>
    Effect.gen(function* () {
      const connection = address("postgres://nobody@postgres.invalid/nothing")
      const error = yield* Effect.flip(Migrations.status({ connection, directory: migrations }))
      assert.isTrue(error.unavailable)
    }),
  )

  it.effect("says so when the connection is cut at once", () =>
    Effect.gen(function* () {
      const port = yield* cuttingServer
      const connection = address(`postgres://nobody@127.0.0.1:${port}/nothing`)
      const error = yield* Effect.flip(Migrations.status({ connection, directory: migrations }))
      assert.isTrue(error.unavailable)
    }),
  )

  it.effect("does not take a missing folder for a missing Postgres", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const error = yield* Effect.flip(Migrations.up(options("/there/is/no/such/folder")))
      assert.deepInclude(error, { _tag: "MigrationFailed", unavailable: false })
    }).pipe(inEmptyDatabase),
  )

  it.effect("does not take a wrong password, or a database that is not there, for a missing Postgres", () =>
    Effect.gen(function* () {
      const { url } = yield* TestDatabase
      const missing = new URL(url)
      missing.pathname = "/no_such_database"
      const error = yield* Effect.flip(
        Migrations.up({ connection: address(missing.href), directory: migrations }),
      )
      assert.deepInclude(error, { _tag: "MigrationFailed", unavailable: false })
    }).pipe(inEmptyDatabase),
  )
})

/** The port of a server that hangs up on everybody. */
const cuttingServer = Effect.map(
  Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer((socket) => socket.destroy())
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => server.close()),
  ),
  (server) => {
    const bound = server.address()
    return typeof bound === "object" && bound !== null ? bound.port : 0
  },
)

describe("Migrations.down", () => {
  it.effect("takes the newest migration back, and up brings it again", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const more = yield* folder({ "0102_fruit": fruit })
      yield* Migrations.up(options(more))
      assert.deepStrictEqual(yield* Migrations.down(options(more)), ["0102_fruit"])
      assert.notInclude(yield* tables, "fruit")
      assert.include(yield* tables, "inbound_lead")
      assert.deepStrictEqual(yield* Migrations.up(options(more)), ["0102_fruit"])
    }).pipe(inEmptyDatabase),
  )

  it.effect("takes nothing back when asked for none", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      yield* Migrations.up(options())
      for (const count of [0, -1]) {
        assert.deepStrictEqual(yield* Migrations.down({ ...options(), count }), [])
      }
      assert.include(yield* tables, "inbound_lead")
    }).pipe(inEmptyDatabase),
  )

  it.effect("takes everything back that up has made, and up makes it again", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      yield* Migrations.up(options())
      const made = yield* tables
      assert.deepStrictEqual(yield* Migrations.down({ ...options(), count: 100 }), names.toReversed())
      assert.deepStrictEqual(yield* tables, [])
      const sql = yield* PgClient.PgClient
      assert.deepStrictEqual(yield* sql`SELECT FROM pg_proc WHERE pronamespace = 'public'::regnamespace`, [])
      yield* Migrations.up(options())
      assert.deepStrictEqual(yield* tables, made)
    }).pipe(inEmptyDatabase),
  )
})

describe("Migrations.status", () => {
  it.effect("shows what folder and database have, and changes nothing", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      assert.deepStrictEqual(
        yield* Migrations.status(options()),
        names.map((name) => ({ name, appliedAt: null, known: true })),
      )
      assert.deepStrictEqual(yield* tables, [])

      const before = Date.now()
      yield* Migrations.up(options(yield* folder({ "0102_fruit": fruit })))
      const more = yield* folder({ "0103_later": "SELECT 1" })
      const states = yield* Migrations.status(options(more))
      assert.deepStrictEqual(
        states.map(({ appliedAt, ...state }) => ({ ...state, applied: appliedAt !== null })),
        [
          ...names.map((name) => ({ name, known: true, applied: true })),
          { name: "0103_later", known: true, applied: false },
          { name: "0102_fruit", known: false, applied: true },
        ],
      )
      const appliedAt = states[0]?.appliedAt?.getTime() ?? 0
      assert.isAtLeast(appliedAt, before - 1000)
      assert.isAtMost(appliedAt, Date.now() + 1000)
    }).pipe(inEmptyDatabase),
  )

  it.effect("tells the right time, whatever the time zone of the database", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const { name } = yield* TestDatabase
      const sql = yield* PgClient.PgClient
      yield* sql.unsafe(`ALTER DATABASE ${name} SET TimeZone TO 'Pacific/Kiritimati'`)
      yield* Migrations.up(options())
      const [state] = yield* Migrations.status(options())
      assert.closeTo(state?.appliedAt?.getTime() ?? 0, Date.now(), 60_000)
    }).pipe(inEmptyDatabase),
  )
})

describe("Migrations.create", () => {
  it.effect("writes the next migration with both sections, which runs", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      const directory = yield* folder()
      const next = String(names.length + 1).padStart(4, "0")
      const path = yield* Migrations.create(directory, "lead colour")
      assert.strictEqual(path, join(directory, `${next}_lead_colour.sql`))
      const text = yield* Effect.promise(() => readFile(path, "utf8"))
      assert.match(text, /-- Up Migration[^]*-- Down Migration/)
      assert.deepStrictEqual(yield* Migrations.up(options(directory)), [...names, `${next}_lead_colour`])
    }).pipe(inEmptyDatabase),
  )

  it.effect("begins with 0001 in an empty folder, and names the folder that is not there", () =>
    Effect.gen(function* () {
      const directory = yield* folder()
      for (const name of names) yield* Effect.promise(() => rm(join(directory, `${name}.sql`)))
      assert.strictEqual(
        yield* Migrations.create(directory, "First: 1!"),
        join(directory, "0001_first_1.sql"),
      )
      const error = yield* Effect.flip(Migrations.create("/there/is/no/such/folder", "first"))
      assert.include(error.message, "/there/is/no/such/folder")
    }),
  )
})
