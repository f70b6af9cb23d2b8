import { TestCollector, TestCustomer, TestProcess } from "@lead-gateway/testkit"
import { commandLine } from "@lead-gateway/testkit/command-line"
import { Effect } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { makeOwnPostgres, type OwnPostgres } from "../../faults/support/OwnPostgres.ts"
import { makeFolder, ownPort } from "../../faults/support/places.ts"
import { secrets, verifiers } from "../generate/apis.ts"
import { type Machine, watchMachine } from "./Machine.ts"

/** A process, and where it listens. */
export interface Service {
  readonly name: string
  readonly port: number
  readonly process: Effect.Success<ReturnType<typeof TestProcess.spawn>>
  /** How it ended, if it did. */
  readonly ended: () => string | undefined
}

/**
 * What is fuzzed: three apis, of which one requires secrets and one may do all that senders want, and a worker, on a
 * Postgres of their own; with a collector that gets the spans of all requests.
 */
export interface Site {
  readonly open: Service
  readonly guarded: Service
  readonly signed: Service
  readonly worker: Service
  readonly postgres: OwnPostgres
  readonly collector: TestCollector
  readonly services: ReadonlyArray<Service>
  readonly machine: Machine
  /** Waits until all are ready. */
  readonly ready: Effect.Effect<void>
}

/** Starts a site for the current scope and waits until it is ready. The customer accepts everything. */
export const makeSite = Effect.gen(function* () {
  const folder = yield* makeFolder
  const postgres = yield* makeOwnPostgres()
  const customer = yield* TestCustomer.make()
  const collector = yield* TestCollector.make()
  const shared = {
    DATABASE_URL: postgres.url,
    QUEUE_TYPE: "database",
    CUSTOMER_API_URL: customer.url,
    CUSTOMER_API_TOKEN: secrets.customer,
    SEARCH_KEY: secrets.search,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_TRACES_SAMPLER: "always_on",
    OTEL_BSP_SCHEDULE_DELAY: "200",
    OTEL_BSP_MAX_QUEUE_SIZE: "20000",
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
      program: commandLine,
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
  const auth = {
    ENABLE_AUTH: "true",
    SHARED_SECRET: secrets.sender,
    OPERATOR_TOKENS: secrets.operator,
    JWT_SECRET: secrets.issuer,
  }
  const guarded = yield* start("the guarded api", "api", (port) => ({ ...listen(port), ...auth }))
  const verifierFile = join(folder, "verifiers.json")
  yield* Effect.sync(() => writeFileSync(verifierFile, JSON.stringify(verifiers)))
  const signed = yield* start("the signed api", "api", (port) => ({
    ...listen(port),
    ...auth,
    WEBHOOK_SIGNING_SECRETS: `${secrets.standard},body:${secrets.body},id:${secrets.id},verify_token:${secrets.token}`,
    WEBHOOK_VERIFIER_FILE: verifierFile,
    ACCEPT_FORMS: "true",
    IDEMPOTENCY_FIELD: "lead_id",
    DEDUPE_WINDOW: "24h",
    TRUSTED_PROXIES: "127.0.0.1",
    // So many that none is refused.
    INTAKE_RATE_LIMIT: "100000/s",
  }))
  const worker = yield* start("the worker", "worker", (port) => ({ WORKER_PORT: String(port) }))
  const services = [open, guarded, signed, worker]
  const ready = Effect.forEach(services, ({ process, port }) =>
    process.waitForHttp(`http://127.0.0.1:${port}/readyz`, 200, { within: "90 seconds" }),
  ).pipe(Effect.orDie, Effect.asVoid)
  yield* ready
  const machine = yield* watchMachine
  const site: Site = { open, guarded, signed, worker, postgres, collector, services, machine, ready }
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
