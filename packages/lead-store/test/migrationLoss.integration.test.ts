import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { TestDatabase } from "@lead-gateway/testkit"
import { Effect, Layer, Option, Redacted } from "effect"
import { LeadDatabase, Migrations } from "../src/index.ts"
import { readMigrations } from "../src/internal/migrationFile.ts"
import { emptyDatabase, fruit, inEmptyDatabase, names, ownFolder, tables } from "./support/migrations.ts"
import {
  address,
  claimOne,
  failed,
  inWorld,
  migrations,
  parked,
  receive,
  send,
  step,
  succeeded,
} from "./support/world.ts"

const colour = `-- Up Migration
ALTER TABLE fruit ADD COLUMN colour text;
CREATE TABLE shop (name text);
INSERT INTO shop VALUES ('first');
-- Down Migration
-- Loses: fruit.colour, shop beyond 1
ALTER TABLE fruit DROP COLUMN colour;
DROP TABLE shop;
`

const both = { "0001_fruit": fruit, "0002_colour": colour }

/** The columns of all tables but partitions, as `table.column`. */
const columns = PgClient.PgClient.use((sql) =>
  Effect.map(
    sql<{ name: string }>`
      SELECT relname || '.' || attname AS name FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
        AND attnum > 0 AND NOT attisdropped`,
    (rows) => rows.map(({ name }) => name),
  ),
)

/** Reverts what came after 0002. */
const revertLater = (options: {
  readonly connection: Migrations.DatabaseAddress
  readonly directory: string
}) =>
  Effect.flatMap(readMigrations(migrations), (files) =>
    Migrations.down({ ...options, loseData: true, count: files.filter(({ name }) => name > "0003").length }),
  )

