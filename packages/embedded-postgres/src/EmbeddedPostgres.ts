import { readFile, rm } from "node:fs/promises"
import { Context, Duration, Effect, Layer, Option, Redacted, type Scope } from "effect"
import {
  DataDirFull,
  DataDirWrongVersion,
  type EmbeddedPostgresError,
  ServerFailed,
} from "./EmbeddedPostgresError.ts"
import { findBinaries } from "./internal/binaries.ts"
import { type ClusterSetup, createCluster, database, resetPassword, superuser } from "./internal/cluster.ts"
import {
  clusterVersion,
  hasDatabase,
  openDataDir,
  readPassword,
  removeUnfinished,
  writePrivately,
} from "./internal/dataDir.ts"
import {
  endedBy,
  failWith,
  fatalLine,
  isDiskFull,
  isPortTaken,
  isStillServed,
  onDisk,
} from "./internal/failures.ts"
import { holdDataDir } from "./internal/ownerLock.ts"
import { awaitPredecessor, predecessorMs } from "./internal/processes.ts"
import { chooseRunAs, chownTo } from "./internal/programs.ts"
import { awaitReady, launch, type Server } from "./internal/server.ts"
import { freePort, type Setting, settingArguments } from "./internal/settings.ts"
import { sleepMs } from "./internal/wait.ts"

/** How to run the server. */
export interface EmbeddedPostgresOptions {
  /** The folder of the database, created if missing. A relative path counts from the working directory. */
  readonly dataDir: string
  /**
   * True (the default): a committed row survives a power failure. False: it survives only the end of a process; faster,
   * for tests (`fsync`, `synchronous_commit` and `full_page_writes` are off).
   */
  readonly durable?: boolean | undefined
  /** The port on 127.0.0.1; by default any free one, another at each start. */
  readonly port?: number | undefined
  /** Settings of `postgresql.conf` to change, for example `{ shared_buffers: "512MB" }`. */
  readonly settings?: Readonly<Record<string, Setting>> | undefined
  /** A folder that contains `postgres` and `initdb`; by default one is searched. */
  readonly binDir?: string | undefined
  /** How long the server may take to accept connections, recovery after a crash included. Default 2 minutes. */
  readonly startTimeout?: Duration.Input | undefined
  /** How long a fast shutdown may take before an immediate one follows. Default 30 seconds. */
  readonly stopTimeout?: Duration.Input | undefined
}

/** A running server. */
export interface EmbeddedPostgresShape {
  /** `postgres://user:password@127.0.0.1:port/database`, for psql and every driver. */
  readonly url: Redacted.Redacted
  /** Always `127.0.0.1`: it cannot be reached from other machines. */
  readonly host: string
  readonly port: number
  /** A superuser. */
  readonly user: string
  readonly password: Redacted.Redacted
  /** Created, empty, at the first start. UTF-8, sorted by code point. */
  readonly database: string
  /** The server's version, for example `"18.4"`. */
  readonly version: string
  /** Fails with the reason when the server ends unexpectedly, for example because it was killed. */
  readonly died: Effect.Effect<never, EmbeddedPostgresError>
}

/** How many ports are tried: another process may bind a free port before the server does. */
const portTries = 10

const whyEnded = Effect.fnUntraced(function* (server: Server, setup: ClusterSetup, stage: "start" | "run") {
  const logText = yield* server.logText
  const dataDir = setup.dir.root
  if (isDiskFull(logText)) return yield* failWith(new DataDirFull({ dataDir }))
  const why = fatalLine(logText) ?? endedBy(server.watchdog.exitCode)
  const detail = isPortTaken(logText) ? "another process listens on its port" : why
  return yield* failWith(new ServerFailed({ stage, detail, logFile: setup.dir.log }))
})

