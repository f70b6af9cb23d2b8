/**
 * The apps as people run them: whole processes in a working folder of their own, reached by HTTP and signals
 * alone.
 */
import { type TestProcessOptions, TestProcess } from "@lead-gateway/testkit"
import { commandLine } from "@lead-gateway/testkit/command-line"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statfsSync,
  symlinkSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const inRepository = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url))

/**
 * Where folders are made: in memory where there is room, because every gateway's Postgres makes sure that all
 * it writes has reached the disk, and many of them make a disk slow.
 */
const root = (() => {
  const memory = "/dev/shm"
  const free = existsSync(memory) ? statfsSync(memory) : { bavail: 0, bsize: 0 }
  return free.bavail * free.bsize > 4 * 1024 ** 3 ? memory : realpathSync(tmpdir())
})()

/** Node keeps compiled commands here; `TestProcess` sets it by itself. */
export const compileCache = inRepository("node_modules/.cache/tested-apps/others")

/** A working folder with configuration and migrations, and no `.env`; it goes with the scope. */
export const makeFolder = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = mkdtempSync(join(root, "lead-gateway-app-"))
    // When root runs the tests, the user that Postgres runs as passes through.
    chmodSync(folder, 0o711)
    for (const name of ["config", "migrations"]) symlinkSync(inRepository(name), join(folder, name))
    return folder
  }),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })),
)

type App = "api" | "gateway" | "worker"

/** The path of the command line's program, bundled. */
export const program = commandLine

/** The path of its source. */
export const source = inRepository("apps/cli/src/main.ts")

/** What is typed to start an app. */
export const argumentOf = (app: App): string => (app === "gateway" ? "start" : app)

type Env = Readonly<Record<string, string>>

/** Starts an app. One that still runs when the scope closes is stopped as people stop it, so that it cleans up. */
export const start = (
  app: App,
  options: { readonly folder: string; readonly env?: Env } & Partial<TestProcessOptions>,
) =>
  Effect.gen(function* () {
    const { env, folder, ...others } = options
    const process = yield* TestProcess.spawn({
      program,
      args: [argumentOf(app)],
      cwd: folder,
      env: { API_PORT: "0", WORKER_PORT: "0", ...env },
      ...others,
    })
    yield* Effect.addFinalizer(() => Effect.andThen(process.kill("SIGTERM"), process.exited))
    return {
      ...process,
      waitForLine: (pattern: string | RegExp) => process.waitForLine(pattern, patience),
      waitForHttp: (url: string, status?: number) => process.waitForHttp(url, status, patience),
    }
  })

/** A process takes half a second to start, and on a machine that has much else to do many times that. */
const patience = { within: "40 seconds" } as const

/** Runs an operator's command to its end. */
export const command = Effect.fnUntraced(function* (
  name:
    | "archive"
    | "backup"
    | "doctor"
    | "healthcheck"
    | "leads"
    | "ledger"
    | "migrate"
    | "preview"
    | "replay"
    | "restore"
    | "smoke"
    | "token"
    | `--${string}`,
  options: {
    readonly folder: string
    readonly args?: ReadonlyArray<string>
    readonly env?: Env
    readonly nodeFlags?: ReadonlyArray<string>
    /** {@link program} by default. */
    readonly from?: string
  },
) {
  const { args = [], env, folder, from = program, nodeFlags } = options
  const process = yield* TestProcess.spawn({
    program: from,
    cwd: folder,
    env,
    args: [name, ...args],
    nodeFlags,
  })
  const exited = yield* process.exited
  return { exited, stdout: process.stdout(), stderr: process.stderr() }
})

/** Starts a gateway and waits until it says where it is. */
export const startGateway = Effect.fnUntraced(function* (
  options: { readonly folder?: string; readonly env?: Env } & Partial<TestProcessOptions> = {},
) {
  const folder = options.folder ?? (yield* makeFolder)
  const process = yield* start("gateway", { ...options, folder })
  const line = yield* process.waitForLine(/^ {2}address +http/)
  // The banner is one write: its last line is here by then.
  yield* process.waitForLine("/history")
  return { folder, process, url: line.replace(/^ *address */, "") }
})

/** The processes that have something to do with a folder: the arguments of a database server name it. */
export const processesOf = (folder: string): ReadonlyArray<string> =>
  commandLines().filter((command) => command.includes(folder))

const commandLines = (): ReadonlyArray<string> => {
  if (!existsSync("/proc/self/cmdline")) {
    return execFileSync("ps", ["-axo", "args="], { encoding: "utf8" }).split("\n")
  }
  return readdirSync("/proc").flatMap((pid) => {
    try {
      return /^\d+$/.test(pid) ? [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")] : []
    } catch {
      return [] // it has ended
    }
  })
}
