/** Many workers and operators on the same few leads, as fast as they can. */
import { PgClient } from "@effect/sql-pg"
import { TestDatabase } from "@lead-gateway/testkit"
import { Clock, Duration, Effect, Layer } from "effect"
import type { Gate } from "../../src/index.ts"
import { makeWalk, random } from "./walk.ts"
import { receive, services } from "./world.ts"

/** The services on new connections, which run every statement by a plan that is made once for all parameters. */
export const withGenericPlans = Effect.fnUntraced(function* (options: Partial<Gate> = {}) {
  const { client, name } = yield* TestDatabase
  const sql = yield* PgClient.PgClient
  yield* sql.unsafe(`ALTER DATABASE ${name} SET plan_cache_mode = force_generic_plan`)
  return Layer.fresh(services(options).pipe(Layer.provideMerge(client)))
})

/** When the server began, and how often one of its processes was lost since: neither changes unless it crashes. */
export const serverStart = PgClient.PgClient.use(
  (sql) => sql`
    SELECT pg_postmaster_start_time() AS started, (
      SELECT backend_start FROM pg_stat_activity WHERE backend_type = 'checkpointer'
    ) AS recovered`,
)

/**
 * So many workers, each with connections of its own, take random steps on 20 leads over three partitions.
 * Fails when one of them is told that Postgres is away; returns how many steps were taken.
 */
export const stress = Effect.fnUntraced(function* (options: {
  readonly workers: number
  readonly duration: Duration.Duration
  readonly seed: number
}) {
  const sql = yield* PgClient.PgClient
  yield* sql`SELECT setval('inbound_lead_id_seq', 999993)`
  yield* receive(14)
  yield* sql`SELECT setval('inbound_lead_id_seq', 1999999)`
  yield* receive(6)
  const end = (yield* Clock.currentTimeMillis) + Duration.toMillis(options.duration)
  // A gate that opens and closes all the time, so that it is fought over too.
  const generic = yield* withGenericPlans({
    failures: 4,
    openFor: Duration.millis(20),
    ramp: Duration.millis(50),
  })

  const work = Effect.fnUntraced(function* (worker: number) {
    const next = random(options.seed * 1000 + worker)
    const step = makeWalk(`worker-${worker}`, next)
    const own = yield* PgClient.PgClient
    let steps = 0
    while ((yield* Clock.currentTimeMillis) < end) {
      yield* Effect.all([step, step, step, step], { concurrency: "unbounded" })
      steps += 4
      if (next() < 0.3) {
        yield* own`
          WITH due AS (SELECT id FROM open_lead WHERE due_at > now() ORDER BY id FOR UPDATE SKIP LOCKED)
          UPDATE open_lead SET next_attempt_at = now(), due_at = now() WHERE id IN (SELECT id FROM due)`
      }
    }
    return steps
  })
  const steps = yield* Effect.forEach(
    Array.from({ length: options.workers }, (_, worker) => worker),
    (worker) => Effect.provide(work(worker), generic, { local: true }),
    { concurrency: "unbounded" },
  )
  return steps.reduce((sum, more) => sum + more, 0)
})
