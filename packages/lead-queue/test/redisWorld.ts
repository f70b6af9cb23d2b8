/** A Redis for a test, and processes that use it. */
import { assert } from "@effect/vitest"
import { TestRedis, type TestRedisOptions } from "@lead-gateway/testkit"
import { Context, type Duration, Effect, Layer, Result, Schedule } from "effect"
import { LeadQueue, RedisLeadQueue, RedisUrl } from "../src/index.ts"
import { answering, ids, idsOf, range, take, takeAll, type World } from "./conformance.ts"

/** The queue of one more process, which may not be connected yet. */
export const starting = (url: string, takes: boolean, patience?: Duration.Duration) =>
  Effect.gen(function* () {
    const parsed = Result.getOrThrow(RedisUrl.parse(url))
    const options = { url: parsed, takes, ...(patience === undefined ? {} : { patience }) }
    const context = yield* Layer.build(Layer.fresh(RedisLeadQueue.layer(options)))
    return Context.get(context, LeadQueue)
  })

export const connected = (url: string, takes = true) => Effect.flatMap(starting(url, takes), answering)

export const makeWorld = (options: TestRedisOptions = {}) =>
  Effect.gen(function* () {
    const redis = yield* TestRedis.make({ args: [], ...options })
    const world: World = {
      process: ({ takes }) => connected(redis.url, takes),
      down: redis.kill,
      up: redis.start,
    }
    return { redis, ...world }
  })

/** Checks that leads which are offered can be taken. */
export const works = Effect.fnUntraced(function* (queue: LeadQueue["Service"]) {
  yield* queue.offer(range(1, 5))
  assert.deepStrictEqual(yield* takeAll(queue, 5), range(1, 5))
  assert.strictEqual(yield* queue.depth, 0)
})

/** Retries until Redis, or the way to it, has settled. */
export const settles = Effect.fnUntraced(function* (
  queue: LeadQueue["Service"],
  id: number,
  api: LeadQueue["Service"] = queue,
) {
  const taken = yield* Effect.forkChild(
    take(queue, "1 second").pipe(
      Effect.repeat({ until: (hint) => idsOf(hint).some((taken) => taken === id) }),
    ),
  )
  yield* Effect.repeat(api.offer(ids(id)), {
    until: () => taken.pollUnsafe() !== undefined,
    schedule: Schedule.spaced("100 millis"),
  })
})
