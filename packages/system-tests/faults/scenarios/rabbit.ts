import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { goesOn, someTime } from "../support/progress.ts"
import type { Scenario } from "../support/Scenario.ts"
import { allAreTaken, longestWaitMs, waitsOf } from "../support/waits.ts"
import type { World } from "../support/World.ts"

const common = {
  queues: ["rabbitmq"],
  untilMended: true,
  // Leads are waiting in the queue when the fault happens.
  env: { WORKER_CONCURRENCY: "5" },
  before: ({ book }: World) => book.behave(() => CustomerBehaviour.reply({ delayMs: 20 })),
} satisfies Partial<Scenario>

/**
 * While it is away and afterwards, senders are answered 200 and no lead waits longer than its patience. A start of RabbitMQ
 * takes two cores for 5 s: then a sender may be answered 503, and leads may wait longer.
 */
const faultOf = (
  name: string,
  strike: (world: World) => Effect.Effect<void>,
  starts?: "starts",
): Scenario => ({
  ...common,
  name,
  fault: (world) =>
    Effect.gen(function* () {
      yield* someTime(world, "strike", [0.2, 0.6])
      yield* strike(world)
      yield* goesOn(world, 30)
      if (starts === undefined) yield* allAreTaken(world)
      yield* waitsOf(world, starts === undefined ? longestWaitMs : 3 * longestWaitMs)
    }),
})

/** RabbitMQ fails in the middle of a run. It is only an accelerator: no lead may depend on it. */
export const rabbitFaults: ReadonlyArray<Scenario> = [
  faultOf("rabbit-memory-alarm", ({ rabbit }) =>
    Effect.gen(function* () {
      yield* rabbit.memoryAlarm(true)
      yield* Effect.sleep("2 seconds")
      yield* rabbit.memoryAlarm(false)
    }),
  ),
  faultOf("rabbit-paused", ({ rabbit }) =>
    Effect.gen(function* () {
      yield* rabbit.pause
      yield* Effect.sleep("3 seconds")
      yield* rabbit.resume
    }),
  ),
  faultOf(
    "rabbit-restarted-empty",
    ({ rabbit }) =>
      Effect.gen(function* () {
        yield* rabbit.kill
        yield* rabbit.wipe
        yield* rabbit.start
      }),
    "starts",
  ),
  {
    ...common,
    untilMended: false,
    name: "rabbit-killed",
    // RabbitMQ does not come back, so the sweep alone must find the leads. This scenario runs last.
    fault: (world) => Effect.andThen(someTime(world, "kill", [0.2, 0.6]), world.rabbit.kill),
  },
]

/** Further ones, for the long form: a queue that has lost its ids, or kept them. */
export const rabbitFaultsLong: ReadonlyArray<Scenario> = [
  faultOf("rabbit-purged", ({ rabbit }) =>
    Effect.asVoid(
      rabbit.evaluate(`{ok, Queue} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"/">>, queue, <<"queue:process_lead">>)),
        rabbit_amqqueue:purge(Queue)`),
    ),
  ),
  faultOf(
    "rabbit-restarted",
    ({ rabbit }) =>
      Effect.gen(function* () {
        yield* rabbit.sync
        yield* rabbit.kill
        yield* rabbit.start
      }),
    "starts",
  ),
]
