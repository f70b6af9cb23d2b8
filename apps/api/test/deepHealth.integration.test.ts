import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { LeadDatabase, processName } from "@lead-gateway/lead-store"
import { Duration, Effect, Layer, Redacted } from "effect"
import { hostname } from "node:os"
import { ask, postLead } from "./support/Http.ts"
import { leadText } from "./support/leads.ts"
import { makeDatabase, makeWorld, type WorldShape } from "./support/World.ts"

const healthOf = (world: WorldShape) =>
  Effect.map(
    ask(world, { path: "/health/deep" }),
    ({ text }) => JSON.parse(text) as Readonly<Record<string, unknown>>,
  )

/** A database that answers, with these differences. */
const database = (more: Partial<LeadDatabase["Service"]>) =>
  Layer.succeed(LeadDatabase, {
    ready: Effect.void,
    isReady: Effect.succeed(true),
    refusal: Effect.succeedNone,
    ping: Effect.succeed(Duration.millis(1)),
    schemaVersion: Effect.succeed("0002_outcomes"),
    pendingMigrations: Effect.succeed([]),
    writeLatency: Effect.succeedNone,
    ...more,
  })

const writing = (ms: number) => database({ writeLatency: Effect.succeedSome(Duration.millis(ms)) })

describe("the health of the whole", () => {
  it.live.each([
    ["up while writes take less than 500 ms", writing(499), "up"],
    ["degraded while writes take 500 ms", writing(500), "degraded"],
    ["down while Postgres refuses writes", database({ refusal: Effect.succeedSome("disk full") }), "down"],
    ["down before the schema is there", database({ isReady: Effect.succeed(false) }), "down"],
  ] as const)("is %s", ([, replace, status]) =>
    Effect.gen(function* () {
      assert.propertyVal(yield* healthOf(yield* makeWorld({ replace })), "status", status)
    }),
  )

  it.live("names the migrations that the database lacks, also before the schema is there", () =>
    Effect.gen(function* () {
      const replace = database({
        isReady: Effect.succeed(false),
        pendingMigrations: Effect.succeed(["0003_lead_colour"]),
      })
      assert.deepInclude(yield* healthOf(yield* makeWorld({ replace })), {
        schema_version: null,
        migrations_pending: ["0003_lead_colour"],
      })
    }),
  )

  it.live("has the age of the oldest lead that is due, and when a worker was last seen", () =>
    Effect.gen(function* () {
      const { url } = yield* makeDatabase()
      const world = yield* makeWorld({ databaseUrl: url })
      const alone = yield* Effect.repeat(healthOf(world), {
        until: ({ status }) => status === "up",
        times: 200,
      })
      assert.deepInclude(alone, {
        oldest_due_seconds: null,
        workers: { status: "down", connections: 0, last_seen_seconds: null },
      })
      yield* postLead(world, leadText)
      yield* world.sql`UPDATE work SET due_at = now() - interval '90 s', scheduled_at = now() - interval '90 s'`
      const worker = yield* Layer.build(
        PgClient.layer({ url: Redacted.make(url), applicationName: "lead-gateway-worker" }),
      )
      yield* Effect.provideContext(
        PgClient.PgClient.use((sql) => sql`SELECT 1`),
        worker,
      )
      const { oldest_due_seconds, status, workers } = yield* healthOf(world)
      assert.strictEqual(status, "up")
      assert.closeTo(Number(oldest_due_seconds), 90, 20)
      const { last_seen_seconds, ...others } = workers as { readonly last_seen_seconds: number }
      assert.deepStrictEqual(others, { status: "up", connections: 1 })
      assert.isAtLeast(last_seen_seconds, 0)
      assert.isBelow(last_seen_seconds, 20)
    }),
  )

  it.live("names the processes that are connected, with their versions", () =>
    Effect.gen(function* () {
      const { url } = yield* makeDatabase()
      const world = yield* makeWorld({ databaseUrl: url })
      yield* Effect.repeat(healthOf(world), { until: ({ status }) => status === "up", times: 200 })
      const connect = Effect.fnUntraced(function* (applicationName: string) {
        const layer = PgClient.layer({ url: Redacted.make(url), applicationName })
        yield* Effect.provideContext(
          PgClient.PgClient.use((sql) => sql`SELECT 1`),
          yield* Layer.build(layer),
        )
      })
      yield* connect(processName("lead-gateway-worker", "1.2.0"))
      yield* connect("lead-gateway-operator")
      assert.deepInclude((yield* healthOf(world))["workers"] as object, { status: "up", connections: 1 })
      const { text } = yield* ask(world, { path: "/api/v1/processes" })
      const { data } = JSON.parse(text) as { readonly data: ReadonlyArray<Record<string, unknown>> }
      const known = data.map(({ address, last_seen_at, since, ...rest }) => {
        assert.isAtMost(Date.parse(String(since)), Date.now())
        assert.closeTo(Date.parse(String(last_seen_at)), Date.now(), 60_000)
        return rest
      })
      const common = { connections: 1, active: 0, is_this: false }
      const host = hostname()
        .replaceAll(/[^!-~]/g, "-")
        .slice(-10)
      const [worker, command] = known.toSorted((a, b) => (String(a["kind"]) < String(b["kind"]) ? 1 : -1))
      assert.isTrue(String(worker?.["host"]).endsWith(host))
      assert.deepStrictEqual(
        { ...worker, host },
        { ...common, kind: "worker", name: "lead-gateway-worker", version: "1.2.0", pid: process.pid, host },
      )
      assert.deepStrictEqual(command, {
        ...common,
        kind: "command",
        name: "lead-gateway-operator",
        version: null,
        pid: null,
        host: null,
      })
    }),
  )
})
