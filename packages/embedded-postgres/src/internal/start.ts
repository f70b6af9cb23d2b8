/**
 * Starts the server of a prepared data folder, and says why one ended.
 */
import { Duration, Effect } from "effect"
import { DataDirFull, ServerFailed } from "../EmbeddedPostgresError.ts"
import type { ClusterSetup } from "./cluster.ts"
import { endedBy, failWith, fatalLine, isDiskFull, isPortTaken, isStillServed } from "./failures.ts"
import { awaitPredecessor, predecessorMs } from "./processes.ts"
import { awaitReady, launch, type Server } from "./server.ts"
import { freePort, type Setting, settingArguments } from "./settings.ts"
import { sleepMs } from "./wait.ts"

/** How the server is started and stopped; see `EmbeddedPostgresOptions`. */
export interface ServerOptions {
  readonly port?: number | undefined
  readonly settings?: Readonly<Record<string, Setting>> | undefined
  readonly startTimeout?: Duration.Input | undefined
  readonly stopTimeout?: Duration.Input | (() => Duration.Input) | undefined
}

/** How many ports are tried: another process may bind a free port before the server does. */
const portTries = 10

/** Fails with the reason, from the log of the server. */
export const whyEnded = Effect.fnUntraced(function* (
  server: Server,
  setup: ClusterSetup,
  stage: "start" | "run",
) {
  const logText = yield* server.logText
  const dataDir = setup.dir.root
  if (isDiskFull(logText)) return yield* failWith(new DataDirFull({ dataDir }))
  const { exitCode, signalCode } = server.watchdog
  const end = signalCode === null ? endedBy(exitCode) : `its watchdog was ended by ${signalCode}`
  const why = fatalLine(logText) ?? end
  const detail = isPortTaken(logText) ? "another process listens on its port" : why
  return yield* failWith(new ServerFailed({ stage, detail, logFile: setup.dir.log }))
})

/** Starts the server; again if the port was taken, or while processes of a previous server use the files. */
export const startServer = Effect.fnUntraced(function* (setup: ClusterSetup, options: ServerOptions) {
  const { dir, durable } = setup
  const startMs = Duration.toMillis(options.startTimeout ?? "2 minutes")
  const { stopTimeout = "30 seconds" } = options
  const stopMs = () => Duration.toMillis(typeof stopTimeout === "function" ? stopTimeout() : stopTimeout)
  const leftBehindUntil = performance.now() + predecessorMs
  let ports = 0
  for (;;) {
    const port = options.port ?? (yield* freePort)
    const args = settingArguments({ port, durable, settings: options.settings ?? {} })
    const server = yield* launch({ setup, args, stopMs })
    if (yield* awaitReady({ dir, server, startMs })) return { server, port }
    const logText = yield* server.logText
    if (isPortTaken(logText) && options.port === undefined && ++ports < portTries) continue
    if (!isStillServed(logText) || performance.now() > leftBehindUntil) {
      return yield* whyEnded(server, setup, "start")
    }
    yield* awaitPredecessor(dir)
    yield* sleepMs(500)
  }
})