describe("what reverting a migration loses", () => {
  it.effect("is named with how many rows, and nothing changes unless it may be lost", () =>
    Effect.gen(function* () {
      const options = (yield* emptyDatabase)(yield* ownFolder(both))
      const sql = yield* PgClient.PgClient
      yield* Migrations.up(options)
      yield* sql`UPDATE fruit SET colour = 'green' WHERE name = 'pear'`
      yield* sql`INSERT INTO shop VALUES ('second'), ('third')`

      const error = yield* Effect.flip(Migrations.down({ ...options, count: 2 }))
      assert(error._tag === "DataWouldBeLost")
      assert.deepStrictEqual(error.losses, [
        { migration: "0002_colour", table: "fruit", column: "colour", rows: 1 },
        { migration: "0002_colour", table: "shop", column: null, rows: 2 },
        { migration: "0001_fruit", table: "fruit", column: null, rows: 2 },
      ])
      assert.strictEqual(
        error.message,
        "reverting would lose data:\n  0002_colour: fruit.colour (1 row), shop (2 rows)\n  0001_fruit: fruit (2 rows)",
      )
      assert.deepStrictEqual(yield* tables, ["fruit", "shop"])
      assert.isTrue((yield* Migrations.status(options)).every(({ appliedAt }) => appliedAt !== null))

      assert.deepStrictEqual(yield* Migrations.down({ ...options, count: 2, loseData: true }), [
        "0002_colour",
        "0001_fruit",
      ])
      assert.deepStrictEqual(yield* tables, [])
    }).pipe(inEmptyDatabase),
  )

  it.effect("is nothing where there are no data, or only what the migration itself inserted", () =>
    Effect.gen(function* () {
      const options = (yield* emptyDatabase)(yield* ownFolder(both))
      yield* Migrations.up(options)
      assert.deepStrictEqual(yield* Migrations.down(options), ["0002_colour"])
    }).pipe(inEmptyDatabase),
  )

  it.effect("is of a column what differs from its default: of a constant, of a function, and of none", () =>
    Effect.gen(function* () {
      const options = (yield* emptyDatabase)(
        yield* ownFolder({
          "0001_fruit": `-- Up Migration
CREATE TABLE fruit (
  name text, ripe boolean NOT NULL DEFAULT false, price integer DEFAULT -1, tags json NOT NULL DEFAULT '["it''s"]',
  kind varchar(9) DEFAULT 'none', colour text, seen timestamptz DEFAULT now(), number serial
);
-- Down Migration
-- Loses: fruit.name, fruit.ripe, fruit.price, fruit.tags, fruit.kind, fruit.colour, fruit.seen, fruit.number
DROP TABLE fruit;
`,
        }),
      )
      yield* Migrations.up(options)
      const sql = yield* PgClient.PgClient
      yield* sql`INSERT INTO fruit (name) VALUES ('pear'), (NULL)`
      const losses = Effect.gen(function* () {
        const error = yield* Effect.flip(Migrations.down(options))
        assert(error._tag === "DataWouldBeLost")
        return Object.fromEntries<number>(error.losses.map(({ column, rows }) => [column ?? "", rows]))
      })
      assert.deepStrictEqual(yield* losses, { name: 1, seen: 2, number: 2 })
      yield* sql`
        INSERT INTO fruit VALUES ('fig', true, 3, '[]', 'dry', 'blue'), ('plum', true, NULL, '["its"]', 'none', NULL)`
      assert.deepStrictEqual(yield* losses, {
        name: 3,
        ripe: 2,
        price: 2,
        tags: 2,
        kind: 1,
        colour: 1,
        seen: 4,
        number: 4,
      })
      const [last] = yield* sql<{ n: number }>`SELECT last_value::integer AS n FROM fruit_number_seq`
      assert.strictEqual(last?.n, 4, "numbers were used up")
    }).pipe(inEmptyDatabase),
  )

  it.effect("is nothing of leads whose values could be read and whose attempts were seen", () =>
    Effect.gen(function* () {
      const { url } = yield* TestDatabase
      yield* send(succeeded)
      yield* receive(1)
      const options = { connection: address(url), directory: migrations }
      yield* revertLater(options)
      assert.deepStrictEqual(yield* Migrations.down(options), ["0002_outcomes"])
    }).pipe(inWorld),
  )

  it.effect("is of leads the unread values and the unseen attempts, in as many rows", () =>
    Effect.gen(function* () {
      const { url } = yield* TestDatabase
      yield* send(succeeded)
      yield* receive(1)
      yield* step(yield* claimOne, parked)
      yield* send({ ...failed, responseStatus: null, responseBody: null, unseen: true })
      const options = { connection: address(url), directory: migrations }
      yield* revertLater(options)
      const error = yield* Effect.flip(Migrations.down(options))
      assert(error._tag === "DataWouldBeLost")
      assert.deepStrictEqual(
        error.losses.map(({ column, rows, table }) => [`${table}.${column}`, rows]),
        [
          ["work.unseen_attempt", 1],
          ["work.first_attempt_at", 1],
          ["decision.unread", 1],
        ],
      )
    }).pipe(inWorld),
  )

  it.effect("counts only what is still there: somebody may have dropped it by hand", () =>
    Effect.gen(function* () {
      const options = (yield* emptyDatabase)(
        yield* ownFolder({ "0001_fruit": fruit.replace("DROP TABLE", "DROP TABLE IF EXISTS") }),
      )
      yield* Migrations.up(options)
      yield* PgClient.PgClient.use((sql) => sql`DROP TABLE fruit`)
      assert.deepStrictEqual(yield* Migrations.down(options), ["0001_fruit"])
    }).pipe(inEmptyDatabase),
  )

  // https://github.com/afreidah/s3-orchestrator/issues/75, https://github.com/josuebrunel/ezauth/issues/172: a down section
  // that drops every table, and nothing that says so.
  it.effect("is stated by every file that can be reverted, else no file of the folder is read", () =>
    Effect.gen(function* () {
      const options = yield* emptyDatabase
      for (const [statement, expected] of [
        [
          "",
          /^0001_fruit\.sql: its down section does not say what it loses; write "-- Loses: nothing" there, or/,
        ],
        ["-- Loses:", /^0001_fruit\.sql: "-- Loses: " is not understood/],
        ["-- Loses: fruit, nothing", /^0001_fruit\.sql: "-- Loses: fruit, nothing" is not understood/],
        ["-- Loses: fruit; DROP TABLE lead", /^0001_fruit\.sql: "-- Loses: .*" is not understood/],
        ['-- Loses: "Fruit"', /^0001_fruit\.sql: "-- Loses: .*" is not understood/],
        ["-- Loses: fruit beyond some", /^0001_fruit\.sql: "-- Loses: .*" is not understood/],
      ] as const) {
        const directory = yield* ownFolder({ "0001_fruit": fruit.replace("-- Loses: fruit", statement) })
        for (const call of [
          Effect.asVoid(Migrations.up(options(directory))),
          Effect.asVoid(Migrations.status(options(directory))),
        ]) {
          const error = yield* Effect.flip(call)
          assert.match(error.message, expected)
        }
      }
      assert.deepStrictEqual(yield* tables, [])
    }).pipe(inEmptyDatabase),
  )

  it.effect(
    "is all that each migration of the repository drops: it is reverted, and what is gone is compared",
    () =>
      Effect.gen(function* () {
        const options = (yield* emptyDatabase)()
        const files = yield* readMigrations(migrations)
        yield* Migrations.up(options)
        for (const name of names.toReversed()) {
          const before = yield* columns
          assert.deepStrictEqual(yield* Migrations.down(options), [name])
          const after = yield* columns
          const gone = before.filter((column) => !after.includes(column))
          const stated =
            files.find((file) => file.name === name)?.down?.loses ?? assert.fail(`${name} has no way back`)
          const missing = gone.filter(
            (path) =>
              !stated.some(({ column, table }) =>
                column === undefined ? path.startsWith(`${table}.`) : path === `${table}.${column}`,
              ),
          )
          assert.deepStrictEqual(missing, [], `${name} does not say that it loses these`)
          for (const { column, table } of stated) {
            assert.isTrue(
              gone.some((path) =>
                column === undefined ? path.startsWith(`${table}.`) : path === `${table}.${column}`,
              ),
              `${name} does not lose ${table}`,
            )
          }
        }
      }).pipe(inEmptyDatabase),
  )
})

