import { assert, describe, it } from "@effect/vitest"
import { TestDatabase } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { createServer } from "node:net"
import { Migrations } from "../src/index.ts"
import { emptyDatabase, inEmptyDatabase } from "./support/migrations.ts"
import { address, migrations } from "./support/world.ts"

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
