/**
 * Starts the server under a watchdog, waits until it accepts connections, and stops it.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { open, readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import type { Readable } from "node:stream"
import { Effect, type Scope } from "effect"
import { type EmbeddedPostgresError, ServerFailed } from "../EmbeddedPostgresError.ts"
import type { ClusterSetup } from "./cluster.ts"
import type { DataDir } from "./dataDir.ts"
import { endAtExit } from "./exit.ts"
import { failWith, fatalLine, onDisk } from "./failures.ts"
import { isServerOf } from "./processes.ts"
import { bareEnvironment, type RunAs } from "./programs.ts"
import { sleepMs, waitUntil } from "./wait.ts"

/** A log of a previous run that is larger than this is truncated. */
const logLimitBytes = 1024 * 1024

/** How long a server may take to end after SIGQUIT, and then after SIGKILL. */
const forcedStopMs = 5_000

/** A server process, ready or not. */
export interface Server {
  readonly cluster: string
  readonly watchdog: ChildProcess
  /** The server's process id; undefined until the watchdog has reported it, or if it could not be started. */
  readonly pid: () => number | undefined
  /** True once the watchdog has ended, and with it the server, unless only the watchdog was killed. */
  readonly hasEnded: () => boolean
  /** Resolves when `hasEnded` turns true. */
  readonly ended: Promise<void>
  /** True once this process has closed its end of the watchdog's pipe. */
  readonly isStopRequested: () => boolean
  /** The log since its start. */
  readonly logText: Effect.Effect<string, EmbeddedPostgresError>
}

/**
 * The watchdog: a process between the owner and the server, which stops the server if the owner dies.
 *
 * A shell in its own session starts the server, writes its process id to descriptor 3 and waits for it. A second shell
 * reads a pipe from the owner, which the kernel closes when the owner dies. It then sends SIGINT (fast shutdown) once a
 * second, because a signal before the server is ready is lost, SIGQUIT after 60 s, and SIGKILL 5 s later, which also ends
 * a server that is suspended. When the server ends, the shell
 * ends with its exit code. Signals to the shell do not reach the server: on Ctrl-C the owner finishes its work first.
 */
const watchdogScript = `
exec 4<&0 </dev/null
"$@" 3>&- 4<&- &
server=$!
echo "$server" >&3
exec 3>&-
(
  trap '' HUP INT TERM
  while read -r _; do :; done <&4
  n=0
  while [ "$n" -lt 60 ] && kill -INT "$server"; do
    sleep 1
    n=$((n + 1))
  done
  kill -QUIT "$server" && sleep 5 && kill -KILL "$server"
) >/dev/null 2>&1 &
guard=$!
exec 4<&-
trap : HUP INT TERM
while :; do
  wait "$server"
  code=$?
  kill -0 "$server" 2>/dev/null || break
done
kill -KILL "$guard" 2>/dev/null
exit "$code"
`

/** Makes the server's user the owner of the log, since that user may start the server next time. */
const openLog = (dir: DataDir, runAs: RunAs) =>
  onDisk(dir.root, async () => {
    const size = await stat(dir.log).then(
      (stats) => stats.size,
      () => 0,
    )
    const file = await open(dir.log, size > logLimitBytes ? "w" : "a", 0o600)
    if (process.getuid?.() === 0) await file.chown(runAs.uid, runAs.gid)
    return { file, start: size > logLimitBytes ? 0 : size }
  })

const spawnServer = Effect.fnUntraced(function* (setup: ClusterSetup, args: ReadonlyArray<string>) {
  const { dir, runAs, binaries } = setup
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
  let reported = ""
  let hasEnded = false
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      hasEnded = true
      resolve()
    }
    watchdog.once("error", end).once("exit", end)
  })
  watchdog.stdin?.on("error", () => undefined)
  const pidPipe = watchdog.stdio[3] as Readable
  pidPipe.setEncoding("utf8").on("data", (text: string) => {
    reported += text
  })
  yield* Effect.promise(() => log.close())
  const pid = () => (reported.includes("\n") ? Number(reported.trim()) : undefined)
  const logText = onDisk(dir.root, async () => (await readFile(dir.log)).subarray(start).toString("utf8"))
  const isStopRequested = () => watchdog.stdin?.writableEnded ?? true
  return { cluster: dir.cluster, watchdog, pid, hasEnded: () => hasEnded, ended, isStopRequested, logText }
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
  // It may end between the check and the signal.
  yield* Effect.ignore(Effect.try(() => process.kill(pid, name)))
})

/** Requests a fast shutdown and waits; after `forMs` an immediate shutdown, then SIGKILL. */
const stopServer = Effect.fnUntraced(function* (server: Server, forMs: number) {
  const isGone = Effect.map(isServing(server), (serving) => !serving)
  const goneWithin = (ms: number) => waitUntil({ condition: isGone, everyMs: 5, forMs: ms })
  // A watchdog that was killed does not stop the server; its end may show only during the wait.
  const stopInstead = Effect.promise(() => server.ended).pipe(
    Effect.andThen(signal(server, "SIGINT")),
    Effect.andThen(Effect.never),
  )
  server.watchdog.stdin?.end()
  if (yield* Effect.raceFirst(goneWithin(forMs), stopInstead)) return
  yield* Effect.logWarning(`the database server did not stop within ${forMs} ms: it is stopped at once`)
  yield* signal(server, "SIGQUIT")
  if (yield* goneWithin(forcedStopMs)) return
  yield* signal(server, "SIGKILL")
  yield* goneWithin(forcedStopMs)
})

/**
 * Starts the server process with these settings; it is stopped when the scope closes. `stopMs` is called then. If the
 * process exits without closing the scope, the server is stopped at once.
 */
export const launch = (options: {
  readonly setup: ClusterSetup
  readonly args: ReadonlyArray<string>
  readonly stopMs: () => number
}): Effect.Effect<Server, EmbeddedPostgresError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.tap(spawnServer(options.setup, options.args), (server) => Effect.sync(() => endAtExit(server))),
    (server) => Effect.suspend(() => stopServer(server, options.stopMs())),
  )

/**
 * Whether the server is ready, by line 8 of `postmaster.pid`, as `pg_ctl` checks it. The process id in line 1 is compared
 * because the file may be that of a previous server.
 */
const isReady = (dir: DataDir, server: Server): Effect.Effect<boolean> =>
  Effect.promise(async () => {
    const text = await readFile(join(dir.cluster, "postmaster.pid"), "utf8").catch(() => "")
    const lines = text.split("\n")
    return Number(lines[0]) === server.pid() && (lines[7] ?? "").startsWith("ready")
  })

/** Waits until the server accepts connections. Returns false if it ended instead. */
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
  const why = fatalLine(yield* server.logText) ?? "it is still starting"
  const detail = `not ready within ${startMs} ms: ${why}`
  return yield* failWith(new ServerFailed({ stage: "start", detail, logFile: dir.log }))
})
