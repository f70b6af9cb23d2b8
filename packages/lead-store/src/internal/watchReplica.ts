/** Watches a replica: whether it may be read from, and the pool by which it is. */
import type { PgClient } from "@effect/sql-pg"
import { Deferred, Duration, Effect, Exit, Option, Scope } from "effect"
import type { PoolOptions } from "../LeadDatabase.ts"
import { type StoreError, StoreUnavailable } from "../StoreError.ts"
import { askPrimary, askReplica, clientOf, forQuestions, type ReplicaAnswer } from "./askReplica.ts"
import { within } from "./cancelApart.ts"
import { serverOf } from "./migrationClient.ts"
import { makeReplicaLag } from "./replicaLag.ts"

/** How a replica stands. */
export interface ReplicaStatus {
  /** Reads go to it while it is `up`. `down`: it does not answer, or is no replica of the database. */
  readonly status: "up" | "lagging" | "down"
  /** How far it is behind, at most; null if that is not known. */
  readonly lagMs: number | null
}

/** Which replica, and its primary, which says how far the log goes. */
export interface WatchOptions {
  readonly primary: PoolOptions
  readonly replica: PoolOptions
  /** A replica that is further behind is not used. */
  readonly maxLag: Duration.Duration
}

/** A replica in use, until it is `gone`. */
export interface Session<Services> {
  readonly services: Services
  /** Fails when the replica is not used any more. */
  readonly gone: Effect.Effect<never, StoreUnavailable>
}

/** What the watch knows. */
export interface ReplicaWatch<Services> {
  readonly status: () => ReplicaStatus
  /** Undefined while the replica is not to be used. */
  readonly session: () => Session<Services> | undefined
  /** Looks at the replica at once, in the background: a read of it takes long, or has failed. */
  readonly look: Effect.Effect<void>
}

interface State extends ReplicaStatus {
  /** Why reads go to the primary; empty until that is known. */
  readonly why: string
}

const every = Duration.seconds(1)
/** How long the replica may take to answer while reads wait for it, and otherwise, which may include a new connection. */
const patience = { used: Duration.millis(300), unused: Duration.seconds(2) }

/**
 * Watches until the scope closes, and logs each change. `open` makes what reads by the pool, which lasts as long as the replica
 * is used: when it is used again, no connection of the pool is one that its server has forgotten.
 */
export const watchReplica = Effect.fnUntraced(function* <Services>(
  { maxLag, primary, replica }: WatchOptions,
  open: (sql: PgClient.PgClient) => Effect.Effect<Services, never, Scope.Scope>,
): Effect.fn.Return<ReplicaWatch<Services>, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const asked = {
    primary: yield* clientOf({ ...primary, pool: { ...primary.pool, ...forQuestions } }),
    replica: yield* clientOf({ ...replica, pool: { ...replica.pool, ...forQuestions } }),
  }
  const server = serverOf(replica.connection)
  const beganAtMs = performance.now()
  const maxLagMs = Duration.toMillis(maxLag)
  const lag = makeReplicaLag()
  let state: State = { status: "down", lagMs: null, why: "" }
  let database: string | undefined
  let isPrimaryAway = false
  let current: (Session<Services> & { readonly close: Effect.Effect<void> }) | undefined
  let isLooking = false

  const makeSession = Effect.gen(function* () {
    const inner = yield* Scope.make()
    const gone = Deferred.makeUnsafe<never, StoreUnavailable>()
    const pool = { ...replica.pool, minConnections: 0 }
    const services = yield* Scope.provide(Effect.flatMap(clientOf({ ...replica, pool }), open), inner)
    const end = Deferred.fail(gone, new StoreUnavailable({ operation: "ReadReplica" }))
    // Connections to a server that does not respond take 5 s to close.
    const close = Effect.andThen(
      end,
      Effect.ignore(within(Duration.seconds(1), Scope.close(inner, Exit.void))),
    )
    return { services, gone: Deferred.await(gone), close }
  })

  const enter = Effect.fnUntraced(function* (next: State) {
    const before = state
    const left = next.status === "up" ? undefined : current
    state = next
    if (left !== undefined) {
      current = undefined
      yield* Effect.forkDetach(left.close)
    }
    if (next.status === "up") current ??= yield* makeSession
    if (next.status !== "up" && next.why === "") return
    if (before.status === next.status && before.why === next.why) return
    yield* (
      next.status === "up"
        ? Effect.logInfo(`lists and statistics are read from the replica at ${server}`)
        : Effect.logWarning(`everything is read from the primary: the replica at ${server} ${next.why}`)
    ).pipe(Effect.annotateLogs(next.lagMs === null ? {} : { lag_ms: next.lagMs }))
  }, Effect.uninterruptible)

  const stateBy = (answer: ReplicaAnswer): State => {
    if (!answer.isInRecovery) return down("is not in recovery: it is no replica")
    if (database === undefined)
      return { status: "lagging", lagMs: null, why: "has no primary to compare with" }
    if (answer.database !== database) return down("is of another database")
    const bound = Duration.format(maxLag)
    const now = performance.now()
    const lagMs = lag.of(answer, now)
    if (lagMs === undefined) {
      // When the watch begins, nobody knows yet since when the replica has lacked what it lacks.
      const why = now - beganAtMs > maxLagMs ? `has not been level for more than ${bound}` : ""
      return { status: "lagging", lagMs: null, why }
    }
    const rounded = Math.round(lagMs)
    // Used again when it is well within the bound, not at its edge.
    if (lagMs <= (state.status === "lagging" ? maxLagMs / 2 : maxLagMs)) {
      return { status: "up", lagMs: rounded, why: "" }
    }
    const why = isPrimaryAway
      ? `may lag behind by more than ${bound}, for the primary does not answer`
      : `lags behind by more than ${bound}`
    return { status: "lagging", lagMs: rounded, why }
  }

  const look = Effect.suspend(() => {
    if (isLooking) return Effect.void
    isLooking = true
    return askReplica(asked.replica, state.status === "up" ? patience.used : patience.unused).pipe(
      // Replay has cancelled the question: the server is there.
      Effect.retry({ times: 3, while: isConflict }),
      Effect.matchCauseEffect({
        onFailure: () => enter(down("does not answer")),
        onSuccess: (answer) => enter(stateBy(answer)),
      }),
      Effect.ensuring(Effect.sync(() => (isLooking = false))),
    )
  })

  const round = askPrimary(asked.primary, every).pipe(
    Effect.exit,
    Effect.map((exit) => {
      const level = Option.getOrUndefined(Exit.getSuccess(exit))
      isPrimaryAway = level === undefined
      if (level === undefined) return
      database = level.database
      lag.note(level)
    }),
    Effect.andThen(look),
  )
  yield* Effect.addFinalizer(() => Effect.suspend(() => current?.close ?? Effect.void))
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(round, Effect.sleep(every))))
  return {
    status: () => ({ status: state.status, lagMs: state.lagMs }),
    session: () => current,
    look: Effect.asVoid(Effect.forkIn(look, scope)),
  }
})

const isConflict = (error: StoreError): boolean =>
  error._tag === "StoreUnavailable" && error.sqlState === "40001"

const down = (why: string): State => ({ status: "down", lagMs: null, why })
