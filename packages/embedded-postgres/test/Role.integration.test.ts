import { existsSync, readFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { EmbeddedPostgres } from "@lead-gateway/embedded-postgres"
import { Effect, Redacted } from "effect"
import { newDataDir, query } from "./support/world.ts"

const folder = Effect.promise(newDataDir)

const rights = `SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles
  WHERE rolname = current_user`
const noRights = {
  rolsuper: false,
  rolcreatedb: false,
  rolcreaterole: false,
  rolreplication: false,
  rolbypassrls: false,
}

/** What is in the database and belongs to anybody but its owner. */
const foreign = `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relowner <> current_user::regrole
  UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proowner <> current_user::regrole
  UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typowner <> current_user::regrole
  UNION ALL SELECT nspname FROM pg_namespace WHERE nspname = 'apart' AND nspowner <> current_user::regrole
  UNION ALL SELECT relname FROM pg_class WHERE relname LIKE 'apart%' AND relowner <> current_user::regrole`

const objects = [
  "CREATE TABLE lead (id bigserial, at timestamptz) PARTITION BY RANGE (id)",
  "CREATE TABLE lead_1 PARTITION OF lead FOR VALUES FROM (1) TO (100)",
  "CREATE SEQUENCE alone",
  "CREATE VIEW seen AS SELECT * FROM lead",
  "CREATE MATERIALIZED VIEW kept AS SELECT * FROM lead",
  "CREATE TYPE mood AS ENUM ('good')",
  "CREATE TYPE pair AS (a int, b int)",
  "CREATE DOMAIN short AS text CHECK (length(VALUE) < 9)",
  "CREATE FUNCTION one() RETURNS int LANGUAGE sql RETURN 1",
  'CREATE TABLE "Odd ""name" (id int GENERATED ALWAYS AS IDENTITY)',
  "CREATE SCHEMA apart",
  "CREATE TABLE apart.apart_table (id int)",
]

describe("a server whose role is the owner", () => {
  it.live(
    "lets that role do what it wants with its database, nothing beyond, and nobody be the superuser",
    () =>
      Effect.gen(function* () {
        const dataDir = yield* folder
        const { user, url } = yield* EmbeddedPostgres.make({ dataDir, durable: false, role: "owner" })
        assert.strictEqual(user, "lead_gateway")
        assert.deepStrictEqual(yield* query(url, rights), [noRights])
        for (const statement of [...objects, "CREATE EXTENSION pg_trgm"]) yield* query(url, statement)
        for (const statement of [
          "CREATE DATABASE other",
          "CREATE ROLE other",
          "ALTER SYSTEM SET fsync = off",
          "COPY (SELECT 1) TO PROGRAM 'true'",
          "SELECT pg_read_file('postgresql.conf')",
          "SET ROLE postgres",
        ]) {
          assert.strictEqual((yield* Effect.flip(query(url, statement)))._tag, "SqlError", statement)
        }
        const asSuperuser = Redacted.value(url).replace("lead_gateway:", "postgres:")
        assert.strictEqual((yield* Effect.flip(query(asSuperuser, "SELECT 1")))._tag, "SqlError")
        assert.isFalse(existsSync(join(dataDir, "password")))
        assert.strictEqual(readFileSync(join(dataDir, "connection-url"), "utf8").trim(), Redacted.value(url))
      }),
  )

  it.live("keeps its login over restarts, and gets another when the file is lost", () =>
    Effect.gen(function* () {
      const dataDir = yield* folder
      const start = Effect.scoped(
        Effect.flatMap(
          EmbeddedPostgres.make({ dataDir, durable: false, role: "owner" }),
          ({ password, url }) => Effect.as(query(url, "SELECT 1"), Redacted.value(password)),
        ),
      )
      const first = yield* start
      assert.strictEqual(yield* start, first)
      yield* Effect.promise(() => rm(join(dataDir, "role-password")))
      assert.notStrictEqual(yield* start, first)
    }),
  )

  it.live("takes over a database that was the superuser's, and again after it was so once more", () =>
    Effect.gen(function* () {
      const dataDir = yield* folder
      const use = (role: "owner" | "superuser", statements: ReadonlyArray<string>) =>
        Effect.scoped(
          Effect.gen(function* () {
            const { url } = yield* EmbeddedPostgres.make({ dataDir, durable: false, role })
            for (const statement of statements.slice(0, -1)) yield* query(url, statement)
            return yield* query(url, statements.at(-1) ?? "SELECT 1")
          }),
        )
      // As the release before leaves it.
      yield* use("superuser", [...objects, "INSERT INTO lead VALUES (7)"])
      assert.deepStrictEqual(yield* use("owner", [foreign]), [])
      assert.deepStrictEqual(yield* use("owner", [...changes, "SELECT id::int FROM lead"]), [{ id: 7 }])
      // A step back to that release, which creates a partition, and forward again.
      yield* use("superuser", ["CREATE TABLE lead_2 PARTITION OF lead FOR VALUES FROM (100) TO (200)"])
      assert.isTrue(existsSync(join(dataDir, "password")))
      assert.deepStrictEqual(yield* use("owner", ["DROP TABLE lead_2", foreign]), [])
      assert.isFalse(existsSync(join(dataDir, "password")))
    }),
  )
})

/** What migrations do, and only an owner may. */
const changes = [
  "ALTER TABLE lead ADD COLUMN more text",
  "CREATE INDEX ON lead (at)",
  "REFRESH MATERIALIZED VIEW kept",
  "CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql RETURN 2",
  "DROP TYPE pair",
]
