import { CustomerBehaviour } from "@lead-gateway/testkit"
import { type Duration, Effect } from "effect"
import { someTime } from "../support/progress.ts"
import type { Scenario } from "../support/Scenario.ts"
import type { World } from "../support/World.ts"

const common = {
  queues: ["redis"],
  // Leads are waiting in the queue when the fault happens.
  env: { WORKER_CONCURRENCY: "5" },
  before: ({ book }: World) => book.behave(() => CustomerBehaviour.reply({ delayMs: 20 })),
} satisfies Partial<Scenario>

const paused = (name: string, duration: Duration.Input): Scenario => ({
  ...common,
  name,
  fault: (world) =>
    Effect.gen(function* () {
      yield* someTime(world, "pause", [0.2, 0.7])
      yield* world.redis.pause
      yield* Effect.sleep(duration)
      yield* world.redis.resume
    }),
})

/** Redis fails in the middle of a run. It is only an accelerator: no lead may depend on it. */
export const redisFaults: ReadonlyArray<Scenario> = [
  {
    ...common,
    name: "redis-restarted-empty",
    fault: (world) =>
      Effect.gen(function* () {
        yield* someTime(world, "kill", [0.2, 0.6])
        yield* world.redis.kill
        yield* Effect.sleep(world.draw.between(0, 1500, "away"))
        yield* world.redis.start
      }),
  },
  {
    ...common,
    name: "redis-flushed",
    fault: (world) =>
      Effect.gen(function* () {
        for (const time of [1, 2, 3]) {
          yield* someTime(world, `flush ${time}`, [0.25 * time - 0.1, 0.25 * time + 0.1])
          yield* world.redis.command("FLUSHALL")
        }
      }),
  },
  paused("redis-paused", "3 seconds"),
  {
    ...common,
    name: "redis-full",
    fault: (world) =>
      Effect.gen(function* () {
        yield* someTime(world, "full", [0.2, 0.6])
        yield* world.redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
        yield* world.redis.command("CONFIG", "SET", "maxmemory", "1")
        yield* Effect.sleep("2 seconds")
        yield* world.redis.command("CONFIG", "SET", "maxmemory", "0")
      }),
  },
  {
    ...common,
    name: "redis-killed",
    // Redis does not come back, so the sweep alone must find the leads. This scenario runs last.
    fault: (world) => Effect.andThen(someTime(world, "kill", [0.2, 0.6]), world.redis.kill),
  },
]

/** Too slow for the tests. */
export const redisPausedLong = paused("redis-paused-10-s", "10 seconds")
