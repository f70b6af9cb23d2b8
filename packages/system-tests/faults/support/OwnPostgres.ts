import { EmbeddedPostgres } from "@lead-gateway/embedded-postgres"
import { type Duration, Effect, Exit, Redacted, Scope } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { makeFolder, ownPort } from "./places.ts"
import { query } from "./Rows.ts"
import { until } from "./until.ts"

/** A Postgres server for one scenario, which may have all kinds of faults. Its URL stays the same. */
export interface OwnPostgres {
  readonly url: string
  /** Stops and starts it. Fast: sessions are cut, work is rolled back. Immediate: as in a crash. */
  readonly restart: (mode: "fast" | "immediate") => Effect.Effect<void>
  /** Stops all its processes (SIGSTOP); connections stay open, and nobody answers. */
  readonly freeze: Effect.Effect<void>
  readonly thaw: Effect.Effect<void>
  /** Frozen for so long. */
  readonly pause: (duration: Duration.Input) => Effect.Effect<void>
  /** Cuts every connection that a client has. */
  readonly cutConnections: Effect.Effect<void>
}

/** The processes whose parent this is. */
const childrenOf = (parent: number): ReadonlyArray<number> =>
  readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
      const [, ppid] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
      return Number(ppid) === parent ? [Number(pid)] : []
    } catch {
      return [] // it has ended
    }
  })

const send = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

/**
 * A server on a port and in a folder of its own. It is durable: otherwise it would itself forget commits when
 * it is stopped at once.
 */
export const makeOwnPostgres = Effect.gen(function* () {
  const folder = yield* makeFolder
  const dataDir = join(folder, "data")
  const port = yield* ownPort
  const run = Effect.gen(function* () {
    const scope = yield* Scope.make()
    const server = yield* Scope.provide(
      EmbeddedPostgres.make({ dataDir, port, settings: { max_connections: 200 } }),
      scope,
    ).pipe(Effect.onError(() => Scope.close(scope, Exit.void)))
    return { scope, url: Redacted.value(server.url) }
  }).pipe(Effect.orDie)

  const postmaster = () =>
    Number(readFileSync(join(dataDir, "postgres/postmaster.pid"), "utf8").split("\n")[0])
  // The postmaster first, so that it starts no further process meanwhile; at the end last.
  const freeze = Effect.sync(() => {
    const server = postmaster()
    send(server, "SIGSTOP")
    for (const pid of childrenOf(server)) send(pid, "SIGSTOP")
  })
  const thaw = Effect.sync(() => {
    const server = postmaster()
    for (const pid of childrenOf(server)) send(pid, "SIGCONT")
    send(server, "SIGCONT")
  })

  let current = yield* run
  // A frozen server cannot stop.
  yield* Effect.addFinalizer(() =>
    thaw.pipe(Effect.ignore, Effect.andThen(Effect.suspend(() => Scope.close(current.scope, Exit.void)))),
  )
  return {
    url: current.url,
    restart: Effect.fnUntraced(function* (mode) {
      if (mode === "immediate") {
        const server = postmaster()
        send(server, "SIGQUIT")
        yield* until(() => !send(server, 0), 30_000)
      }
      yield* Scope.close(current.scope, Exit.void)
      current = yield* run
    }),
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
