import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { EmbeddedPostgres } from "@lead-gateway/embedded-postgres"
import { TestDatabase } from "@lead-gateway/testkit"
import { Context, Duration, Effect, Fiber, Layer, Option, Redacted, References, Scope } from "effect"
import { readdirSync } from "node:fs"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { createServer, type Server } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { LeadDatabase, LeadIntake, type LeadDatabaseOptions, Migrations, type NewLead } from "../src/index.ts"
import { folder, logged } from "./support/migrations.ts"
import { address, inWorld, migrations, newLead, receiveLead } from "./support/world.ts"

const optionsFor = (url: string, minConnections = 0): LeadDatabaseOptions => ({
  connection: address(url),
  pool: { maxConnections: 4, minConnections, connectionTTL: Option.none() },
  migrations,
  applicationName: "lead-gateway-test",
})

/** The database as an app has it, in the current scope. */
const connect = (options: LeadDatabaseOptions) =>
  Effect.map(
    Layer.build(LeadIntake.layer.pipe(Layer.provideMerge(LeadDatabase.layer(options)))),
    (context) => ({
      ...Context.get(context, LeadDatabase),
      receive: (lead: NewLead) => Effect.provideContext(receiveLead(lead), context),
    }),
  )

const temporaryFolder = Effect.acquireRelease(
  Effect.promise(async () => {
    const path = await mkdtemp(join(tmpdir(), "lead-gateway-store-"))
    // When root runs the tests, the server's user passes through.
    await chmod(path, 0o711)
    return path
  }),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true, maxRetries: 5 })),
)

/** A server that hangs up on everybody, and how many have called. */
const hangingUp = Effect.map(
  Effect.acquireRelease(
    Effect.callback<{ readonly server: Server; readonly calls: { count: number } }>((resume) => {
      const calls = { count: 0 }
      const server = createServer((socket) => {
        calls.count++
        socket.destroy()
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed({ server, calls })))
    }),
    ({ server }) => Effect.sync(() => server.close()),
  ),
  ({ calls, server }) => {
    const bound = server.address()
    return { calls, port: typeof bound === "object" && bound !== null ? bound.port : 0 }
  },
)

/** Silences the log, to which waiting for Postgres is written. */
const quietly = Effect.provideService(References.MinimumLogLevel, "None")

