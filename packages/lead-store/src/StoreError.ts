import { Duration, Effect, Schema } from "effect"
import type { SqlError } from "effect/sql"

/**
 * Postgres is not available now: not reachable, restarting, not migrated yet, out of connections, a deadlock, or no
 * answer in time. Whether the statement took effect is unknown. Trying again later may help.
 */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", {
  operation: Schema.String,
  sqlState: Schema.optional(Schema.String),
}) {
  override get message(): string {
    const why = this.sqlState === undefined ? "" : ` (${this.sqlState})`
    return this.sqlState === partitionMissing
      ? `${this.operation}: no partition for the lead${why}`
      : `${this.operation}: Postgres is not available${why}`
  }
}

/** Postgres refused a value (SQLSTATE class 22 or 23). Nothing was stored. Trying again does not help. */
export class DataRefused extends Schema.TaggedError<DataRefused>()("DataRefused", {
  operation: Schema.String,
  sqlState: Schema.String,
}) {
  override get message(): string {
    return `${this.operation}: Postgres refused a value (${this.sqlState})`
  }
}

/** More waits than Postgres takes in a short time. Nothing was stored. Trying again later helps. */
export class StoreBusy extends Schema.TaggedError<StoreBusy>()("StoreBusy", { operation: Schema.String }) {
  override get message(): string {
    return `${this.operation}: too many leads wait`
  }
}

/** What a call of the store fails with. */
export type StoreError = StoreUnavailable | DataRefused

/**
 * Runs a statement with a deadline, 10 s by default, and turns an `SqlError` into an error that the caller can act on. Any
 * other SQL error is a bug and becomes a defect. Messages contain the SQLSTATE and not Postgres's own message, which may
 * hold a row's data.
 */
export const storeCall =
  (operation: string, patience = usualPatience) =>
  <A, R>(effect: Effect.Effect<A, SqlError.SqlError, R>): Effect.Effect<A, StoreError, R> =>
    effect.pipe(
      Effect.catchTag("SqlError", (error): Effect.Effect<never, StoreError> => {
        const sqlState = sqlStateOf(error)
        if (isNotNow(error, sqlState)) return Effect.fail(new StoreUnavailable({ operation, sqlState }))
        if (sqlState !== undefined && /^2[23]/.test(sqlState)) {
          return Effect.fail(new DataRefused({ operation, sqlState }))
        }
        return Effect.die(new Error(`${operation}: SQLSTATE ${sqlState ?? "none"}`))
      }),
      Effect.raceFirst(
        // Made when it is needed: an error with its stack costs 60 µs.
        Effect.flatMap(patienceEnds(patience), () => Effect.fail(new StoreUnavailable({ operation }))),
      ),
    )

/**
 * Whether there is no partition for a row. Postgres reports the SQLSTATE of a check constraint then, without the name of
 * a constraint.
 */
export const isPartitionMissing = ({ reason: { cause } }: SqlError.SqlError): boolean =>
  isServerError(cause) && cause.code === partitionMissing && cause.constraint === undefined

const partitionMissing = "23514"

/** Whether a statement named a table that does not exist: a partition not created yet, or dropped. */
export const isTableMissing = ({ reason: { cause } }: SqlError.SqlError): boolean =>
  isServerError(cause) && cause.code === "42P01"

/**
 * SQLSTATEs that mean "not now": 08 connection, 28 and 3D000 (access being changed), 40 rollback (deadlock,
 * serialisation), 42501 (rights are missing, until somebody grants them), 42P01 (no table: not migrated yet), 42703 (no
 * column: a newer release has dropped it), 53 resources, 55P03 lock timeout, 57 operator
 * intervention (shutdown, cancel), 58 system error, 25006 read-only (a failover under way).
 */
const notNow = /^(08|28|40|53|57|58)|^(3D000|42501|42P01|42703|55P03|25006)$/

const isNotNow = (error: SqlError.SqlError, sqlState: string | undefined): boolean =>
  sqlState === undefined
    ? error.reason._tag === "ConnectionError" || error.reason._tag === "AuthenticationError"
    : notNow.test(sqlState) || isPartitionMissing(error)

/** Whether Postgres itself reported the error: a `code` alone may be of a socket, such as `EPIPE`. */
const isServerError = (cause: unknown): cause is { readonly code: string; readonly constraint?: string } =>
  typeof cause === "object" && cause !== null && "severity" in cause && "code" in cause

/** The SQLSTATE of an error that Postgres reported; undefined for a connection that failed. */
export const sqlStateOf = ({ reason: { cause } }: SqlError.SqlError): string | undefined =>
  isServerError(cause) ? cause.code : undefined

/** So that a dead connection does not delay its callers. */
const usualPatience = Duration.seconds(10)

/**
 * Two sleeps, so that a late timer is not a late database: when the first ends late because the event loop was busy or the
 * process suspended, the answer is read from its socket before the second ends.
 */
export const patienceEnds = (patience: Duration.Duration) =>
  Effect.andThen(Effect.sleep(Duration.subtract(patience, lastMoment)), Effect.sleep(lastMoment))

const lastMoment = Duration.millis(100)
