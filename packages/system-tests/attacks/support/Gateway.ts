import { TestCustomer, TestProcess } from "@lead-gateway/testkit"
import { commandLine } from "@lead-gateway/testkit/command-line"
import type { CustomerBehaviour } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { inRepository, makeFolder, ownPort } from "../../faults/support/places.ts"

/** How a gateway is started. */
export interface GatewayOptions {
  /** What its customer does. */
  readonly customer: CustomerBehaviour
  readonly env?: Readonly<Record<string, string>>
  readonly nodeFlags?: ReadonlyArray<string>
  /** The size of the disk that its data folder is on, in MiB; by default that of the machine. */
  readonly diskMiB?: number
}

const lead = JSON.stringify({
  email: "customer@example.com",
  phone: "+49123456789",
  zipcode: "66123",
  house: { is_owner: true },
})

/** A gateway with an embedded Postgres, as `npm start` runs it, ready, and its customer. */
export const makeGateway = Effect.fnUntraced(function* (options: GatewayOptions) {
  const folder = yield* makeFolder
  const customer = yield* TestCustomer.make({ respond: options.customer })
  const port = yield* ownPort
  const dataDir = join(folder, ".data")
  const process = yield* TestProcess.spawn({
    program: options.diskMiB === undefined ? commandLine : inRepository(`${here}/smallDisk.main.ts`),
    args: options.diskMiB === undefined ? ["start"] : [`${options.diskMiB}m`, dataDir, commandLine, "start"],
    cwd: folder,
    nodeFlags: options.nodeFlags,
    env: {
      API_PORT: String(port),
      CUSTOMER_API_URL: customer.url,
      CUSTOMER_API_TOKEN: "customer-token",
      SHUTDOWN_TIMEOUT: "1s",
      STATS_CACHE_TTL: "0s",
      ...options.env,
    },
  })
  yield* Effect.addFinalizer(() => Effect.andThen(process.kill("SIGTERM"), process.exited))
  yield* process.waitForLine("/history", { within: "60 seconds" })
  const url = `http://127.0.0.1:${port}`
  const ask = (path: string, init?: RequestInit) =>
    Effect.promise(async () => {
      const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(15_000), ...init })
      return { status: response.status, text: await response.text() }
    })
  return {
    process,
    customer,
    folder,
    dataDir,
    url,
    ask,
    post: ask("/webhooks/leads", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: lead,
    }),
    /** The counts of leads by status. */
    counts: Effect.map(
      ask("/stats/leads/counts"),
      ({ text }) => JSON.parse(text) as Readonly<Record<string, number>>,
    ),
    /** The process id of the database server. */
    postmaster: () => postmasterOf(dataDir),
  }
})

/** A gateway that runs. */
export type Gateway = Effect.Success<ReturnType<typeof makeGateway>>

const here = "packages/system-tests/attacks/support"

/** The process id of the database server of a data folder. */
const postmasterOf = (dataDir: string): number =>
  Number(readFileSync(join(dataDir, "postgres/postmaster.pid"), "utf8").split("\n")[0])

/** The processes whose command line names a folder. */
export const processesOf = (folder: string): ReadonlyArray<string> =>
  readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")
      return command.includes(folder) ? [`${pid} ${command}`] : []
    } catch {
      return [] // it has ended
    }
  })

/** Repeats an effect every 50 ms until it holds, and fails after so long. */
export const eventually = <A, E, R>(
  what: string,
  ask: Effect.Effect<A, E, R>,
  holds: (answer: A) => boolean,
  withinMs = 20_000,
): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const end = performance.now() + withinMs
    const attempt: Effect.Effect<A, E, R> = Effect.flatMap(ask, (answer) => {
      if (holds(answer)) return Effect.succeed(answer)
      if (performance.now() > end) return Effect.die(new Error(`${what}: ${JSON.stringify(answer)}`))
      return Effect.andThen(Effect.sleep("50 millis"), attempt)
    })
    return attempt
  })
