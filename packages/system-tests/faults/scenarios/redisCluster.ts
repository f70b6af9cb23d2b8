import { CustomerBehaviour, type TestRedis } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { expect, goesOn, someTime } from "../support/progress.ts"
import type { Scenario } from "../support/Scenario.ts"
import { allAreTaken, longestWaitMs, waitsOf } from "../support/waits.ts"
import type { World } from "../support/World.ts"

const common = {
  queues: ["redis"],
  redisForm: "cluster",
  untilMended: true,
  before: ({ book }: World) => book.behave(() => CustomerBehaviour.reply({ delayMs: 20 })),
} satisfies Partial<Scenario>

const list = "queue:process_lead"

/** How often a node has answered with this error. */
const errorsOf = (node: TestRedis, error: string) =>
  Effect.map(node.command("INFO", "errorstats"), (stats) =>
    Number(new RegExp(`errorstat_${error}:count=(\\d+)`).exec(String(stats))?.[1] ?? 0),
  )

const answers = (world: World, node: TestRedis, error: string) =>
  expect(
    world,
    `${error} is answered`,
    Effect.map(errorsOf(node, error), (count) => count > 0),
  )

/** Waits until leads are taken from this node. */
const isUsed = (world: World, node: TestRedis) =>
  Effect.gen(function* () {
    yield* node.command("CONFIG", "RESETSTAT")
    yield* expect(
      world,
      "workers take leads from the node of the list",
      Effect.map(node.command("INFO", "commandstats"), (stats) => /cmdstat_[lb]*lpop/.test(String(stats))),
    )
    yield* goesOn(world, 30)
    yield* allAreTaken(world)
    yield* waitsOf(world, longestWaitMs)
  })

/** The slot of the list migrates, or its node is away, while leads come in and go out. */
export const clusterFaults: ReadonlyArray<Scenario> = [
  {
    ...common,
    name: "redis-cluster-slot-migrates",
    fault: (world) =>
      Effect.gen(function* () {
        yield* someTime(world, "migrate", [0.2, 0.4])
        const { begin, end, from, moveKeys, to } = yield* world.cluster.migration(list)
        yield* begin
        yield* answers(world, from, "ASK")
        yield* goesOn(world, 20)
        yield* moveKeys
        yield* goesOn(world, 20)
        yield* moveKeys
        yield* end
        yield* answers(world, from, "MOVED")
        yield* isUsed(world, to)
      }),
    verify: ({ output }) =>
      output.some((line) => line.includes('"reason":"ASK"')) ? ["the queue was away by ASK"] : [],
  },
  {
    ...common,
    name: "redis-cluster-down",
    fault: (world) =>
      Effect.gen(function* () {
        yield* someTime(world, "down", [0.2, 0.4])
        const owner = yield* world.cluster.ownerOf(list)
        const others = (yield* world.cluster.masters).filter((node) => node !== owner)
        yield* Effect.forEach(others, (node) => node.pause)
        yield* answers(world, owner, "CLUSTERDOWN")
        yield* goesOn(world, 20)
        yield* Effect.forEach(others, (node) => node.resume)
        yield* world.cluster.isComplete
        yield* isUsed(world, owner)
      }),
  },
  {
    ...common,
    name: "redis-cluster-master-killed",
    fault: (world) =>
      Effect.gen(function* () {
        yield* someTime(world, "kill", [0.2, 0.4])
        const owner = yield* world.cluster.ownerOf(list)
        yield* owner.kill
        yield* isUsed(world, yield* world.cluster.promoted(list, owner))
        yield* owner.start
        yield* goesOn(world, 30)
      }),
  },
]
