import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { expect, goesOn, someTime } from "../support/progress.ts"
import type { Scenario } from "../support/Scenario.ts"
import type { World } from "../support/World.ts"

const common = {
  ownDisk: true,
  mayLoseOutcomes: true,
  untilMended: true,
  before: ({ book, draw }: World) =>
    book.behave(() =>
      CustomerBehaviour.reply({ delayMs: draw.between(0, 500, "delay", book.exchanges.length) }),
    ),
} satisfies Partial<Scenario>

const refused = (world: World) =>
  expect(world, "leads are answered 503", () => world.senders.answers.some(({ status }) => status === 503))

/** Nobody may be told of anything but 200 and 503: the balance finds that. */
const onlyTables: Scenario = {
  ...common,
  name: "disk-full",
  fault: (world) =>
    Effect.gen(function* () {
      yield* someTime(world, "full", [0.2, 0.4])
      world.disk.fill()
      yield* refused(world)
      yield* Effect.sleep("5 seconds")
      world.disk.clear()
      yield* goesOn(world, 30)
    }),
}

/** There is no space for Postgres's own log either: Postgres ends, and cannot start until there is. */
const evenTheLog: Scenario = {
  ...common,
  name: "disk-full-postgres-ends",
  fault: (world) =>
    Effect.gen(function* () {
      const { disk, postgres } = world
      yield* someTime(world, "full", [0.2, 0.4])
      disk.fill()
      yield* refused(world)
      for (let time = 0; time < 6; time++) yield* postgres.switchLog
      yield* Effect.sleep("5 seconds")
      disk.clear()
      yield* postgres.restartEnded(3000)
      yield* goesOn(world, 30)
    }),
}

/** The disk of Postgres is full, and has space again. */
export const fullDiskFaults: ReadonlyArray<Scenario> = [onlyTables, evenTheLog]
