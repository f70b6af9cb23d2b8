import { EmbeddedPostgres } from "@lead-gateway/embedded-postgres"
import { ServerProcesses } from "@lead-gateway/testkit"
import { type Duration, Effect, Exit, Redacted, Scope } from "effect"
import { join } from "node:path"
import { makeFolder, ownPort } from "./places.ts"
import { olderPostgres, postgresPrograms } from "./postgresPrograms.ts"
import { query } from "./Rows.ts"
import { until } from "./until.ts"

/** A Postgres server for one scenario, which may have all kinds of faults. Its URL stays the same. */
export interface OwnPostgres {
  readonly url: string
  /** Stops and starts it. Fast: sessions are cut, work is rolled back. Immediate: as in a crash. */
  readonly restart: (mode: "fast" | "immediate") => Effect.Effect<void>
  /** Kills its first process (kill -9), so that the others end too, and starts it after so long. */
  readonly kill: (away: Duration.Input) => Effect.Effect<void>
  /** Kills all its processes at the same time, as the end of its machine does, and starts it after so long. */
  readonly killAll: (away: Duration.Input) => Effect.Effect<void>
  /** Kills the process of one session (kill -9): the server ends all others and recovers by itself. */
  readonly killSession: Effect.Effect<void>
  /** Stops all its processes (SIGSTOP); connections stay open, and nobody answers. */
  readonly freeze: Effect.Effect<void>
  readonly thaw: Effect.Effect<void>
  /** Frozen for so long. */
  readonly pause: (duration: Duration.Input) => Effect.Effect<void>
  /** Waits until it has ended by itself, and starts it; nothing if it does not end in time. */
  readonly restartEnded: (within: number) => Effect.Effect<void>
  /** Makes its log begin a new file, for which it needs space. */
  readonly switchLog: Effect.Effect<void>
  /** Cuts every connection that a client has. */
  readonly cutConnections: Effect.Effect<void>
}

const send = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

/**
 * A server on a port and in a folder of its own. It is durable: otherwise it would itself forget commits when
 * it is stopped at once. `env` is added to the environment of its processes. An older `version` has no `env`.
 */
export const makeOwnPostgres = Effect.fnUntraced(function* (
  env: Readonly<Record<string, string>> = {},
  version?: 14 | 15,
) {
  const folder = yield* makeFolder
  const older = version === undefined ? undefined : olderPostgres(version)
  const binDir = Object.keys(env).length === 0 ? older : postgresPrograms(folder, env)
  const dataDir = join(folder, "data")
  const port = yield* ownPort
  const run = Effect.gen(function* () {
    const scope = yield* Scope.make()
    const server = yield* Scope.provide(
      EmbeddedPostgres.make({ dataDir, port, binDir, settings: { max_connections: 200 } }),
      scope,
    ).pipe(Effect.onError(() => Scope.close(scope, Exit.void)))
    const pid = ServerProcesses.postmasterOf(join(dataDir, "postgres"))
    return { scope, url: Redacted.value(server.url), pid }
  }).pipe(Effect.orDie)
  const postmaster = () => current.pid

  const freeze = Effect.sync(() => ServerProcesses.freeze(postmaster()))
  const thaw = Effect.sync(() => ServerProcesses.thaw(postmaster()))

  const restart = Effect.fnUntraced(function* (signal: NodeJS.Signals | undefined, away: Duration.Input) {
    if (signal !== undefined) {
      const server = postmaster()
      send(server, signal)
      yield* until(() => !send(server, 0), 30_000)
    }
    yield* Scope.close(current.scope, Exit.void)
    yield* Effect.sleep(away)
    current = yield* run
  })

  let current = yield* run
  // A frozen server cannot stop.
  yield* Effect.addFinalizer(() =>
    thaw.pipe(Effect.ignore, Effect.andThen(Effect.suspend(() => Scope.close(current.scope, Exit.void)))),
  )
  return {
    url: current.url,
    restart: (mode) => restart(mode === "immediate" ? "SIGQUIT" : undefined, 0),
    kill: (away) => restart("SIGKILL", away),
    killAll: (away) =>
      Effect.andThen(freeze, () => {
        for (const pid of ServerProcesses.childrenOf(postmaster())) send(pid, "SIGKILL")
        return restart("SIGKILL", away)
      }),
    killSession: query<{ readonly pid: number }>(
      current.url,
      `SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
       AND application_name LIKE 'lead-gateway%' ORDER BY state = 'active' DESC, state_change DESC LIMIT 1`,
    ).pipe(
      Effect.orDie,
      Effect.map(([session]) => void (session && send(session.pid, "SIGKILL"))),
    ),
    restartEnded: (within) =>
      Effect.gen(function* () {
        const server = postmaster()
        if (yield* until(() => !send(server, 0), within)) yield* restart(undefined, 0)
      }),
    switchLog: Effect.ignore(query(current.url, "SELECT pg_switch_wal()")),
    freeze,
    thaw,
    pause: (duration) => freeze.pipe(Effect.andThen(Effect.sleep(duration)), Effect.ensuring(thaw)),
    cutConnections: query(
      current.url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    ).pipe(Effect.orDie, Effect.asVoid),
  } satisfies OwnPostgres
})
