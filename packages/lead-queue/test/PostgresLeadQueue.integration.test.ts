import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { LeadId } from "@lead-gateway/lead"
import { LeadIntake, LeadWork, Migrations } from "@lead-gateway/lead-store"
import { type Template, TestDatabase } from "@lead-gateway/testkit"
import { Context, Duration, Effect, Fiber, Layer, Queue, Redacted } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { LeadQueue, PostgresLeadQueue } from "../src/index.ts"
import { conforms } from "./conformance.ts"

const directory = fileURLToPath(new URL("../../../migrations", import.meta.url))

const template: Template<Migrations.MigrationFailed | Migrations.SchemaTooNew> = {
  key: readdirSync(directory)
    .map((file) => readFileSync(`${directory}/${file}`, "utf8"))
    .join("\n"),
  migrate: (url) => Migrations.up({ connection: { url: Redacted.make(url), ssl: false }, directory }),
}

const World = TestDatabase.layerClient({ template })

/** The queue of one more process: with a pool of its own, in the current scope. */
const process = (options: PostgresLeadQueue.PostgresLeadQueueOptions) =>
  Effect.gen(function* () {
    const { client } = yield* TestDatabase
    const context = yield* Layer.build(
      Layer.fresh(PostgresLeadQueue.layer(options).pipe(Layer.provide(client))),
    )
    return Context.get(context, LeadQueue)
  })

const aLead = [LeadId.make(1)]

/** Much longer than a wake-up takes on any machine. */
const long = Duration.seconds(60)

const take = (queue: LeadQueue["Service"], within: Duration.Input = long) =>
  queue.take({ max: 10, within: Duration.fromInputUnsafe(within) })

