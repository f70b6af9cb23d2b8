import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { crowd } from "../support/crowd.ts"
import { goesOn, someTime } from "../support/progress.ts"
import type { Scenario } from "../support/Scenario.ts"

const limit = 256

const common = { openFiles: limit, untilMended: true } satisfies Partial<Scenario>

/** More connections than an api may have open files. */
const tooManyConnections: Scenario = {
  ...common,
  name: "too-many-connections",
  fault: (world) =>
    Effect.gen(function* () {
      yield* someTime(world, "crowd", [0.2, 0.4])
      const connections = crowd(world.api.port, limit + 100)
      yield* Effect.sleep("8 seconds")
      connections.end()
      if (connections.refused() < 50) world.findings.push("no connection was refused: no fault")
      yield* goesOn(world, 30)
    }),
}

/** More connections to the health routes of a worker than it may have open files. */
const crowdedWorker: Scenario = {
  ...common,
  name: "crowd-at-the-worker",
  env: { CUSTOMER_API_TIMEOUT: "10s" },
  before: ({ book }) => book.behave(() => CustomerBehaviour.reply({ delayMs: 200 })),
  fault: (world) =>
    Effect.gen(function* () {
      yield* someTime(world, "crowd", [0.1, 0.2])
      const connections = crowd(world.workers[0].port, limit + 100)
      // The worker's port takes so many connections that enough files are left for customers and Postgres.
      yield* Effect.sleep("3 seconds")
      connections.end()
      yield* goesOn(world, 30)
    }),
  verify: ({ output, rows }) => [
    ...(output.some((line) => line.includes("EMFILE")) ? ["a socket was refused"] : []),
    ...(rows.attempts.some(({ error }) => error?.includes("EMFILE") === true)
      ? ["a socket that we may not open counts as an attempt"]
      : []),
    ...(output.some((line) => line.includes("the customer's API is unavailable"))
      ? ["the circuit opened, though the customer was available"]
      : []),
  ],
}

/** More deliveries at once than a worker may have sockets: it makes fewer. */
const tooManyDeliveries: Scenario = {
  ...common,
  name: "too-many-deliveries",
  validLeads: 400,
  overMs: 1000,
  env: { WORKER_CONCURRENCY: "400", CUSTOMER_API_TIMEOUT: "10s" },
  before: ({ book }) => book.behave(() => CustomerBehaviour.reply({ delayMs: 2000 })),
  fault: () => Effect.void,
  verify: ({ output }) => [
    ...(output.some((line) => line.includes("WORKER_CONCURRENCY=400 is more than")) ? [] : ["no warning"]),
    ...(output.some((line) => line.includes("EMFILE")) ? ["a socket was refused"] : []),
  ],
}

/** Our processes may not open as many files and sockets as they want to. */
export const openFilesFaults: ReadonlyArray<Scenario> = [tooManyConnections, crowdedWorker, tooManyDeliveries]
