import { readFile, rm } from "node:fs/promises"
import { Context, type Duration, Effect, Layer, Option, Redacted, type Scope } from "effect"
import { DataDirWrongVersion, type EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"
import { findBinaries } from "./internal/binaries.ts"
import { type ClusterSetup, database } from "./internal/cluster.ts"
import {
  clusterVersion,
  hasDatabase,
  openDataDir,
  removeUnfinished,
  writePrivately,
} from "./internal/dataDir.ts"
import { failWith, onDisk } from "./internal/failures.ts"
import { holdDataDir } from "./internal/ownerLock.ts"
import { awaitPredecessor } from "./internal/processes.ts"
import { chooseRunAs, chownTo } from "./internal/programs.ts"
import { createDatabase, loginOf, needsLogin, type Role } from "./internal/role.ts"
import type { Setting } from "./internal/settings.ts"
import { type RestartOptions, supervise } from "./internal/supervise.ts"

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
  /**
   * How long a fast shutdown may take before an immediate one follows. Default 30 seconds. A function is called when the
   * stop begins.
   */
  readonly stopTimeout?: Duration.Input | (() => Duration.Input) | undefined
  /**
   * The role of the URL: `superuser` (the default), or `owner`, which owns the database and may do nothing beyond it; then
   * nobody can log in as the superuser. A database that was used as the other role is changed at the start.
   */
  readonly role?: Role | undefined
  /** Starts a server that died again, on the same port. By default `died` fails at once. */
  readonly restart?: RestartOptions | undefined
}

/** A running server. */
export interface EmbeddedPostgresShape {
  /** `postgres://user:password@127.0.0.1:port/database`, for psql and every driver. */
  readonly url: Redacted.Redacted
  /** Always `127.0.0.1`: it cannot be reached from other machines. */
  readonly host: string
  readonly port: number
  /** The superuser `postgres`, or the owner `lead_gateway`. */
  readonly user: string
  readonly password: Redacted.Redacted
  /** Created, empty, at the first start. UTF-8, sorted by code point. */
  readonly database: string
  /** The server's version, for example `"18.4"`. */
  readonly version: string
  /** Fails with the reason when the server ends unexpectedly, for example because it was killed; then for good. */
  readonly died: Effect.Effect<never, EmbeddedPostgresError>
}

/** The steps before the server starts: lock the folder, find matching binaries, create or change the database. */
const prepare = Effect.fnUntraced(function* (options: EmbeddedPostgresOptions) {
  const { role = "superuser" } = options
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
  const createsDatabase = written === undefined || (yield* needsLogin(dir, role))
  const { root: dataDir, cluster } = dir
  const runAs = yield* chooseRunAs({ dataDir, cluster, bin: binaries.bin, createsDatabase })
  const setup: ClusterSetup = { dir, binaries, runAs, durable: options.durable ?? true }
  if (written === undefined) yield* createDatabase(setup, role)
  else yield* awaitPredecessor(dir)
  yield* chownTo(runAs, dir.cluster, dir.root)
  return { setup, login: yield* loginOf(setup, role) }
})

const make = Effect.fn("EmbeddedPostgres.make")(function* (
  options: EmbeddedPostgresOptions,
): Effect.fn.Return<EmbeddedPostgresShape, EmbeddedPostgresError, Scope.Scope> {
  const { login, setup } = yield* prepare(options)
  const { dir } = setup
  const { user, password } = login
  const { died, port } = yield* supervise(setup, options)
  const url = `postgres://${user}:${password}@127.0.0.1:${port}/${database}`
  yield* Effect.acquireRelease(writePrivately(dir, dir.connectionUrl, `${url}\n`), () =>
    Effect.ignore(onDisk(dir.root, () => rm(dir.connectionUrl, { force: true }))),
  )
  return {
    url: Redacted.make(url),
    host: "127.0.0.1",
    port,
    user,
    password: Redacted.make(password),
    database,
    version: setup.binaries.version,
    died,
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
