import { readFile, readdir, rm, stat } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Redacted, Scope } from "effect"
import { EmbeddedPostgres } from "@lead-gateway/embedded-postgres"
import { freePort } from "../src/internal/settings.ts"
import { newDataDir, query } from "./support/world.ts"

const dataDirEffect = Effect.promise(newDataDir)
const one = (url: Redacted.Redacted, expression: string) =>
  Effect.map(query(url, `SELECT ${expression} AS value`), (rows) => rows[0]?.value)

describe("EmbeddedPostgres", () => {
  it.live("starts a server that speaks UTF-8 and answers SQL", () =>
    Effect.gen(function* () {
      const pg = yield* EmbeddedPostgres.make({ dataDir: yield* dataDirEffect })
      assert.strictEqual(yield* one(pg.url, "current_setting('server_encoding')"), "UTF8")
      assert.strictEqual(yield* one(pg.url, "'Zeppelin' < 'apple'"), true)
      assert.strictEqual(yield* one(pg.url, "current_database()"), pg.database)
      assert.strictEqual(yield* one(pg.url, "split_part(version(), ' ', 2)"), pg.version)
      assert.strictEqual(yield* one(pg.url, "current_setting('TimeZone')"), "UTC")
      assert.strictEqual(
        Redacted.value(pg.url),
        `postgres://${pg.user}:${Redacted.value(pg.password)}@${pg.host}:${pg.port}/${pg.database}`,
      )
    }),
  )

  it.live("finds the data again at the second start, under the same password", () =>
    Effect.gen(function* () {
      const dataDir = yield* dataDirEffect
      const first = yield* Effect.scoped(
        Effect.gen(function* () {
          const pg = yield* EmbeddedPostgres.make({ dataDir })
          yield* query(pg.url, "CREATE TABLE fruit AS SELECT 'apple' AS name")
          return pg
        }),
      )
      const again = yield* EmbeddedPostgres.make({ dataDir })
      assert.deepStrictEqual(yield* query(again.url, "SELECT name FROM fruit"), [{ name: "apple" }])
      assert.strictEqual(Redacted.value(again.password), Redacted.value(first.password))
    }),
  )

  it.live("listens on 127.0.0.1 alone and lets nobody in without the password", () =>
    Effect.gen(function* () {
      const pg = yield* EmbeddedPostgres.make({ dataDir: yield* dataDirEffect, durable: false })
      assert.strictEqual(yield* one(pg.url, "current_setting('listen_addresses')"), "127.0.0.1")
      assert.strictEqual(yield* one(pg.url, "current_setting('unix_socket_directories')"), "")
      const wrong = Redacted.value(pg.url).replace(Redacted.value(pg.password), "guessed")
      const error = yield* Effect.flip(query(wrong, "SELECT 1"))
      assert.strictEqual(error.reason._tag, "AuthenticationError")
    }),
  )

  it.live("keeps password and URL to its owner, and the URL only while the server runs", () =>
    Effect.gen(function* () {
      const dataDir = yield* dataDirEffect
      const scope = yield* Scope.make()
      const pg = yield* Scope.provide(EmbeddedPostgres.make({ dataDir }), scope)
      const kept = (name: string) => Effect.promise(() => readFile(join(dataDir, name), "utf8"))
      assert.strictEqual(yield* kept("connection-url"), `${Redacted.value(pg.url)}\n`)
      assert.strictEqual(yield* kept("password"), `${Redacted.value(pg.password)}\n`)
      for (const name of ["connection-url", "password", "postgres.log", "owner.json"]) {
        const { mode } = yield* Effect.promise(() => stat(join(dataDir, name)))
        assert.strictEqual(mode & 0o777, 0o600, name)
      }
      yield* Scope.close(scope, Exit.void)
      const names = yield* Effect.promise(() => readdir(dataDir))
      assert.sameMembers(names, ["password", "postgres", "postgres.log"])
    }),
  )

  it.live("is durable by default, and accepts settings except those of its address", () =>
    Effect.gen(function* () {
      const settings = { work_mem: "9MB", listen_addresses: "*" }
      const durable = yield* EmbeddedPostgres.make({ dataDir: yield* dataDirEffect, settings })
      const careless = yield* EmbeddedPostgres.make({ dataDir: yield* dataDirEffect, durable: false })
      for (const name of ["fsync", "synchronous_commit", "full_page_writes"]) {
        assert.strictEqual(yield* one(durable.url, `current_setting('${name}')`), "on", name)
        assert.strictEqual(yield* one(careless.url, `current_setting('${name}')`), "off", name)
      }
      assert.strictEqual(yield* one(durable.url, "current_setting('work_mem')"), "9MB")
      assert.strictEqual(yield* one(durable.url, "current_setting('listen_addresses')"), "127.0.0.1")
    }),
  )

  it.live("listens on the port that is asked for, or says that it is taken", () =>
    Effect.gen(function* () {
      const first = yield* EmbeddedPostgres.make({ dataDir: yield* dataDirEffect, durable: false })
      const dataDir = yield* dataDirEffect
      const taken = Effect.scoped(EmbeddedPostgres.make({ dataDir, durable: false, port: first.port }))
      const { message } = yield* Effect.flip(taken)
      assert.match(message, /^the database server did not start: another process listens on its port \(see /)
      const port = yield* freePort
      assert.strictEqual((yield* EmbeddedPostgres.make({ dataDir, durable: false, port })).port, port)
    }),
  )

  it.live("writes no data to its log", () =>
    Effect.gen(function* () {
      const dataDir = yield* dataDirEffect
      const pg = yield* EmbeddedPostgres.make({ dataDir, durable: false })
      yield* query(pg.url, "CREATE TABLE person (email text UNIQUE)")
      yield* query(pg.url, "INSERT INTO person VALUES ('ada@example.com')")
      yield* Effect.flip(query(pg.url, "INSERT INTO person VALUES ('ada@example.com')"))
      yield* Effect.flip(query(pg.url, "SELECT 'ada@example.com'::int"))
      const log = yield* Effect.promise(() => readFile(join(dataDir, "postgres.log"), "utf8"))
      assert.include(log, "ready to accept connections")
      assert.notInclude(log, "ada")
    }),
  )

  it.live("hides its owner's environment from the server", () =>
    Effect.gen(function* () {
      process.env.CUSTOMER_API_TOKEN = "not for the server"
      process.env.PGPORT = "1"
      const pg = yield* EmbeddedPostgres.make({ dataDir: yield* dataDirEffect, durable: false })
      delete process.env.PGPORT
      yield* query(pg.url, "CREATE TABLE environment (line text)")
      yield* query(pg.url, "COPY environment FROM PROGRAM 'env'")
      const seen = yield* query(pg.url, "SELECT line FROM environment WHERE line LIKE 'CUSTOMER%'")
      assert.deepStrictEqual(seen, [])
    }),
  )

  it.live("gives a database whose password file was lost a new one", () =>
    Effect.gen(function* () {
      const dataDir = yield* dataDirEffect
      const first = yield* Effect.scoped(EmbeddedPostgres.make({ dataDir }))
      yield* Effect.promise(() => rm(join(dataDir, "password")))
      const again = yield* EmbeddedPostgres.make({ dataDir })
      assert.notStrictEqual(Redacted.value(again.password), Redacted.value(first.password))
      assert.strictEqual(yield* one(again.url, "1"), 1)
    }),
  )

  it.live("fails when another process ended the server, and starts again on its data", () =>
    Effect.gen(function* () {
      const dataDir = yield* dataDirEffect
      yield* Effect.scoped(
        Effect.gen(function* () {
          const pg = yield* EmbeddedPostgres.make({ dataDir })
          yield* query(pg.url, "CREATE TABLE fruit AS SELECT 'apple' AS name")
          const died = yield* Effect.forkChild(Effect.flip(pg.died))
          const pidFile = yield* Effect.promise(() =>
            readFile(join(dataDir, "postgres", "postmaster.pid"), "utf8"),
          )
          process.kill(Number.parseInt(pidFile), "SIGKILL")
          const { reason, message } = yield* Fiber.join(died)
          assert.strictEqual(reason._tag, "ServerFailed")
          assert.match(
            message,
            /^the database server ended: it was ended by signal 9 \(see .*postgres\.log\)$/,
          )
        }),
      )
      const again = yield* EmbeddedPostgres.make({ dataDir })
      assert.deepStrictEqual(yield* query(again.url, "SELECT name FROM fruit"), [{ name: "apple" }])
    }),
  )

  it.live("is a service with a layer", () =>
    Effect.gen(function* () {
      const dataDir = yield* dataDirEffect
      const answer = Effect.flatMap(EmbeddedPostgres, ({ url }) => one(url, "6 * 7"))
      assert.strictEqual(yield* Effect.provide(answer, EmbeddedPostgres.layer({ dataDir })), 42)
    }),
  )
})