/** Starts the server; again if the port was taken, or while processes of a previous server use the files. */
const startServer = Effect.fnUntraced(function* (setup: ClusterSetup, options: EmbeddedPostgresOptions) {
  const { dir, durable } = setup
  const startMs = Duration.toMillis(options.startTimeout ?? "2 minutes")
  const stopMs = Duration.toMillis(options.stopTimeout ?? "30 seconds")
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

/** The steps before the server starts: lock the folder, find matching binaries, create the database. */
const prepare = Effect.fnUntraced(function* (options: EmbeddedPostgresOptions) {
  const dir = yield* openDataDir(options.dataDir)
  yield* holdDataDir(dir.root)
  const written = yield* clusterVersion(dir)
  const wanted = written === undefined ? undefined : Number(written)
  const binaries = yield* findBinaries(wanted, { only: options.binDir })
  if (written !== undefined && binaries.major !== wanted) {
    const server = binaries.major
    return yield* failWith(new DataDirWrongVersion({ dataDir: dir.root, written, server }))
  }
  yield* removeUnfinished(dir)
  const createsDatabase = written === undefined || (yield* readPassword(dir)) === undefined
  const { root: dataDir, cluster } = dir
  const runAs = yield* chooseRunAs({ dataDir, cluster, bin: binaries.bin, createsDatabase })
  const setup: ClusterSetup = { dir, binaries, runAs, durable: options.durable ?? true }
  if (written === undefined) yield* createCluster(setup)
  else yield* awaitPredecessor(dir)
  yield* chownTo(runAs, dir.cluster, dir.root)
  return setup
})

const make = Effect.fn("EmbeddedPostgres.make")(function* (
  options: EmbeddedPostgresOptions,
): Effect.fn.Return<EmbeddedPostgresShape, EmbeddedPostgresError, Scope.Scope> {
  const setup = yield* prepare(options)
  const { dir } = setup
  const password = (yield* readPassword(dir)) ?? (yield* resetPassword(setup))
  const { server, port } = yield* startServer(setup, options)
  const url = `postgres://${superuser}:${password}@127.0.0.1:${port}/${database}`
  yield* Effect.acquireRelease(writePrivately(dir, dir.connectionUrl, `${url}\n`), () =>
    Effect.ignore(onDisk(dir.root, () => rm(dir.connectionUrl, { force: true }))),
  )
  return {
    url: Redacted.make(url),
    host: "127.0.0.1",
    port,
    user: superuser,
    password: Redacted.make(password),
    database,
    version: setup.binaries.version,
    died: Effect.gen(function* () {
      yield* Effect.promise(() => server.ended)
      return yield* server.isStopRequested() ? Effect.never : whyEnded(server, setup, "run")
    }),
  }
})

/** The URL that the owner of a folder has written; none while its server is starting or stopping. */
const connectionUrl = Effect.fnUntraced(function* (
  dataDir: string,
): Effect.fn.Return<Option.Option<Redacted.Redacted>, EmbeddedPostgresError> {
  const dir = yield* openDataDir(dataDir)
  const text = yield* onDisk(dir.root, () => readFile(dir.connectionUrl, "utf8").catch(() => ""))
  return Option.map(
    Option.liftPredicate(text.trim(), (url) => url !== ""),
    (url) => Redacted.make(url),
  )
})

/**
 * A real Postgres server that runs until the scope closes, and no longer than the process.
 *
 * The first start creates the database in `dataDir`, later ones reuse it. Closing the scope stops the server and waits for
 * its end. If the process dies, also by SIGKILL, a watchdog stops the server; the next start waits for that and recovers
 * the database. Ctrl-C signals the process but not the server, so that work can be finished. Started by root, the server
 * runs as another user.
 *
 * Fails with `EmbeddedPostgresError`, whose `reason` has the details.
 */
export class EmbeddedPostgres extends Context.Service<EmbeddedPostgres, EmbeddedPostgresShape>()(
  "@lead-gateway/embedded-postgres/EmbeddedPostgres",
) {
  /** Starts a server for the current scope. May be called for several folders in one process. */
  static readonly make = make

  /**
   * The URL of the server that another process runs in this folder. A process that was killed does not remove its URL, so
   * use this only if `make` fails with `DataDirInUse`.
   */
  static readonly connectionUrl = connectionUrl

  /** Whether a folder contains a database; creates nothing. */
  static readonly exists = hasDatabase

  /** The server as a layer. */
  static readonly layer = (
    options: EmbeddedPostgresOptions,
  ): Layer.Layer<EmbeddedPostgres, EmbeddedPostgresError> =>
    Layer.effect(EmbeddedPostgres, EmbeddedPostgres.make(options))
}
