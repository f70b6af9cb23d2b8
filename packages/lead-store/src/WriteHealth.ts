/**
 * Whether Postgres accepts writes, by what the last ones met. A ping does not show it: with a full disk, Postgres answers
 * and refuses every lead.
 *
 * A failed write of a lead or of its work sets the cause; a write that succeeds, or a probe that runs only in between,
 * clears it. All users of one pool share one {@link WriteHealth}. Used for readiness; it holds nothing back.
 */
import type { PgClient } from "@effect/sql-pg"
import { Duration, Effect, Exit, Latch, Option } from "effect"
import { sqlStateOf, type StoreError, storeCall } from "./StoreError.ts"

/** The health of the writes through one pool. */
export interface WriteHealth {
  /** Why Postgres refuses writes, such as `disk full`; undefined while it accepts them. */
  readonly refusal: () => string | undefined
  /**
   * How many milliseconds the newest write took, or the oldest one under way has taken so far if that is more. Undefined
   * if none is under way and none ended within a minute.
   */
  readonly latencyMs: () => number | undefined
  /** Notes that a write begins; the caller calls what it returns when the write has ended. */
  readonly begin: () => () => void
  /** Notes how a write ended. */
  readonly note: (exit: Exit.Exit<unknown, StoreError>) => void
  /** Waits until Postgres refuses writes. */
  readonly refused: Effect.Effect<void>
}

/** Why a write that failed means that further ones will; undefined for what concerns one statement alone. */
export const refusalOf = (error: StoreError): string | undefined => {
  if (error._tag === "DataRefused") return undefined
  const { sqlState } = error
  if (sqlState === undefined) return "no answer"
  return refusals.find(([states]) => states.test(sqlState))?.[1]
}

const refusals = [
  [/^53100$/, "disk full"],
  [/^53300$/, "too many connections"],
  [/^53/, "out of resources"],
  [/^25006$/, "read only"],
  [/^42501$/, "a right is missing"],
  [/^(42P01|42703)$/, "the schema does not fit"],
  [/^23514$/, "no partition for new leads"],
  [/^(28|3D000)/, "access refused"],
  [/^58/, "disk error"],
  [/^(08|57P)/, "connection lost"],
] as const

/** Makes a health that knows of no write yet: then they are assumed to succeed. */
export const makeWriteHealth = (): WriteHealth => {
  let refusal: string | undefined
  /** When each write under way began, the oldest first. */
  const underWay = new Set<{ readonly at: number }>()
  let newest = { tookMs: 0, endedAt: Number.NEGATIVE_INFINITY }
  const latch = Latch.makeUnsafe(false)
  const set = (cause: string | undefined) => {
    refusal = cause
    if (cause === undefined) latch.closeUnsafe()
    else latch.openUnsafe()
  }
  return {
    refusal: () => refusal,
    latencyMs: () => {
      const now = performance.now()
      const [oldest] = underWay
      const sinceMs = oldest === undefined ? undefined : now - oldest.at
      const tookMs = now - newest.endedAt < freshForMs ? newest.tookMs : undefined
      return sinceMs === undefined ? tookMs : Math.max(sinceMs, tookMs ?? 0)
    },
    begin: () => {
      const write = { at: performance.now() }
      underWay.add(write)
      return () => {
        const endedAt = performance.now()
        underWay.delete(write)
        newest = { tookMs: endedAt - write.at, endedAt }
      }
    },
    note: (exit) => {
      if (Exit.isSuccess(exit)) return refusal === undefined ? undefined : set(undefined)
      const error = Exit.findErrorOption(exit)
      if (Option.isSome(error)) {
        const cause = refusalOf(error.value)
        if (cause !== undefined) set(cause)
      } else if (Exit.hasDies(exit)) set("internal error")
    },
    refused: latch.await,
  }
}

/** For how long a write says how fast the next one will be. */
const freshForMs = 60_000

const byPool = new WeakMap<PgClient.PgClient, WriteHealth>()

/** The health of this pool's writes. */
export const writeHealthOf = (sql: PgClient.PgClient): WriteHealth => {
  const known = byPool.get(sql)
  if (known !== undefined) return known
  const made = makeWriteHealth()
  byPool.set(sql, made)
  return made
}

/** Notes how each run of a write ends, and how long it takes. */
export const noting =
  ({ begin, note }: WriteHealth) =>
  <A, E extends StoreError, R>(write: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.suspend(() => {
      const ended = begin()
      return Effect.onExit(write, (exit) => {
        ended()
        note(exit)
        return Effect.void
      })
    })

/** While Postgres refuses writes, tries one every second; logs when it begins to refuse and when it accepts again. */
export const watchWrites = (sql: PgClient.PgClient): Effect.Effect<never> => {
  const health = writeHealthOf(sql)
  const probing = Effect.gen(function* () {
    yield* health.refused
    yield* Effect.logError(`Postgres refuses writes: ${health.refusal() ?? "no longer"}`)
    while (health.refusal() !== undefined) {
      yield* Effect.sleep(betweenProbes)
      if (health.refusal() !== undefined) yield* Effect.exit(noting(health)(probe(sql)))
    }
    yield* Effect.logInfo("Postgres accepts writes again")
  })
  return Effect.forever(probing)
}

const betweenProbes = Duration.seconds(1)

/**
 * Writes 64 KiB and removes them in the same transaction: like a lead, it needs new pages and a commit in the log. A large
 * object needs no table of ours. Where these functions are not available, nothing is learned, and writes are assumed to
 * succeed until one does not.
 */
const probe = (sql: PgClient.PgClient): Effect.Effect<unknown, StoreError> =>
  sql`SELECT lo_unlink(lo_from_bytea(0, decode(string_agg(md5(random()::text), ''), 'hex')))
      FROM generate_series(1, 4096)`.pipe(
    Effect.catchIf(
      (error) => /^(42883|42501|0A000)$/.test(sqlStateOf(error) ?? ""),
      () => Effect.void,
    ),
    storeCall("LeadDatabase.probe", Duration.seconds(3)),
  )
