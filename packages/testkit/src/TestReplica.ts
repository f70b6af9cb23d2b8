/**
 * A Postgres primary and a streaming replica of it, for the current scope: the replica can be stopped, suspended, held back and
 * promoted.
 *
 * How a server is started is an argument: `EmbeddedPostgres.make`. The replica begins as a copy of the primary's folder.
 */
import { PgClient } from "@effect/sql-pg"
import { Effect, Exit, Redacted, Scope } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import { execFile } from "node:child_process"
import { appendFile, chown, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { lowPort } from "./internal/lowPort.ts"
import { waitFor } from "./internal/waitFor.ts"
import { scratchFolder } from "./scratchFolder.ts"
import { freeze, postmasterOf, thaw } from "./ServerProcesses.ts"

/** Starts a server for the current scope; its data are in `postgres` of the folder. */
type StartServer = (options: {
  readonly dataDir: string
  readonly port: number
  readonly durable: false
  readonly settings: Readonly<Record<string, string | number>>
}) => Effect.Effect<{ readonly url: Redacted.Redacted }, unknown, Scope.Scope>

/** Both servers. */
export interface TestReplica {
  /** The URL of the primary. */
  readonly primaryUrl: string
  /** The URL of the replica; the same after a restart. */
  readonly url: string
  readonly stop: Effect.Effect<void>
  /** Starts the replica again after `stop`. */
  readonly start: Effect.Effect<void>
  /** Suspends it by SIGSTOP: connections stay open, and nothing is answered. */
  readonly freeze: Effect.Effect<void>
  readonly thaw: Effect.Effect<void>
  /** It goes on to receive what the primary writes, and does not show it. */
  readonly pauseReplay: Effect.Effect<void>
  readonly resumeReplay: Effect.Effect<void>
  /** Makes it a primary of its own, for good. */
  readonly promote: Effect.Effect<void>
  /** Waits until it shows what the primary has now. */
  readonly level: Effect.Effect<void>
}

const run = promisify(execFile)

/** It looks for its primary again soon, and a read that stands in the way of the log ends at once. */
const replicaSettings = { wal_retrieve_retry_interval: "100ms", max_standby_streaming_delay: "0" }

/** Starts both; about 4 s. `fill` is run at the primary first. */
const make = (
  startServer: StartServer,
  fill: (url: string) => Effect.Effect<void, unknown> = () => Effect.void,
): Effect.Effect<TestReplica, never, Scope.Scope> =>
  Effect.gen(function* () {
    const folder = yield* scratchFolder()
    const [dataDir, copy] = [join(folder, "primary"), join(folder, "replica")]
    const [port, replicaPort] = yield* Effect.promise(() => Promise.all([lowPort(), lowPort()]))
    const primary = startServer({ dataDir, port, durable: false, settings: {} })
    // A folder is copied while no server writes to it.
    const before = yield* Effect.scoped(primary)
    yield* Effect.promise(() => copyFolder(dataDir, copy, Redacted.value(before.url)))

    const primaryUrl = Redacted.value((yield* primary).url)
    yield* fill(primaryUrl)
    const startReplica = Effect.gen(function* () {
      const scope = yield* Scope.make()
      const server = yield* Scope.provide(
        startServer({ dataDir: copy, port: replicaPort, durable: false, settings: replicaSettings }),
        scope,
      ).pipe(Effect.onError(() => Scope.close(scope, Exit.void)))
      return { scope, url: Redacted.value(server.url), postmaster: postmasterOf(join(copy, "postgres")) }
    }).pipe(Effect.orDie)
    let current = yield* startReplica
    const { url } = current
    const stop = Effect.suspend(() => Scope.close(current.scope, Exit.void))
    const thawed = Effect.sync(() => thaw(current.postmaster))
    // A suspended server cannot stop.
    yield* Effect.addFinalizer(() => Effect.andThen(thawed, stop))

    const replayed = Effect.gen(function* () {
      const [row] = yield* query<{ lsn: string }>(
        primaryUrl,
        "SELECT pg_current_wal_flush_lsn()::text AS lsn",
      )
      return yield* query<{ level: boolean }>(
        url,
        `SELECT pg_last_wal_replay_lsn() >= '${row?.lsn}'::pg_lsn AS level`,
      )
    })
    return {
      primaryUrl,
      url,
      stop,
      start: Effect.map(startReplica, (started) => void (current = started)),
      freeze: Effect.sync(() => freeze(current.postmaster)),
      thaw: thawed,
      pauseReplay: Effect.asVoid(query(url, "SELECT pg_wal_replay_pause()")),
      resumeReplay: Effect.asVoid(query(url, "SELECT pg_wal_replay_resume()")),
      promote: Effect.asVoid(query(url, "SELECT pg_promote()")),
      level: Effect.asVoid(waitFor("the replica is level", replayed, ([row]) => row?.level === true)),
    } satisfies TestReplica
  }).pipe(Effect.orDie)

/** One statement by a connection of its own; again if it stood in the way of the log. */
const query = <Row extends object>(url: string, statement: string): Effect.Effect<ReadonlyArray<Row>> =>
  Effect.scoped(
    Effect.flatMap(PgClient.makeClient({ url: Redacted.make(url) }), (sql) => sql.unsafe<Row>(statement, [])),
  ).pipe(
    Effect.retry({ times: 20, while: ({ reason }) => reason._tag === "SerializationError" }),
    Effect.provide(Reactivity.layer),
    Effect.orDie,
  )

/** Copies a folder with its owners, and makes the copy a replica that follows the server of this URL. */
const copyFolder = async (from: string, to: string, primaryUrl: string) => {
  await run("cp", ["-a", from, to])
  const data = join(to, "postgres")
  const { hostname, password, port, username } = new URL(primaryUrl)
  const conninfo = `host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}`
  await appendFile(join(data, "postgresql.auto.conf"), `primary_conninfo = '${conninfo}'\n`)
  await writeFile(join(data, "standby.signal"), "")
  const { gid, uid } = await stat(join(data, "PG_VERSION"))
  if (process.getuid?.() === 0) await chown(join(data, "standby.signal"), uid, gid)
}

/** Starts primaries with replicas for tests. */
export const TestReplica = { make }
