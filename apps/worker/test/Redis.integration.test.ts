import { assert, describe, it } from "@effect/vitest"
import { LeadQueue, RedisLeadQueue, RedisUrl } from "@lead-gateway/lead-queue"
import { TestRedis } from "@lead-gateway/testkit"
import { Duration, Effect, Layer, Result } from "effect"
import { held } from "./support/held.ts"
import { eventually } from "./support/waiting.ts"
import { World } from "./support/World.ts"

const key = "queue:process_lead"

/**
 * A world whose queue is a Redis of its own. Workers look for an offered lead themselves after 10 s. `looks` is how often
 * workers have asked for the queue's depth: a sweep does so once.
 */
const makeWith = Effect.fnUntraced(function* (options: { readonly customerTimeout?: Duration.Input } = {}) {
  const redis = yield* TestRedis.make({ args: [] })
  const url = Result.getOrThrow(RedisUrl.parse(redis.url))
  let looks = 0
  const queue = Layer.effect(
    LeadQueue,
    Effect.map(LeadQueue, (real) =>
      LeadQueue.of({
        ...real,
        depth: Effect.andThen(
          Effect.sync(() => void looks++),
          real.depth,
        ),
      }),
    ),
  ).pipe(Layer.provide(RedisLeadQueue.layer({ url, takes: true })))
  const world = yield* World.make({ ...options, queue })
  yield* eventually(Effect.sync(() => (world.queue.patienceMs() === 0 ? undefined : true)))
  const waiting = redis
    .command("LRANGE", key, "0", "-1")
    .pipe(Effect.map((ids) => (Array.isArray(ids) ? ids.map(Number) : [])))
  /** At least so many: a worker that finds Redis without its memory offers again what waits. */
  const offered = (count: number) =>
    eventually(Effect.map(waiting, ({ length }) => (length >= count ? true : undefined)))
  return { ...world, looks: () => looks, offered, redis, waiting }
})

const make = makeWith()

const patient = { pollInterval: Duration.hours(1), scanInterval: Duration.hours(1) }

describe("a worker with Redis", () => {
  it.live("takes the leads that Redis names, without looking for them", () =>
    Effect.gen(function* () {
      const world = yield* make
      yield* world.startWorker(patient)
      const leads = yield* Effect.forEach(Array.from({ length: 20 }), () => world.receive())
      yield* Effect.forEach(leads, ({ id }) => world.reached(id, "DELIVERED"))
      assert.strictEqual(world.customer.requests().length, 20)
    }),
  )

  it.live("ignores what is no lead, what has ended and what is offered twice", () =>
    Effect.gen(function* () {
      const world = yield* make
      const lead = yield* world.receive()
      yield* world.offered(1)
      yield* world.redis.command("RPUSH", key, "999999", "nonsense", String(lead.id), String(lead.id))
      yield* world.startWorker(patient)
      yield* world.reached(lead.id, "DELIVERED")
      yield* world.redis.command("RPUSH", key, String(lead.id))
      const next = yield* world.receive()
      yield* world.reached(next.id, "DELIVERED")
      assert.strictEqual(world.customer.requests().length, 2)
    }),
  )

  it.live("offers every waiting lead again when Redis has lost its memory", () =>
    Effect.gen(function* () {
      const world = yield* make
      const leads = yield* Effect.forEach(Array.from({ length: 5 }), () => world.receive())
      yield* world.offered(5)
      yield* world.redis.command("FLUSHALL")
      yield* world.startWorker({ ...patient, pollInterval: Duration.millis(100) })
      yield* Effect.forEach(leads, ({ id }) => world.reached(id, "DELIVERED"))
      const again = yield* Effect.forEach(Array.from({ length: 5 }), () => world.receive())
      yield* Effect.forEach(again, ({ id }) => world.reached(id, "DELIVERED"))
      assert.strictEqual(world.customer.requests().length, 10)
    }),
  )

  it.live("takes leads and delivers them while Redis is away, and when it is back", () =>
    Effect.gen(function* () {
      const world = yield* make
      yield* world.startWorker({ pollInterval: Duration.millis(200), scanInterval: Duration.millis(200) })
      yield* world.redis.kill
      yield* eventually(Effect.sync(() => (world.queue.patienceMs() === 0 ? true : undefined)))
      const meanwhile = yield* world.receive()
      yield* world.reached(meanwhile.id, "DELIVERED")
      yield* world.redis.start
      const later = yield* world.receive()
      yield* world.reached(later.id, "DELIVERED")
    }),
  )

  it.live("sweeps: what is due and has no owner is offered to whoever is free", () =>
    Effect.gen(function* () {
      // The customer answers when the test lets it, not by its time-out: until then the worker has no free slot.
      const world = yield* makeWith({ customerTimeout: "1 minute" })
      const customer = held()
      const busy = yield* world.receive({ answers: [customer.answer] })
      yield* world.startWorker({
        ...patient,
        concurrency: 1,
        scanInterval: Duration.millis(100),
        scanLimit: 2,
      })
      yield* world.customer.received(1)
      const others = yield* Effect.forEach(Array.from({ length: 3 }), () => world.receive())
      // Offers are in order, and a worker may have taken one hint while its claim was under way. So the first lead may
      // be out of the queue, and the last is in it once all were offered.
      const last = others.at(-1)?.id ?? 0
      yield* eventually(Effect.map(world.waiting, (ids) => (ids.includes(last) ? true : undefined)))
      // Redis forgets the list alone, and the leads have waited for longer than they should.
      yield* world.redis.command("DEL", key)
      yield* world.sql`UPDATE work SET due_at = now() WHERE lease IS NULL`
      yield* world.offered(2)
      // The sweep after the next one has begun: one that saw the full queue is over.
      const looks = world.looks()
      yield* eventually(Effect.sync(() => (world.looks() >= looks + 3 ? true : undefined)))
      assert.strictEqual((yield* world.waiting).length, 2, "no more than the sweep's limit")
      yield* customer.letGo
      yield* Effect.forEach([busy, ...others], ({ id }) => world.reached(id, "DELIVERED"))
    }),
  )
})
