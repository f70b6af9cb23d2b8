import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { expect, goesOn, someTime } from "../support/progress.ts"
import type { Scenario } from "../support/Scenario.ts"
import { allAreTaken, longestWaitMs, waitsOf } from "../support/waits.ts"
import type { World } from "../support/World.ts"

const common = {
  queues: ["redis"],
  redisForm: "sentinel",
  untilMended: true,
  before: ({ book }: World) => book.behave(() => CustomerBehaviour.reply({ delayMs: 20 })),
} satisfies Partial<Scenario>

/** Leads come and go on after a failover, and none waited for long. */
const goesOnWithAnother = (world: World) =>
  Effect.gen(function* () {
    const master = yield* world.sentinels.master
    yield* expect(
      world,
      "workers take leads from the new master",
      Effect.map(master.command("INFO", "commandstats"), (stats) => /cmdstat_[lb]*lpop/.test(String(stats))),
    )
    yield* goesOn(world, 30)
    yield* allAreTaken(world)
    yield* waitsOf(world, longestWaitMs)
  })

/** The master of the queue is replaced while leads come in and go out. */
export const sentinelFaults: ReadonlyArray<Scenario> = [
  {
    ...common,
    name: "redis-sentinel-master-killed",
    fault: (world) =>
      Effect.gen(function* () {
        yield* someTime(world, "kill", [0.2, 0.5])
        const master = yield* world.sentinels.master
        yield* master.kill
        yield* world.sentinels.promoted(master)
        yield* goesOnWithAnother(world)
        // It comes back as a master without data, until a Sentinel makes it a replica.
        yield* master.start
        yield* goesOn(world, 30)
      }),
  },
  {
    ...common,
    name: "redis-sentinel-failover-asked",
    fault: (world) =>
      Effect.gen(function* () {
        yield* someTime(world, "failover", [0.2, 0.5])
        yield* world.sentinels.failover
        yield* goesOnWithAnother(world)
      }),
  },
  {
    ...common,
    name: "redis-sentinel-master-frozen",
    fault: (world) =>
      Effect.gen(function* () {
        yield* someTime(world, "freeze", [0.2, 0.5])
        const master = yield* world.sentinels.master
        yield* master.pause
        yield* world.sentinels.promoted(master)
        yield* master.resume
        const info = String(yield* master.command("INFO", "replication"))
        if (!info.includes("role:master")) world.findings.push("the old master is none any more: no fault")
        yield* goesOnWithAnother(world)
      }),
  },
]
