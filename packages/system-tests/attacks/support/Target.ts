import { TestCustomer, TestDatabase, TestProcess } from "@lead-gateway/testkit"
import { commandLine } from "@lead-gateway/testkit/command-line"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { makeFolder, ownPort } from "../../faults/support/places.ts"
import { makeMemoryGroup } from "./MemoryGroup.ts"

/** What is attacked. */
export interface TargetOptions {
  /** `api` alone by default; with `worker`, there is one, and a customer that accepts everything. */
  readonly worker?: boolean
  /** The memory that the api may take, in MiB, where this machine can enforce it. */
  readonly memoryMiB?: number
  /** Further settings of all processes. */
  readonly env?: Readonly<Record<string, string>>
  readonly nodeFlags?: ReadonlyArray<string>
}

type Process = Effect.Success<ReturnType<typeof TestProcess.spawn>>

/** A real api, ready, on a database of its own. */
export interface Target {
  readonly url: string
  readonly port: number
  readonly databaseUrl: string
  readonly api: Process
  readonly worker: Process | undefined
  readonly customer: TestCustomer
}

/** Starts an api, and a worker if one is wanted, for the current scope, with `npm start`'s flags of Node. */
export const makeTarget = Effect.fnUntraced(function* (options: TargetOptions = {}) {
  const folder = yield* makeFolder
  const { url: databaseUrl } = yield* TestDatabase.make()
  const customer = yield* TestCustomer.make()
  const [port, workerPort] = [yield* ownPort, yield* ownPort]
  const group =
    options.memoryMiB === undefined ? undefined : yield* makeMemoryGroup(options.memoryMiB * 1024 ** 2)

  const start = (name: "api" | "worker", env: Readonly<Record<string, string>>) =>
    TestProcess.spawn({
      program: commandLine,
      args: [name],
      cwd: folder,
      nodeFlags: ["--max-semi-space-size=16", "--heap-growing-percent=50", ...(options.nodeFlags ?? [])],
      env: {
        DATABASE_URL: databaseUrl,
        QUEUE_TYPE: "database",
        CUSTOMER_API_URL: customer.url,
        CUSTOMER_API_TOKEN: "customer-token",
        ...env,
        ...options.env,
      },
    })

  const api = yield* start("api", { API_HOST: "127.0.0.1", API_PORT: String(port) })
  group?.add(api.pid)
  const worker =
    options.worker === true ? yield* start("worker", { WORKER_PORT: String(workerPort) }) : undefined
  yield* api.waitForHttp(`http://127.0.0.1:${port}/readyz`, 200, { within: "60 seconds" })
  yield* (
    worker?.waitForHttp(`http://127.0.0.1:${workerPort}/readyz`, 200, { within: "60 seconds" }) ?? Effect.void
  )
  const target: Target = { url: `http://127.0.0.1:${port}`, port, databaseUrl, api, worker, customer }
  return target
})

/** The most memory that a running process has ever had resident, in MiB. */
export const peakMiB = (pid: number): number => statusOf(pid, "VmHWM")

/** The memory that a running process has resident now, in MiB. */
export const residentMiB = (pid: number): number => statusOf(pid, "VmRSS")

const statusOf = (pid: number, field: string): number => {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))
  if (match === null) throw new Error(`process ${pid} has ended`)
  return Number(match[1]) / 1024
}
