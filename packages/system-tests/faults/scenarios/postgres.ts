import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { someTime } from "../support/progress.ts"
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