describe("LeadDatabase", () => {
  it.effect("is ready when the schema is there, answers pings and returns the schema's version", () =>
    Effect.gen(function* () {
      const { url } = yield* TestDatabase
      const database = yield* connect(optionsFor(url))
      yield* database.ready
      assert.isTrue(yield* database.isReady)
      assert.isTrue(Duration.isGreaterThanOrEqualTo(yield* database.ping, Duration.zero))
      const newest = readdirSync(migrations).sort().at(-1)
      assert.strictEqual(`${yield* database.schemaVersion}.sql`, newest)
    }).pipe(inWorld),
  )

  it.effect("migrates an empty database", () =>
    Effect.gen(function* () {
      const { url } = yield* TestDatabase
      const database = yield* connect(optionsFor(url))
      yield* database.ready
      assert.strictEqual<number>(yield* database.receive(newLead()), 1)
    }).pipe(Effect.scoped, Effect.provide(TestDatabase.layer())),
  )

  it.effect("is ready also when it may not create partitions", () =>
    Effect.gen(function* () {
      const { name, url } = yield* TestDatabase
      const role = `${name}_app`
      yield* Migrations.up({ connection: address(url), directory: migrations })
      const sql = yield* PgClient.PgClient
      yield* Effect.acquireRelease(sql.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'a'`), () =>
        Effect.orDie(Effect.andThen(sql.unsafe(`DROP OWNED BY ${role}`), sql.unsafe(`DROP ROLE ${role}`))),
      )
      yield* sql.unsafe(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`)
      yield* sql.unsafe(`GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${role}`)
      const asRole = new URL(url)
      asRole.username = role
      asRole.password = "a"
      const database = yield* connect({ ...optionsFor(asRole.href), migrateOnStart: false })
      yield* database.ready
      assert.isTrue(yield* database.isReady)
      const partitions = yield* sql`SELECT FROM pg_inherits`
      assert.lengthOf(partitions, 0)
    }).pipe(Effect.scoped, Effect.provide(TestDatabase.layerClient())),
  )

  it.effect(
    "works on when a newer version has migrated the database, until one that it does not get along with",
    () =>
      Effect.gen(function* () {
        const { url } = yield* TestDatabase
        const newer = yield* folder({ "0102_later": "SELECT 1" })
        yield* (yield* connect({ ...optionsFor(url), migrations: newer })).ready
        const old = yield* connect(optionsFor(url))
        yield* old.ready
        assert.isAbove(yield* old.receive(newLead()), 0)

        const newest = yield* folder({
          "0102_later": "SELECT 1",
          "0103_less": "-- Requires: 0102\nSELECT 1",
        })
        yield* (yield* connect({ ...optionsFor(url), migrations: newest })).ready
        const database = yield* connect(optionsFor(url))
        assert.strictEqual((yield* Effect.flip(database.ready))._tag, "SchemaTooNew")
        assert.isFalse(yield* database.isReady)
      }).pipe(quietly, inWorld),
  )

  it.live("waits for an operator to migrate if it may not, and then continues by itself", () =>
    Effect.gen(function* () {
      const { url } = yield* TestDatabase
      const lines = yield* logged(
        Effect.gen(function* () {
          const database = yield* connect({ ...optionsFor(url), migrateOnStart: false })
          yield* Effect.sleep("500 millis")
          assert.isFalse(yield* database.isReady)
          assert.strictEqual(
            yield* Effect.map(Effect.flip(database.schemaVersion), ({ _tag }) => _tag),
            "StoreUnavailable",
          )
          yield* Migrations.up({ connection: address(url), directory: migrations })
          yield* database.ready
          assert.isTrue(yield* database.isReady)
          assert.strictEqual<number>(yield* database.receive(newLead()), 1)
        }),
      )
      assert.lengthOf(lines, 1)
      assert.match(lines[0] ?? "", /^waiting for `migrate up`: the database lacks 0001_/)
    }).pipe(Effect.scoped, Effect.provide(TestDatabase.layer())),
  )

  it.effect("takes a lead that comes before the schema for one that comes too early, not for a bug", () =>
    Effect.gen(function* () {
      const { url } = yield* TestDatabase
      const database = yield* connect({ ...optionsFor(url), migrations: yield* temporaryFolder })
      const error = yield* Effect.flip(database.receive(newLead()))
      assert.deepInclude(error, { _tag: "StoreUnavailable", sqlState: "42P01" })
    }).pipe(Effect.scoped, Effect.provide(TestDatabase.layer())),
  )

  it.live("starts before Postgres does, gets ready when it comes, and survives its restart", () =>
    Effect.gen(function* () {
      const dataDir = join(yield* temporaryFolder, "data")
      const start = (port?: number) => EmbeddedPostgres.make({ dataDir, port, durable: false })
      const { port, url } = yield* Effect.scoped(start())

      const database = yield* connect(optionsFor(Redacted.value(url), 2))
      assert.isFalse(yield* database.isReady)
      yield* Effect.sleep("300 millis")
      const waiting = yield* Effect.forkChild(database.ready)

      const first = yield* Scope.make()
      yield* Scope.provide(start(port), first)
      yield* Fiber.join(waiting)
      assert.isTrue(yield* database.isReady)
      // Connections that failed before are not what the first callers get now.
      for (let n = 1; n <= 4; n++) assert.strictEqual(yield* database.receive(newLead()), n)

      yield* Scope.close(first, yield* Effect.exit(Effect.void))
      assert.strictEqual((yield* Effect.flip(database.receive(newLead())))._tag, "StoreUnavailable")
      yield* start(port)
      assert.isAbove(yield* database.receive(newLead()), 4)
      assert.isTrue(yield* database.isReady)
    }).pipe(Effect.scoped, quietly),
  )

  it.live("neither fails nor hurries while nobody answers, though it is to keep connections open", () =>
    Effect.gen(function* () {
      const { calls, port } = yield* hangingUp
      const database = yield* connect(optionsFor(`postgres://nobody@127.0.0.1:${port}/nothing`, 2))
      yield* Effect.sleep("700 millis")
      assert.isFalse(yield* database.isReady)
      // The pool's two, and the migration's tries after 0, 0.1, 0.3 and 0.7 s.
      assert.isAtLeast(calls.count, 2)
      assert.isAtMost(calls.count, 8)
      assert.strictEqual((yield* Effect.flip(database.ping))._tag, "StoreUnavailable")
      assert.strictEqual((yield* Effect.flip(database.schemaVersion))._tag, "StoreUnavailable")
      assert.strictEqual((yield* Effect.flip(database.receive(newLead())))._tag, "StoreUnavailable")
    }).pipe(Effect.scoped, quietly),
  )
})