/** Connections of this database that listen. */
const listeners = PgClient.PgClient.use((sql) =>
  Effect.map(
    sql<{ pid: number }>`
      SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
    (rows) => rows.map((row) => row.pid),
  ),
)

/** Ends the connections that listen. */
const cut = (sql: PgClient.PgClient) => sql`
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND query LIKE 'LISTEN%'`

/** A process that listens, and has been woken once for earlier offers. */
const listening = Effect.gen(function* () {
  const queue = yield* process({ listen: true })
  yield* take(queue)
  return queue
})

conforms("PostgresLeadQueue", {
  givesIds: false,
  world: Effect.gen(function* () {
    const world = yield* Layer.build(Layer.fresh(World))
    const sql = Context.get(world, PgClient.PgClient)
    return {
      process: ({ takes }: { readonly takes: boolean }) =>
        Effect.orDie(Effect.provide(takes ? listening : process({ listen: false }), world)),
      // Other tests use the server as well, so only the listener's connection is cut.
      down: Effect.orDie(Effect.asVoid(cut(sql))),
      up: Effect.void,
    }
  }).pipe(Effect.orDie),
})

describe("PostgresLeadQueue", () => {
  it.live("wakes a worker that waits in another process", () =>
    Effect.gen(function* () {
      const worker = yield* listening
      const api = yield* process({ listen: false })
      for (let n = 0; n < 3; n++) {
        const waiting = yield* Effect.forkChild(Effect.timed(take(worker)))
        yield* api.offer(aLead)
        const [waited, hint] = yield* Fiber.join(waiting)
        assert.deepStrictEqual(hint, { _tag: "AnyDue" })
        assert.isTrue(Duration.isLessThan(waited, Duration.seconds(2)))
      }
    }).pipe(Effect.scoped, Effect.provide(World)),
  )

  it.live("wakes a worker that waits in the same process", () =>
    Effect.gen(function* () {
      const gateway = yield* listening
      yield* gateway.offer(aLead)
      const [waited] = yield* Effect.timed(take(gateway))
      assert.isTrue(Duration.isLessThan(waited, Duration.seconds(2)))
    }).pipe(Effect.scoped, Effect.provide(World)),
  )

  it.live("wakes every process that listens", () =>
    Effect.gen(function* () {
      const workers = [yield* listening, yield* listening]
      const api = yield* process({ listen: false })
      yield* api.offer(aLead)
      const [waited] = yield* Effect.timed(
        Effect.forEach(workers, (worker) => take(worker), { concurrency: 2 }),
      )
      assert.isTrue(Duration.isLessThan(waited, Duration.seconds(2)))
    }).pipe(Effect.scoped, Effect.provide(World)),
  )

  it.live("returns after the time that was asked for when nothing comes", () =>
    Effect.gen(function* () {
      const worker = yield* listening
      const [waited, hint] = yield* Effect.timed(take(worker, "100 millis"))
      assert.deepStrictEqual(hint, { _tag: "AnyDue" })
      assert.isTrue(Duration.isGreaterThanOrEqualTo(waited, Duration.millis(95)))
      yield* take(worker, Duration.zero)
    }).pipe(Effect.scoped, Effect.provide(World)),
  )

  it.live("sends one notification for all leads of one turn of the event loop", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const heard = yield* sql.listen("lead_offered")
      const api = yield* process({ listen: false })
      for (let n = 0; n < 1000; n++) api.offerUnsafe(aLead)
      yield* Queue.take(heard)
      yield* Effect.sleep("200 millis")
      assert.strictEqual(yield* Queue.size(heard), 0)
    }).pipe(Effect.scoped, Effect.provide(World)),
  )

  it.live("sends one notification for all leads that are offered while another is on its way", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const heard = yield* sql.listen("lead_offered")
      const api = yield* process({ listen: false })
      yield* Effect.forEach(Array.from({ length: 1000 }), () => api.offer(aLead), { discard: true })
      yield* Queue.take(heard)
      yield* Effect.sleep("200 millis")
      assert.isAtMost((yield* Queue.size(heard)) + 1, 20)
    }).pipe(Effect.scoped, Effect.provide(World)),
  )

  it.live("listens again when its connection was cut, and looks at once for what it has not heard", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const worker = yield* listening
      const before = yield* listeners
      assert.strictEqual(before.length, 1)
      yield* cut(sql)
      const [waited] = yield* Effect.timed(take(worker))
      assert.isTrue(Duration.isLessThan(waited, Duration.seconds(10)))
      const after = yield* listeners
      assert.strictEqual(after.length, 1)
      assert.notDeepEqual(after, before)

      const waiting = yield* Effect.forkChild(Effect.timed(take(worker)))
      yield* (yield* process({ listen: false })).offer(aLead)
      const [again] = yield* Fiber.join(waiting)
      assert.isTrue(Duration.isLessThan(again, Duration.seconds(2)))
    }).pipe(Effect.scoped, Effect.provide(World)),
  )

  it.live("holds no connection where nothing is taken", () =>
    Effect.gen(function* () {
      const api = yield* process({ listen: false })
      yield* api.offer(aLead)
      yield* take(api, "50 millis")
      assert.deepStrictEqual(yield* listeners, [])
    }).pipe(Effect.scoped, Effect.provide(World)),
  )

  it.live("costs its callers nothing when Postgres is not there", () =>
    Effect.gen(function* () {
      const nobody = PgClient.layer({ url: Redacted.make("postgres://nobody@127.0.0.1:1/nothing") })
      const context = yield* Layer.build(
        PostgresLeadQueue.layer({ listen: true }).pipe(Layer.provide(nobody)),
      )
      const queue = Context.get(context, LeadQueue)
      yield* queue.offer(aLead)
      assert.deepStrictEqual(yield* take(queue, "100 millis"), { _tag: "AnyDue" })
      const error = yield* Effect.flip(queue.depth)
      assert.strictEqual(error.message, "the lead queue is not available")
    }).pipe(Effect.scoped),
  )

  it.live("counts the leads that wait for a worker: due and not leased", () =>
    Effect.gen(function* () {
      const queue = yield* process({ listen: false })
      assert.strictEqual(yield* queue.depth, 0)
      const lead = {
        payload: "{}",
        sourceHeaders: "{}",
        payloadHash: new Uint8Array(32),
        correlationId: "c",
        queuePatienceMs: queue.patienceMs(),
      }
      const store = LeadIntake.use(({ receive }) =>
        Effect.callback<void>((resume) => receive(lead, () => resume(Effect.void))),
      )
      yield* Effect.all([store, store, store], { concurrency: "unbounded" })
      assert.strictEqual(yield* queue.depth, 3)
      yield* LeadWork.use((work) => work.claim({ max: 2, lease: Duration.minutes(1) }))
      assert.strictEqual(yield* queue.depth, 1)
    }).pipe(
      Effect.scoped,
      Effect.provide(Layer.mergeAll(LeadIntake.layer, LeadWork.layer).pipe(Layer.provideMerge(World))),
    ),
  )
})
