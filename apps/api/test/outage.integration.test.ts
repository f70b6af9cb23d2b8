import type { IntakeHealth } from "@lead-gateway/api-contract"
import { assert, describe, it } from "@effect/vitest"
import { LeadDatabase } from "@lead-gateway/lead-store"
import { Duration, Effect, Layer, Schedule } from "effect"
import { ask, assertError, type HttpAnswer, post, postLead } from "./support/Http.ts"
import { leadText } from "./support/leads.ts"
import { makeLink } from "./support/Postgres.ts"
import { countLeads, makeDatabase, makeWorld, type WorldShape } from "./support/World.ts"

/** An api whose link to Postgres can be cut; the link starts cut or open. */
const makeFragile = Effect.fnUntraced(function* (
  initial: "cut" | "open",
  database: { readonly empty?: boolean } = {},
) {
  const { url } = yield* makeDatabase(database)
  const link = yield* makeLink(url, initial)
  const world = yield* makeWorld({ databaseUrl: link.url })
  if (initial === "open") yield* until(world, 200)
  return { link, world }
})

/** Polls until the api is ready, or until it is not. */
const until = (world: WorldShape, status: 200 | 503) =>
  Effect.flatMap(ask(world, { path: "/readyz" }), (answer) =>
    answer.status === status ? Effect.void : Effect.fail("not yet" as const),
  ).pipe(Effect.retry(Schedule.spaced("25 millis")), Effect.timeout("10 seconds"))

const assertDatabaseError = (answer: HttpAnswer) => {
  assertError(answer, 503, "database error")
  assert.strictEqual(answer.headers["retry-after"], "5")
}

const stats = ["/stats/leads/counts", "/stats/leads/recent", "/stats/leads/1/history"]

