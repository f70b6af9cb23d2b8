import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { connect, type Socket } from "node:net"
import { expect, goesOn, someTime } from "../support/progress.ts"
import type { Scenario } from "../support/Scenario.ts"
import type { World } from "../support/World.ts"

const limit = 256

const common = { openFiles: limit, untilMended: true } satisfies Partial<Scenario>

/** Opens connections that send nothing, and opens each again that is closed. Returns their end. */
const crowd = (url: string, size: number) => {
  const { hostname, port } = new URL(url)
  const sockets = new Set<Socket>()
  let goesOn = true
  let refused = 0
  const open = () => {
    const socket = connect({ host: hostname, port: Number(port) })
    sockets.add(socket)
    socket.on("error", () => undefined)
    socket.on("close", () => {
      sockets.delete(socket)
      refused += 1
      if (goesOn) setTimeout(open, 100)
    })
  }
  for (let count = 0; count < size; count++) open()
  return {
    refused: () => refused,
    end: () => {
      goesOn = false
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** More connections than an api may have open files. */
const tooManyConnections: Scenario = {
  ...common,
  name: "too-many-connections",
  fault: (world) =>
    Effect.gen(function* () {
      yield* someTime(world, "crowd", [0.2, 0.4])
      const connections = crowd(world.url, limit + 100)
      yield* Effect.sleep("8 seconds")
      connections.end()
      if (connections.refused() < 50) world.findings.push("no connection was refused: no fault")
      yield* goesOn(world, 30)
    }),
}

/** More deliveries at once than a worker may have sockets. */
const tooManyDeliveries: Scenario = {
  ...common,
  name: "too-many-deliveries",
  validLeads: 300,
  overMs: 1500,
  env: {
    WORKER_CONCURRENCY: "300",
    CUSTOMER_API_TIMEOUT: "10s",
    MAX_RETRY_ATTEMPTS: "5",
  },
  before: ({ book }: World) => book.behave(() => CustomerBehaviour.reply({ delayMs: 2000 })),
  fault: (world) =>
    Effect.gen(function* () {
      yield* expect(world, "all leads come in", () => world.senders.accepted() >= 300)
      world.senders.stop()
    }),
  verify: ({ output, rows }) => [
    ...(output.some((line) => line.includes("(EMFILE)")) ? [] : ["no socket was refused: no fault"]),
    ...(rows.attempts.some(({ error }) => error?.includes("EMFILE") === true)
      ? ["a socket that we may not open counts as an attempt"]
      : []),
    ...(output.some((line) => line.includes("the customer's API is unavailable"))
      ? ["the circuit opened, though the customer was available"]
      : []),
  ],
}

/** Our processes may not open as many files and sockets as they want to. */
export const openFilesFaults: ReadonlyArray<Scenario> = [tooManyConnections, tooManyDeliveries]
