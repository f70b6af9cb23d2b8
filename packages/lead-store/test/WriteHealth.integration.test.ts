import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { TestDatabase } from "@lead-gateway/testkit"
import { Context, Effect, Layer, Option } from "effect"
import { LeadDatabase, LeadIntake } from "../src/index.ts"
import { address, migrations } from "./support/world.ts"
import { newLead, receiveLead } from "./support/leads.ts"

/** A database of an app, ready, and an administrator's connections to it. */
const makeApp = Effect.gen(function* () {
  const { name, url } = yield* TestDatabase.make()
  const options = {
    connection: address(url),
    pool: { maxConnections: 4, minConnections: 0, connectionTTL: Option.none() },
    migrations,
    applicationName: "lead-gateway-test",
  }
  const context = yield* Layer.build(LeadIntake.layer.pipe(Layer.provideMerge(LeadDatabase.layer(options))))
  const database = Context.get(context, LeadDatabase)
  yield* database.ready
  const admin = Context.get(yield* Layer.build(LeadDatabase.pool(options)), PgClient.PgClient)
  return {
    name,
    admin,
    sql: Context.get(context, PgClient.PgClient),
    refusal: Effect.map(database.refusal, Option.getOrUndefined),
    ping: database.ping,
    receive: Effect.provideContext(receiveLead(newLead()), context),
    /** Connections have settings from when they were made. */
    reconnect: admin`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  }
})

type App = Effect.Success<typeof makeApp>

/** Waits for the probe, which runs every second. */
const accepts = ({ refusal }: App): Effect.Effect<void> =>
  Effect.repeat(Effect.andThen(Effect.sleep("50 millis"), refusal), {
    until: (cause) => cause === undefined,
  }).pipe(Effect.asVoid)

describe("what the last writes met", () => {
  it.live("a database that is read only: until it is not, and nobody has to send a lead for that", () =>
    Effect.gen(function* () {
      const app = yield* makeApp
      yield* app.receive
      assert.isUndefined(yield* app.refusal)
      yield* app.admin.unsafe(`ALTER DATABASE ${app.name} SET default_transaction_read_only = on`)
      yield* app.reconnect
      yield* Effect.flip(app.receive)
      yield* Effect.flip(app.receive)
      assert.strictEqual(yield* app.refusal, "read only")
      // It answers all the same, and the probe is refused as well.
      yield* app.ping
      yield* Effect.sleep("1500 millis")
      assert.strictEqual(yield* app.refusal, "read only")
      yield* app.admin.unsafe(`ALTER DATABASE ${app.name} RESET default_transaction_read_only`)
      yield* app.reconnect
      yield* accepts(app)
    }),
  )

  it.live("connections that were cut: until the next write or probe", () =>
    Effect.gen(function* () {
      const app = yield* makeApp
      yield* app.receive
      yield* app.admin`LOCK TABLE lead IN EXCLUSIVE MODE`.pipe(
        Effect.andThen(Effect.forkScoped(Effect.exit(app.receive))),
        Effect.andThen(Effect.sleep("300 millis")),
        Effect.andThen(app.reconnect),
        app.admin.withTransaction,
      )
      yield* Effect.repeat(Effect.andThen(Effect.sleep("10 millis"), app.refusal), {
        until: (cause) => cause === "connection lost" || cause === "no answer",
      })
      yield* accepts(app)
      yield* app.receive
    }),
  )

  it.live("a table that is not there", () =>
    Effect.gen(function* () {
      const app = yield* makeApp
      yield* app.admin`ALTER TABLE work RENAME TO elsewhere`
      yield* Effect.flip(app.receive)
      assert.strictEqual(yield* app.refusal, "the schema does not fit")
      yield* app.admin`ALTER TABLE elsewhere RENAME TO work`
      yield* app.receive
      assert.isUndefined(yield* app.refusal)
    }),
  )

  it.live("leaves nothing behind of its probes", () =>
    Effect.gen(function* () {
      const app = yield* makeApp
      yield* app.admin`ALTER TABLE work RENAME TO elsewhere`
      yield* Effect.flip(app.receive)
      yield* accepts(app)
      const [row] = yield* app.admin<{
        objects: bigint
      }>`SELECT count(*) AS objects FROM pg_largeobject_metadata`
      assert.strictEqual(Number(row?.objects), 0)
    }),
  )
})
