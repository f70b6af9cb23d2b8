import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Effect } from "effect"
import type { CustomerBook } from "../support/CustomerBook.ts"
import { someTime, whenAsked } from "../support/progress.ts"
import type { Scenario } from "../support/Scenario.ts"
import { until } from "../support/until.ts"
import type { World } from "../support/World.ts"

/** A slow customer, so that a kill always finds leads in flight. */
const unhurried = ({ book, draw }: World) =>
  book.behave((_, earlier) =>
    CustomerBehaviour.reply({ delayMs: draw.between(20, 300, "delay", book.exchanges.length, earlier) }),
  )

/** A worker is killed in delivery, twice. */
export const workerKilled: Scenario = {
  name: "worker-killed",
  mayLoseOutcomes: true,
  before: unhurried,
  fault: (world) =>
    Effect.gen(function* () {
      const [worker] = world.workers
      for (const [time, range] of [
        ["first", [0.1, 0.4]],
        ["second", [0.5, 0.9]],
      ] as const) {
        yield* someTime(world, time, range)
        yield* worker.kill
        yield* worker.start
        yield* worker.ready
      }
    }),
}

/** A worker is killed, another goes on. */
export const oneOfTwoWorkersKilled: Scenario = {
  name: "one-of-two-workers-killed",
  mayLoseOutcomes: true,
  workers: 2,
  before: unhurried,
  fault: (world) =>
    Effect.gen(function* () {
      yield* someTime(world, "kill", [0.2, 0.8])
      yield* world.workers[0].kill
      yield* Effect.sleep(world.draw.between(0, 2000, "away"))
      yield* world.workers[0].start
    }),
}

/** The api is killed in intake, three times, while all senders wait for its answers. */
export const apiKilled: Scenario = {
  name: "api-killed",
  overMs: 300,
  fault: (world) =>
    Effect.gen(function* () {
      for (const from of [0.05, 0.35, 0.65]) {
        yield* someTime(world, `kill ${from}`, [from, from + 0.25], 10)
        yield* world.api.kill
        yield* world.api.start
      }
    }),
}

/** The api is killed while it waits for Postgres, which still stores the leads; the senders get no answer. */
export const apiKilledInCommit: Scenario = {
  name: "api-killed-in-commit",
  ownPostgres: true,
  overMs: 1000,
  fault: (world) =>
    Effect.gen(function* () {
      yield* someTime(world, "freeze", [0.1, 0.4], 10)
      yield* world.postgres.freeze
      yield* Effect.sleep(world.draw.between(100, 400, "kill"))
      yield* world.api.kill
      yield* world.postgres.thaw
      yield* world.api.start
    }),
}

/** Everything is killed at once. */
export const allKilled: Scenario = {
  name: "all-killed",
  mayLoseOutcomes: true,
  before: unhurried,
  fault: (world) =>
    Effect.gen(function* () {
      yield* someTime(world, "kill", [0.2, 0.8])
      const all = [world.api, ...world.workers]
      yield* Effect.forEach(all, (app) => app.kill, { concurrency: "unbounded", discard: true })
      yield* Effect.sleep(world.draw.between(0, 1000, "away"))
      yield* Effect.forEach(all, (app) => app.start, { discard: true })
    }),
}

/** Holds every answer until it is let go; then answers 200. */
const heldAnswers = (book: CustomerBook) => {
  const held: Array<() => void> = []
  book.behave(() => ({ answer: (response) => void held.push(() => response.writeHead(200).end()) }))
  return {
    count: () => held.length,
    letGo: (count: number) => {
      for (const answer of held.splice(0, count)) answer()
    },
    letGoAll: () => {
      book.behave(() => CustomerBehaviour.reply())
      for (const answer of held.splice(0)) answer()
    },
  }
}

/** The customer has answered, and the worker dies before the outcome is recorded, because Postgres hangs. */
export const killedBeforeRecord: Scenario = {
  name: "killed-before-record",
  mayLoseOutcomes: true,
  ownPostgres: true,
  // However few the leads are, and however late this notices them: some are still to come.
  untilMended: true,
  // Leads are held until there are enough of them.
  env: { CUSTOMER_API_TIMEOUT: "5s" },
  fault: (world) =>
    Effect.gen(function* () {
      const [worker] = world.workers
      yield* whenAsked(world, 0.1)
      const answers = heldAnswers(world.book)
      yield* until(() => answers.count() >= 10, 10_000)
      yield* world.postgres.freeze
      const before = world.book.exchanges.length
      // What the first answers make the worker tell Postgres lies there until it thaws; the others stay untold.
      answers.letGo(3)
      yield* Effect.sleep("100 millis")
      answers.letGoAll()
      yield* until(
        () => world.book.exchanges.slice(0, before).every((one) => one.closedAt !== undefined),
        2000,
      )
      // Before the first statement counts as slow, and others are sent past it.
      yield* Effect.sleep(world.draw.between(10, 80, "kill"))
      yield* worker.kill
      yield* world.postgres.thaw
      yield* worker.start
    }),
  verify: ({ rows }) =>
    rows.attempts.some((attempt) => attempt.unknown) ? [] : ["no attempt with an unknown outcome: no fault"],
}

/** One of two workers stands still for longer than its leases last, and then goes on as if nothing had been. */
export const workerFrozen: Scenario = {
  name: "worker-frozen",
  mayLoseOutcomes: true,
  workers: 2,
  before: unhurried,
  fault: (world) =>
    Effect.gen(function* () {
      yield* someTime(world, "freeze", [0.2, 0.6])
      yield* world.workers[0].freeze
      yield* Effect.sleep(18_000 + world.draw.between(0, 3000, "frozen"))
      yield* world.workers[0].thaw
    }),
}