/** Asserts the answers to senders and operators while Postgres is unavailable. */
const assertAway = Effect.fnUntraced(function* (world: WorldShape) {
  assertDatabaseError(yield* post(world, leadText))
  for (const path of stats) assertDatabaseError(yield* ask(world, { path }))
  assertError(yield* ask(world, { path: "/readyz" }), 503, "not ready: database")
  for (const path of ["/health", "/livez"]) {
    const answer = yield* ask(world, { path })
    assert.deepStrictEqual([answer.status, answer.text], [200, "OK"])
  }
  const { intake, ...deep } = JSON.parse((yield* ask(world, { path: "/health/deep" })).text) as {
    readonly intake: IntakeHealth
    readonly database: Record<string, unknown>
  }
  assert.deepStrictEqual(intake.shed, { event_loop: 0, store: 0, waited: 0 })
  // Null where no lead was sent to Postgres yet.
  const { refuses_writes, write_latency_ms } = deep.database
  assert.include([null, "no answer", "connection lost"], refuses_writes)
  assert.deepStrictEqual<unknown>(deep, {
    status: "down",
    version: "1.2.3",
    database: { status: "down", latency_ms: null, write_latency_ms, refuses_writes },
    schema_version: null,
    migrations_pending: null,
    oldest_due_seconds: null,
    workers: { status: "down", connections: null, last_seen_seconds: null },
    queue: { type: "database", status: "down", latency_ms: null, depth: null },
    warnings: [],
  })
  const metrics = yield* ask(world, { path: "/metrics" })
  assert.strictEqual(metrics.status, 200)
  assert.match(metrics.text, /^lead_gateway_database_up 0$/m)
  assert.notMatch(
    metrics.text,
    /^lead_gateway_(leads\{|leads_due|queue_depth|unaccounted|circuit_open|db_pool)/m,
  )
  // Invalid requests are still refused for their own reason.
  assertError(yield* post(world, "{"), 400, "malformed JSON payload")
})

/** Asserts the answers to senders and operators while Postgres is available. */
const assertThere = Effect.fnUntraced(function* (world: WorldShape) {
  const before = yield* countLeads(world)
  const id = yield* postLead(world, leadText)
  assert.strictEqual(yield* countLeads(world), before + 1)
  for (const path of [...stats.slice(0, 2), `/stats/leads/${id}/history`]) {
    assert.strictEqual((yield* ask(world, { path })).status, 200)
  }
})

describe("while Postgres is away", { concurrent: true }, () => {
  it.live("an api starts, says so, and is ready by itself when Postgres comes", () =>
    Effect.gen(function* () {
      const { link, world } = yield* makeFragile("cut", { empty: true })
      yield* assertAway(world)
      yield* link.mend
      yield* until(world, 200)
      yield* assertThere(world)
      assert.isTrue(
        (yield* world.log).some(({ message }) => String(message).startsWith("waiting for Postgres at ")),
      )
    }),
  )

  it.live("an api starts where nobody listens at all", () =>
    Effect.gen(function* () {
      yield* assertAway(yield* makeWorld({ databaseUrl: "postgres://nobody@127.0.0.1:1/none" }))
    }),
  )

  it.live("an api refuses until the schema is as it should be, too", () =>
    Effect.gen(function* () {
      const never = Effect.never
      const database = {
        ready: never,
        isReady: Effect.succeed(false),
        refusal: Effect.succeedNone,
        ping: never,
        schemaVersion: never,
        pendingMigrations: never,
        writeLatency: Effect.succeedNone,
      }
      const { url } = yield* makeDatabase()
      const replace = Layer.succeed(LeadDatabase, database)
      const world = yield* makeWorld({ databaseUrl: url, replace })
      assertDatabaseError(yield* post(world, leadText))
      assert.strictEqual(yield* countLeads(world), 0)
      for (const path of stats) assertDatabaseError(yield* ask(world, { path }))
      assertError(yield* ask(world, { path: "/readyz" }), 503, "not ready: database")
    }),
  )

  it.live("an api refuses for as long as the connections are cut", () =>
    Effect.gen(function* () {
      const { link, world } = yield* makeFragile("open")
      yield* assertThere(world)
      yield* link.cut
      yield* assertAway(world)
      yield* link.mend
      yield* until(world, 200)
      yield* assertThere(world)
    }),
  )

  it.live("an api refuses in time when Postgres is silent", () =>
    Effect.gen(function* () {
      const { link, world } = yield* makeFragile("open")
      yield* assertThere(world)
      yield* link.freeze
      const inTime = <A>(answer: Effect.Effect<A>, ms: number) =>
        Effect.map(Effect.timed(answer), ([took, value]) => {
          assert.isBelow(Duration.toMillis(took), ms)
          return value
        })
      const [webhook, counts, ready] = yield* Effect.all(
        [
          // Checked after readiness, which so reuses a connection from before the outage.
          Effect.delay(inTime(post(world, leadText), 9_000), "100 millis"),
          Effect.delay(inTime(ask(world, { path: "/stats/leads/counts" }), 9_000), "100 millis"),
          inTime(ask(world, { path: "/readyz" }), 5_000),
        ],
        { concurrency: "unbounded" },
      )
      assertDatabaseError(webhook)
      assertDatabaseError(counts)
      assertError(ready, 503, "not ready: database")
      yield* link.mend
      yield* until(world, 200)
      yield* assertThere(world)
    }),
  )

  it.live("a lead is stored whole or not at all", () =>
    Effect.gen(function* () {
      const { link, world } = yield* makeFragile("open")
      const answers = yield* Effect.all(
        [
          Effect.forEach(
            Array.from({ length: 200 }, (_, i) => i),
            () => post(world, leadText),
            { concurrency: 20 },
          ),
          Effect.andThen(Effect.sleep("30 millis"), link.cut),
        ],
        { concurrency: "unbounded" },
      ).pipe(Effect.map(([answers]) => answers))
      yield* link.mend
      yield* until(world, 200)
      const acknowledged = answers.filter(({ status }) => status === 200)
      for (const answer of answers) if (answer.status !== 200) assertDatabaseError(answer)
      const ids = acknowledged.map(({ text }) => (JSON.parse(text) as { readonly lead_id: number }).lead_id)
      const rows = yield* world.sql<{ readonly id: number; readonly work: number }>`
        SELECT id::float8 AS id, (SELECT count(*)::float8 FROM work WHERE lead_id = lead.id) AS work FROM lead`
      assert.includeMembers(
        rows.map(({ id }) => id),
        ids,
      )
      assert.isTrue(rows.every(({ work }) => work === 1))
      const counts = yield* ask(world, { path: "/stats/leads/counts" })
      assert.propertyVal(JSON.parse(counts.text), "received", rows.length)
    }),
  )
})

describe("when Postgres ends connections", () => {
  it.live("the next lead is taken on a new one", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* assertThere(world)
      // Its own connection is the last that it ends.
      yield* Effect.ignore(world.sql`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'api-test' ORDER BY pid = pg_backend_pid()`)
      const answers = yield* Effect.forEach([1, 2, 3], () => post(world, leadText))
      for (const answer of answers) if (answer.status !== 200) assertDatabaseError(answer)
      yield* until(world, 200)
      yield* assertThere(world)
    }),
  )
})