describe("a migration that is reverted while processes are connected", () => {
  /** The connections of a process. */
  const connect = (applicationName: string) =>
    Effect.gen(function* () {
      const { url } = yield* TestDatabase
      yield* Layer.build(
        LeadDatabase.pool({
          connection: { url: Redacted.make(Redacted.value(address(url).url)), ssl: false },
          pool: { maxConnections: 2, minConnections: 2, connectionTTL: Option.none() },
          applicationName,
        }),
      )
    })

  it.live("is refused: which processes, and since when; unless that is permitted", () =>
    Effect.gen(function* () {
      const options = (yield* emptyDatabase)(yield* ownFolder({ "0001_fruit": fruit }))
      yield* Migrations.up(options)
      const before = Date.now()
      yield* connect("lead-gateway-api")
      yield* connect("psql")
      const down = { ...options, loseData: true }
      const error = yield* Effect.flip(Migrations.down(down))
      assert(error._tag === "ProcessesConnected")
      assert.deepStrictEqual(
        error.processes.map(({ connections, name }) => [name, connections > 0]),
        [["lead-gateway-api", true]],
      )
      assert.closeTo(error.processes[0]?.since?.getTime() ?? 0, before, 60_000)
      assert.match(
        error.message,
        /^processes are connected to the database:\n {2}lead-gateway-api( at [\d.:a-f]+)?, [12] connections?, since \d{4}-\d\d-\d\dT[\d:.]+Z$/,
      )
      assert.include(yield* tables, "fruit")
      assert.deepStrictEqual(yield* Migrations.down({ ...down, count: 0 }), [])
      assert.deepStrictEqual(yield* Migrations.down({ ...down, whileConnected: true }), ["0001_fruit"])
    }).pipe(inEmptyDatabase),
  )
})
