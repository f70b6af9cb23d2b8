/** The environment of a benchmark: servers for the whole run, and an empty start for each measurement. */
import { scratchFolder, TestRabbit, TestRedis } from "@lead-gateway/testkit"
import { Effect, Scope } from "effect"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { startPostgres } from "./BenchPostgres.ts"
import type { Contender, Start } from "./Contender.ts"
import type { Customer } from "./Customer.ts"
import { describeProfile } from "./CpuProfile.ts"
import { freePort } from "./freePort.ts"
import { answers, forgetPeak, type Program, startProgram } from "./Program.ts"
import { describeStatements, watchStatements } from "./statementTimes.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

export interface ArenaOptions {
  readonly postgres: string | undefined
  readonly statements: boolean
  readonly profile: boolean
}

/** A program that is ready; its peak memory during start-up is not counted. */
interface Started extends Program {
  readonly name: string
  readonly profiles: string | undefined
  readonly readyAt: bigint
}

/** Starts Postgres and Redis for the current scope, and RabbitMQ when a contender needs it. */
export const startArena = Effect.fnUntraced(function* (options: ArenaOptions) {
  const folder = yield* scratchFolder({ config: join(root, "config"), migrations: join(root, "migrations") })
  const postgres = yield* startPostgres({
    dataDir: join(folder, "data"),
    binDir: options.postgres,
    watchesStatements: options.statements,
  })
  const redis = yield* TestRedis.make({ args: [] })
  const scope = yield* Scope.Scope
  /** Started for the first contender that needs it: it takes memory and some seconds. */
  const rabbit = yield* Effect.cached(Scope.provide(TestRabbit.make(), scope))
  const problems: Array<string> = []
  const details = new Map<string, string>()

  /** An empty database, an empty Redis and ways to start the contender's programs, for the current scope. */
  const enter = Effect.fnUntraced(function* (contender: Contender) {
    const database = yield* postgres.fresh
    yield* redis.command("FLUSHALL")
    const queue =
      contender.env?.["QUEUE_TYPE"] === "rabbitmq" ? { RABBITMQ_URL: yield* (yield* rabbit).vhost } : {}
    const start = Effect.fnUntraced(function* (
      [program, ...args]: Start,
      env: Readonly<Record<string, string>>,
      isReady: () => Promise<boolean>,
    ) {
      const profiles =
        options.profile && contender.isOurs ? mkdtempSync(join(tmpdir(), "lead-gateway-profile-")) : undefined
      const started = yield* startProgram({
        program: join(root, program),
        args,
        nodeFlags: [
          ...(contender.nodeFlags ?? []),
          ...(profiles === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profiles}`]),
        ],
        cwd: folder,
        env: {
          DATABASE_URL: database.url,
          REDIS_URL: redis.url,
          ...queue,
          LOG_LEVEL: "info",
          ...contender.env,
          ...env,
        },
      })
      yield* started.ready(isReady)
      forgetPeak(started.pid)
      if (options.statements && contender.hasDatabase) yield* watchStatements(database)
      const name = `${contender.name}, ${[program, ...args].join(" ")}`
      return { ...started, name, profiles, readyAt: process.hrtime.bigint() } satisfies Started
    })
    const startApi = Effect.fnUntraced(function* (settings: Readonly<Record<string, string>>) {
      const port = yield* freePort
      const env = { ...settings, API_HOST: "127.0.0.1", API_PORT: String(port) }
      return { port, program: yield* start(contender.api, env, answers(`http://127.0.0.1:${port}/readyz`)) }
    })
    /** It is ready when the first lead has reached the customer; `withoutLeads` when it says so itself. */
    const startWorker = Effect.fnUntraced(function* (
      customer: Customer,
      options: { readonly withoutLeads?: boolean } = {},
    ) {
      const port = String(yield* freePort)
      const env = { CUSTOMER_API_URL: customer.url, WORKER_CONCURRENCY: "50", WORKER_PORT: port }
      const isReady =
        options.withoutLeads === true ? answers(`http://127.0.0.1:${port}/readyz`) : customer.isReached
      return yield* start(contender.worker ?? [""], env, isReady)
    })
    /** Records, if asked for, the statement times of Postgres and the CPU profile of this program since it was ready. Ends a profiled program. */
    const explain = Effect.fnUntraced(function* (program: Started, leads: number) {
      if (options.statements && contender.hasDatabase)
        details.set(`${program.name}, statements`, yield* describeStatements(database, leads))
      if (program.profiles === undefined) return
      const window = { from: program.readyAt, to: process.hrtime.bigint() }
      yield* program.stop
      details.set(program.name, describeProfile({ folder: program.profiles, window, leads }))
    })
    return { database, startApi, startWorker, explain }
  })

  const check = (contender: Contender, what: string, actual: number, expected: number) => {
    if (actual !== expected) problems.push(`${contender.name}: ${what}: ${actual} instead of ${expected}`)
  }

  /** Prints the table, then further results that were asked for, then what is wrong. */
  const print = (title: string, table: string) => {
    const versions = `Postgres ${postgres.version}, Node ${process.version}`
    console.log(`${title}; ${versions}\n\n${table}`)
    for (const [name, text] of details) console.log(`\n${name}\n\n${text}`)
    for (const problem of problems) console.error(`WRONG: ${problem}`)
    if (problems.length > 0) process.exitCode = 1
  }

  return { enter, check, print }
})
