import { TestCustomer, TestProcess } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { makeOwnPostgres, type OwnPostgres } from "../../faults/support/OwnPostgres.ts"
import { inRepository, makeFolder, ownPort } from "../../faults/support/places.ts"
import { secrets } from "../generate/Case.ts"
import { type Machine, watchMachine } from "./Machine.ts"

/** A process, and where it listens. */
export interface Service {
  readonly name: string
  readonly port: number
  readonly process: Effect.Success<ReturnType<typeof TestProcess.spawn>>
  /** How it ended, if it did. */
  readonly ended: () => string | undefined
}

/** What is fuzzed: two apis, one of which requires secrets, and a worker, on a Postgres of their own. */
export interface Site {
  readonly open: Service
  readonly guarded: Service
  readonly worker: Service
  readonly postgres: OwnPostgres
  readonly services: ReadonlyArray<Service>
  readonly machine: Machine
  /** Waits until all are ready. */
  readonly ready: Effect.Effect<void>
}

const compileCache = inRepository("node_modules/.cache/tested-apps")

/** Starts a site for the current scope and waits until it is ready. The customer accepts everything. */
export const makeSite = Effect.gen(function* () {
  const folder = yield* makeFolder
  const postgres = yield* makeOwnPostgres()
  const customer = yield* TestCustomer.make()
  const shared = {
    NODE_COMPILE_CACHE: compileCache,
    DATABASE_URL: postgres.url,
    QUEUE_TYPE: "database",
    CUSTOMER_API_URL: customer.url,
    CUSTOMER_API_TOKEN: "customer-token",
    RETRY_BACKOFF_BASE: "200ms",
    RETRY_SCAN_INTERVAL: "500ms",
    WORKER_POLL_INTERVAL: "500ms",
    WORKER_CONCURRENCY: "20",
  }
  const start = Effect.fnUntraced(function* (
    name: string,
    program: "api" | "worker",
    env: (port: number) => Readonly<Record<string, string>>,
  ) {
    const port = yield* ownPort
    const process = yield* TestProcess.spawn({
      program: inRepository("apps/cli/src/main.ts"),
      args: [program],
      cwd: folder,
      nodeFlags: ["--max-semi-space-size=16", "--heap-growing-percent=50"],
      env: { ...shared, ...env(port) },
    })
    let ended: string | undefined
    yield* Effect.forkScoped(
      Effect.map(process.exited, ({ code, signal }) => {
        ended = `${name} ended with ${code ?? signal}`
      }),
    )
    const service: Service = { name, port, process, ended: () => ended }
    return service
  })
  const listen = (port: number) => ({ API_HOST: "127.0.0.1", API_PORT: String(port) })
  const open = yield* start("the open api", "api", listen)
  const guarded = yield* start("the guarded api", "api", (port) => ({
    ...listen(port),
    ENABLE_AUTH: "true",
    SHARED_SECRET: secrets.sender,
    OPERATOR_TOKENS: secrets.operator,
  }))
  const worker = yield* start("the worker", "worker", (port) => ({ WORKER_PORT: String(port) }))
  const services = [open, guarded, worker]
  const ready = Effect.forEach(services, ({ process, port }) =>
    process.waitForHttp(`http://127.0.0.1:${port}/readyz`, 200, { within: "90 seconds" }),
  ).pipe(Effect.orDie, Effect.asVoid)
  yield* ready
  const machine = yield* watchMachine
  const site: Site = { open, guarded, worker, postgres, services, machine, ready }
  return site
})

/** The most memory that a running service has ever had resident, in MiB; undefined when it has ended. */
export const peakOf = ({ process }: Service): number | undefined => {
  try {
    const status = readFileSync(`/proc/${process.pid}/status`, "utf8")
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024
  } catch {
    return undefined
  }
}
