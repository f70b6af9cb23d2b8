import { access, readFile, rm } from "node:fs/promises"
import { join, resolve } from "node:path"
import { Context, Duration, Effect, Layer, Option, Redacted, type Scope } from "effect"
import {
  DataDirFull,
  DataDirWrongVersion,
  type EmbeddedPostgresError,
  ServerFailed,
} from "./EmbeddedPostgresError.ts"
import { findBinaries } from "./internal/binaries.ts"
import { createCluster, database, resetPassword, superuser, type Workshop } from "./internal/cluster.ts"
import {
  clusterVersion,
  openDataDir,
  readPassword,
  removeUnfinished,
  writePrivately,
} from "./internal/dataDir.ts"
import { failWith, onDisk } from "./internal/fault.ts"
import { holdDataDir } from "./internal/ownerLock.ts"
import { freePort } from "./internal/port.ts"
import { awaitPredecessor, predecessorMs } from "./internal/predecessor.ts"
import { chooseRunAs, giveTo } from "./internal/runAs.ts"
import { awaitReady, launch, type Server } from "./internal/server.ts"
import { endedBy, fatalLine, isDiskFull, isPortTaken, isStillServed } from "./internal/serverLog.ts"
import { type Setting, settingArguments } from "./internal/settings.ts"
import { sleepMs } from "./internal/wait.ts"

/** How to run the server. */
export interface EmbeddedPostgresOptions {
  /** The folder of the database; made where missing. A relative one counts from the current folder. */
  readonly dataDir: string
  /**
   * True (the default): a committed row survives a power cut. False: only the end of a process; for tests,
   * which get faster (`fsync`, `synchronous_commit` and `full_page_writes` are off).
   */
  readonly durable?: boolean | undefined
  /** The port on 127.0.0.1; by default any free one, another at each start. */
  readonly port?: number | undefined
  /** Settings of `postgresql.conf` to change, for example `{ shared_buffers: "512MB" }`. */
  readonly settings?: Readonly<Record<string, Setting>> | undefined
  /** A folder that holds `postgres` and `initdb`, instead of looking for one. */
  readonly binDir?: string | undefined
  /** How long the server may take to get ready; recovery after a crash is part of it. Default 2 minutes. */
  readonly startTimeout?: Duration.Input | undefined
  /** How long the fast shutdown may take before the server is stopped at once. Default 30 seconds. */
  readonly stopTimeout?: Duration.Input | undefined
}

/** A running server. */
export interface EmbeddedPostgresShape {
  /** `postgres://user:password@127.0.0.1:port/database`; psql and every driver take it. */
  readonly url: Redacted.Redacted
  /** Always `127.0.0.1`: nobody else reaches it. */
  readonly host: string
  readonly port: number
  /** A superuser. */
  readonly user: string
  readonly password: Redacted.Redacted
  /** Created, empty, at the first start. UTF-8, sorted by code point. */
  readonly database: string
  /** The server's version, for example `"18.4"`. */
  readonly version: string
  /** Waits until the server ends unexpectedly (somebody killed it), then fails with the reason. */
  readonly died: Effect.Effect<never, EmbeddedPostgresError>
}

/** Ports are tried this often: a free port can be taken before the server listens on it. */
const portTries = 10

const whyEnded = Effect.fnUntraced(function* (server: Server, shop: Workshop, stage: "start" | "run") {
  const said = yield* server.said
  const dataDir = shop.dir.root
  if (isDiskFull(said)) return yield* failWith(new DataDirFull({ dataDir }))
  const why = fatalLine(said) ?? endedBy(server.watchdog.exitCode)
  const detail = isPortTaken(said) ? "somebody else listens on its port" : why
  return yield* failWith(new ServerFailed({ stage, detail, logFile: shop.dir.log }))
})

