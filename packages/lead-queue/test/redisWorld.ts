/** A Redis for a test, and processes that use it. */
import { TestRedis, type TestRedisOptions } from "@lead-gateway/testkit"
import { Context, type Duration, Effect, Layer, Result } from "effect"
import { LeadQueue, RedisLeadQueue, RedisUrl } from "../src/index.ts"
import { answering, type World } from "./conformance.ts"

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
