import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { expect, someTime } from "../support/progress.ts"
import type { Scenario } from "../support/Scenario.ts"
import type { World } from "../support/World.ts"

/** Some answers come while Postgres is away. */
const unhurried = ({ book, draw }: World) =>
  book.behave(() =>
    CustomerBehaviour.reply({ delayMs: draw.between(0, 500, "delay", book.exchanges.length) }),
  )

const common = { ownPostgres: true, mayLoseOutcomes: true, before: unhurried } satisfies Partial<Scenario>

/** Postgres crashes, twice. */
export const restartedImmediate: Scenario = {
  ...common,
  name: "postgres-restarted-immediate",
  fault: (world) =>
    Effect.gen(function* () {
      yield* someTime(world, "first", [0.1, 0.4])
      yield* world.postgres.restart("immediate")
      yield* someTime(world, "second", [0.5, 0.9])
      yield* world.postgres.restart("immediate")
    }),
}

/** Postgres stops, or does not answer, in the middle of a run. */
export const postgresFaults: ReadonlyArray<Scenario> = [
  {
    ...common,
    name: "postgres-restarted-fast",
    fault: (world) => Effect.andThen(someTime(world, "restart", [0.2, 0.7]), world.postgres.restart("fast")),
  },
  restartedImmediate,
  {
    ...common,
    name: "postgres-connections-cut",
    overMs: 2000,
    fault: (world) =>
      Effect.gen(function* () {
        for (let time = 1; time <= 20; time++) {
          yield* someTime(world, `cut ${time}`, [time * 0.045 - 0.04, time * 0.045], 20)
          yield* world.postgres.cutConnections
        }
      }),
  },
  {
    ...common,
    name: "postgres-paused",
    fault: (world) => Effect.andThen(someTime(world, "pause", [0.2, 0.7]), world.postgres.pause("5 seconds")),
  },
]

/** Deliveries take 2 to 5 s, so that many are under way when Postgres dies: their outcomes are recorded when it is back. */
const slowDeliveries = {
  ownPostgres: true,
  mayLoseOutcomes: true,
  env: { CUSTOMER_API_TIMEOUT: "10s", WORKER_CONCURRENCY: "50" },
  before: ({ book, draw }) =>
    book.behave(() =>
      CustomerBehaviour.reply({ delayMs: draw.between(2000, 5000, "delay", book.exchanges.length) }),
    ),
} satisfies Partial<Scenario>

/** Waits until deliveries are under way. */
const whileDelivering = (world: World, what: string) =>
  Effect.andThen(
    someTime(world, what, [0.3, 0.7], 1500),
    expect(world, "deliveries are under way", () =>
      world.book.exchanges.some(({ closedAt }) => closedAt === undefined),
    ),
  )

const killedWhileDelivering = (name: string, kill: (world: World) => Effect.Effect<void>): Scenario => ({
  ...slowDeliveries,
  name,
  fault: (world) => Effect.andThen(whileDelivering(world, "kill"), kill(world)),
})

/** Postgres dies while the customer takes its time. */
export const killedWhileDeliveringFaults: ReadonlyArray<Scenario> = [
  killedWhileDelivering("postgres-killed-delivering", ({ postgres }) => postgres.kill("3 seconds")),
  killedWhileDelivering("postgres-session-killed", ({ postgres }) => postgres.killSession),
  killedWhileDelivering("postgres-crashes-delivering", ({ postgres }) => postgres.restart("immediate")),
  killedWhileDelivering("postgres-machine-lost", ({ postgres }) => postgres.killAll("1 second")),
]