/** Starts the server; once more where a port was taken or the remains of an old server are still there. */
const startServer = Effect.fnUntraced(function* (shop: Workshop, options: EmbeddedPostgresOptions) {
  const { dir, durable } = shop
  const startMs = Duration.toMillis(options.startTimeout ?? "2 minutes")
  const stopMs = Duration.toMillis(options.stopTimeout ?? "30 seconds")
  const leftBehindUntil = performance.now() + predecessorMs
  let ports = 0
  for (;;) {
    const port = options.port ?? (yield* freePort)
    const args = settingArguments({ port, durable, settings: options.settings ?? {} })
    const server = yield* launch({ shop, args, stopMs })
    if (yield* awaitReady({ dir, server, startMs })) return { server, port }
    const said = yield* server.said
    if (isPortTaken(said) && options.port === undefined && ++ports < portTries) continue
    if (!isStillServed(said) || performance.now() > leftBehindUntil) {
      return yield* whyEnded(server, shop, "start")
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
    return yield* failWith(new DataDirWrongVersion({ dataDir: dir.root, found: written, server }))
  }
  yield* removeUnfinished(dir)
  const createsDatabase = written === undefined || (yield* readPassword(dir)) === undefined
  const { root: dataDir, cluster } = dir
  const runAs = yield* chooseRunAs({ dataDir, cluster, bin: binaries.bin, createsDatabase })
  const shop: Workshop = { dir, binaries, runAs, durable: options.durable ?? true }
  if (written === undefined) yield* createCluster(shop)
  else yield* awaitPredecessor(dir)
  yield* giveTo(runAs, dir.cluster, dir.root)
  return shop
})

const make = Effect.fn("EmbeddedPostgres.make")(function* (
  options: EmbeddedPostgresOptions,
): Effect.fn.Return<EmbeddedPostgresShape, EmbeddedPostgresError, Scope.Scope> {
  const shop = yield* prepare(options)
  const { dir } = shop
  const password = (yield* readPassword(dir)) ?? (yield* resetPassword(shop))
  const { server, port } = yield* startServer(shop, options)
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
    version: shop.binaries.version,
    died: Effect.gen(function* () {
      yield* Effect.promise(() => server.ended)
      return yield* server.wasAskedToStop() ? Effect.never : whyEnded(server, shop, "run")
    }),
  }
})

/** The URL that the owner of a folder has left for others; none while its server is starting or stopping. */
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
 * A real Postgres server that lives as long as the scope, and no longer than the process.
 *
 * The first start creates the database in `dataDir`, later ones find it again. Closing the scope stops the
 * server and waits for it. If the process dies in any way, `kill -9` included, a watchdog stops the server; the
 * next start waits for that and then recovers. A Ctrl-C reaches the process but not the server, so that work
 * can be finished with the database still there. Runs as root, too: the server itself then runs as another user.
 *
 * Fails with `EmbeddedPostgresError`; its `reason` says what is wrong.
 */
export class EmbeddedPostgres extends Context.Service<EmbeddedPostgres, EmbeddedPostgresShape>()(
  "@lead-gateway/embedded-postgres/EmbeddedPostgres",
) {
  /** Starts a server for the current scope. May be called for several folders in one process. */
  static readonly make = make

  /**
   * How to reach the server that another process runs in this folder: for commands beside it. A process that was
   * killed leaves its URL behind, so ask only when `make` fails because the folder is in use.
   */
  static readonly connectionUrl = connectionUrl

  /** Whether a folder holds a database; makes nothing. */
  static readonly exists = (dataDir: string): Effect.Effect<boolean> =>
    Effect.promise(() =>
      access(join(resolve(dataDir), "postgres", "PG_VERSION")).then(
        () => true,
        () => false,
      ),
    )

  /** The server as a layer. */
  static readonly layer = (
    options: EmbeddedPostgresOptions,
  ): Layer.Layer<EmbeddedPostgres, EmbeddedPostgresError> =>
    Layer.effect(EmbeddedPostgres, EmbeddedPostgres.make(options))
}
