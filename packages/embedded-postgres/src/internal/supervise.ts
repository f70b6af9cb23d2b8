/**
 * Runs the server while the scope is open, and starts one that died again.
 */
import { Deferred, Duration, Effect, Exit, type Scope } from "effect"
import { type EmbeddedPostgresError, ServerFailed } from "../EmbeddedPostgresError.ts"
import type { ClusterSetup } from "./cluster.ts"
import { clusterVersion } from "./dataDir.ts"
import { failWith } from "./failures.ts"
import { awaitPredecessor } from "./processes.ts"
import { type ServerOptions, startServer, whyEnded } from "./start.ts"
import { sleepMs } from "./wait.ts"

/** Whether a server that died is started again. */
export interface RestartOptions {
  /** How long it may be down before it is given up. */
  readonly giveUpAfter: Duration.Input
}

/** A server that is supervised. */
export interface Supervised {
  readonly port: number
  /** Fails when the server is down for good. */
  readonly died: Effect.Effect<never, EmbeddedPostgresError>
}

/** The pause before a restart: 0.5, 1, 2 … 30 s after 0, 1, 2 … earlier ones of the same series. */
export const pauseMs = (restarts: number): number => Math.min(500 * 2 ** Math.min(restarts, 10), 30_000)

/** A server that has run for so long is well: when it dies, a new series begins. */
const wellAfterMs = 60_000

/** Postgres would create nothing in a folder that was deleted or replaced, and neither does this package. */
const checkFiles = Effect.fnUntraced(function* ({ binaries, dir }: ClusterSetup) {
  const version = yield* clusterVersion(dir)
  if (version === String(binaries.major)) return
  const detail = `its files in ${dir.cluster} are gone`
  return yield* failWith(new ServerFailed({ stage: "run", detail, logFile: dir.log }))
})

/**
 * Whether a restart may succeed later, after this failure: the disk may have space again. A data folder that is gone or
 * cannot be written does not come back.
 */
const mayPass = ({ reason }: EmbeddedPostgresError): boolean =>
  reason._tag === "DataDirFull" || reason._tag === "ServerFailed" || reason._tag === "DataDirInUse"

/**
 * Starts the server. Fails as its first start does. With `restart`, a server that died is started again on the same port,
 * after a pause that doubles from 0.5 s to 30 s, until it has been down for `giveUpAfter`.
 */
export const supervise = Effect.fnUntraced(function* (
  setup: ClusterSetup,
  options: ServerOptions & { readonly restart?: RestartOptions | undefined },
): Effect.fn.Return<Supervised, EmbeddedPostgresError, Scope.Scope> {
  const up = yield* Deferred.make<number, EmbeddedPostgresError>()
  const died = yield* Deferred.make<never, EmbeddedPostgresError>()
  const { restart } = options
  let port = options.port
  let upAt: number | undefined

  /** Fails when the server ends, after whatever is left of it has been stopped. An interrupt stops it. */
  const serve = Effect.gen(function* () {
    const started = yield* startServer(setup, { ...options, port })
    const isRestart = upAt !== undefined
    port = started.port
    upAt = performance.now()
    yield* Deferred.succeed(up, port)
    if (isRestart) yield* Effect.logInfo("the database server runs again")
    yield* Effect.promise(() => started.server.ended)
    const ended = whyEnded(started.server, setup, "run")
    if (restart !== undefined) return yield* ended
    // Whatever is left of it, a server without its watchdog, say, serves until the scope closes.
    yield* Effect.andThen(Effect.flip(ended), (error) => Deferred.fail(died, error))
    return yield* Effect.never
  })

  const again = Effect.gen(function* () {
    yield* awaitPredecessor(setup.dir)
    return yield* Effect.scoped(serve)
  })

  const keep = Effect.gen(function* () {
    let error = yield* Effect.flip(Effect.scoped(serve))
    if (restart === undefined || upAt === undefined) return yield* Deferred.fail(up, error)
    /** The begin of a series of deaths: a server that dies again and again is down all the time. */
    let since = performance.now()
    let restarts = 0
    for (;;) {
      const lost = yield* Effect.exit(checkFiles(setup))
      if (Exit.isFailure(lost)) return yield* Deferred.failCause(died, lost.cause)
      const pause = pauseMs(restarts)
      const downMs = performance.now() - since
      if (!mayPass(error) || downMs + pause > Duration.toMillis(restart.giveUpAfter)) {
        return yield* Deferred.fail(died, error)
      }
      yield* Effect.annotateLogs(Effect.logError(`${error.message}; it is started again`), { in_ms: pause })
      yield* sleepMs(pause)
      const before: number = upAt
      error = yield* Effect.flip(again)
      const ranMs = upAt === before ? 0 : performance.now() - upAt
      if (ranMs > wellAfterMs) {
        since = performance.now()
        restarts = 0
      } else restarts++
    }
  })

  yield* keep.pipe(
    // A bug here must not leave anybody waiting.
    Effect.tapCause((cause) =>
      Effect.andThen(Deferred.failCause(up, cause), Deferred.failCause(died, cause)),
    ),
    Effect.forkScoped,
  )
  return { port: yield* Deferred.await(up), died: Deferred.await(died) }
})
