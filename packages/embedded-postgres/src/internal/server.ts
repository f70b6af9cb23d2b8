/**
 * Starts the server under its watchdog, waits until it answers, and stops it.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { open, readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import type { Readable } from "node:stream"
import { Effect, type Scope } from "effect"
import { type EmbeddedPostgresError, ServerFailed } from "../EmbeddedPostgresError.ts"
import type { Workshop } from "./cluster.ts"
import type { DataDir } from "./dataDir.ts"
import { failWith, onDisk } from "./fault.ts"
import { isServerOf } from "./processes.ts"
import { bareEnvironment } from "./run.ts"
import type { RunAs } from "./runAs.ts"
import { fatalLine } from "./serverLog.ts"
import { sleepMs, waitUntil } from "./wait.ts"
import { watchdogScript } from "./watchdog.ts"

/** A log of an earlier run is kept up to this size. */
const logLimitBytes = 1024 * 1024

/** How long a server may take from the hard SIGQUIT to its end, and then from SIGKILL. */
const lastBoundMs = 5_000

/** A server process, ready or not. */
export interface Server {
  readonly cluster: string
  readonly watchdog: ChildProcess
  /** The server's process id; undefined until the watchdog has reported it, or if it could not be started. */
  readonly pid: () => number | undefined
  /** True once the watchdog is gone, and with it the server, unless somebody killed the watchdog alone. */
  readonly hasEnded: () => boolean
  /** Resolves when `hasEnded` turns true. */
  readonly ended: Promise<void>
  /** True once this process has released the watchdog. */
  readonly wasAskedToStop: () => boolean
  /** What it wrote to the log since its start. */
  readonly said: Effect.Effect<string, EmbeddedPostgresError>
}

/** The log is owned by the server's user, who may start the server next time. */
const openLog = (dir: DataDir, runAs: RunAs) =>
  onDisk(dir.root, async () => {
    const size = await stat(dir.log).then(
      (found) => found.size,
      () => 0,
    )
    const file = await open(dir.log, size > logLimitBytes ? "w" : "a", 0o600)
    if (process.getuid?.() === 0) await file.chown(runAs.uid, runAs.gid)
    return { file, start: size > logLimitBytes ? 0 : size }
  })

const spawnServer = Effect.fnUntraced(function* (shop: Workshop, args: ReadonlyArray<string>) {
  const { dir, runAs, binaries } = shop
  const command = runAs.command(join(binaries.bin, "postgres"), ["-D", dir.cluster, ...args])
  const { file: log, start } = yield* openLog(dir, runAs)
  const watchdog = spawn("sh", ["-c", watchdogScript, "sh", command.file, ...command.args], {
    cwd: "/",
    env: bareEnvironment(),
    stdio: ["pipe", log.fd, log.fd, "pipe"],
    detached: true,
    ...(command.uid === undefined ? {} : { uid: command.uid }),
    ...(command.gid === undefined ? {} : { gid: command.gid }),
  })
  let told = ""
  let over = false
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      over = true
      resolve()
    }
    watchdog.once("error", end).once("exit", end)
  })
  watchdog.stdin?.on("error", () => undefined)
  const tells = watchdog.stdio[3] as Readable
  tells.setEncoding("utf8").on("data", (text: string) => {
    told += text
  })
  yield* Effect.promise(() => log.close())
  const pid = () => (told.includes("\n") ? Number(told.trim()) : undefined)
  const said = onDisk(dir.root, async () => (await readFile(dir.log)).subarray(start).toString("utf8"))
  const wasAskedToStop = () => watchdog.stdin?.writableEnded ?? true
  return { cluster: dir.cluster, watchdog, pid, hasEnded: () => over, ended, wasAskedToStop, said }
})

/**
 * Whether the server process is alive. The watchdog waits for it, so its id is not reused before the watchdog ends;
 * after that the process behind the id is inspected.
 */
const isServing = (server: Server): Effect.Effect<boolean> =>
  Effect.promise(async () => {
    if (!server.hasEnded()) return true
    const pid = server.pid()
    return server.watchdog.signalCode !== null && pid !== undefined && isServerOf(pid, server.cluster)
  })

const signal = Effect.fnUntraced(function* (server: Server, name: NodeJS.Signals) {
  const pid = server.pid()
  if (pid === undefined || !(yield* isServing(server))) return
  // It may end between the two lines.
  yield* Effect.ignore(Effect.try(() => process.kill(pid, name)))
})

/** A fast shutdown, waited for; after `forMs` an immediate one, then a kill. */
const stopServer = Effect.fnUntraced(function* (server: Server, forMs: number) {
  const isGone = Effect.map(isServing(server), (serving) => !serving)
  const goneWithin = (ms: number) => waitUntil({ condition: isGone, everyMs: 5, forMs: ms })
  // A killed watchdog does not stop the server. We may notice that now, or only while we wait.
  const inItsPlace = Effect.promise(() => server.ended).pipe(
    Effect.andThen(signal(server, "SIGINT")),
    Effect.andThen(Effect.never),
  )
  server.watchdog.stdin?.end()
  if (yield* Effect.raceFirst(goneWithin(forMs), inItsPlace)) return
  yield* Effect.logWarning(`the database server did not stop within ${forMs} ms: it is stopped at once`)
  yield* signal(server, "SIGQUIT")
  if (yield* goneWithin(lastBoundMs)) return
  yield* signal(server, "SIGKILL")
  yield* goneWithin(lastBoundMs)
})

/** Starts the server process with these settings; it is stopped when the scope closes. */
export const launch = (options: {
  readonly shop: Workshop
  readonly args: ReadonlyArray<string>
  readonly stopMs: number
}): Effect.Effect<Server, EmbeddedPostgresError, Scope.Scope> =>
  Effect.acquireRelease(spawnServer(options.shop, options.args), (server) =>
    stopServer(server, options.stopMs),
  )

/**
 * Postgres keeps its state in `postmaster.pid`: the process id in line 1, in line 8 whether it is ready. That
 * is what `pg_ctl` waits for, too. The file may be one of an earlier server, hence the id.
 */
const isReady = (dir: DataDir, server: Server): Effect.Effect<boolean> =>
  Effect.promise(async () => {
    const text = await readFile(join(dir.cluster, "postmaster.pid"), "utf8").catch(() => "")
    const lines = text.split("\n")
    return Number(lines[0]) === server.pid() && (lines[7] ?? "").startsWith("ready")
  })

/** Waits until the server takes connections. Answers false when it ended instead. */
export const awaitReady = Effect.fnUntraced(function* (options: {
  readonly dir: DataDir
  readonly server: Server
  readonly startMs: number
}): Effect.fn.Return<boolean, EmbeddedPostgresError> {
  const { dir, server, startMs } = options
  const end = performance.now() + startMs
  while (performance.now() < end) {
    if (server.hasEnded()) return false
    if (yield* isReady(dir, server)) return true
    yield* sleepMs(10)
  }
  const why = fatalLine(yield* server.said) ?? "it is still at work"
  const detail = `not ready within ${startMs} ms: ${why}`
  return yield* failWith(new ServerFailed({ stage: "start", detail, logFile: dir.log }))
})
