import { Duration, Effect, Schema } from "effect"
import type { SqlError } from "effect/sql"

/**
 * Postgres could not be asked, or could not answer now: not reachable, restarting, not migrated yet, out of
 * connections, a deadlock, silence. Whether the statement took effect is unknown. Trying again later may help.
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

/** Postgres refused a value (SQLSTATE class 22 or 23). Nothing was stored, and trying again will not help. */
export class DataRefused extends Schema.TaggedError<DataRefused>()("DataRefused", {
  operation: Schema.String,
  sqlState: Schema.String,
}) {
  override get message(): string {
    return `${this.operation}: Postgres refused a value (${this.sqlState})`
  }
}

export type StoreError = StoreUnavailable | DataRefused

/**
 * Runs a statement for a caller: with a deadline of 10 s (or another), and with an `SqlError` turned into an error that
 * the caller can act on. What is left (a wrong statement) is a bug and becomes a defect. No message quotes Postgres's
 * own, which may hold a row's data.
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
      Effect.timeoutOrElse({
        duration: patience,
        orElse: () => Effect.fail(new StoreUnavailable({ operation })),
      }),
    )

/**
 * Whether a row found no partition to go to. Postgres says so by the SQLSTATE of a check, without a
 * constraint's name: it is the table's fault, not the row's.
 */
export const isPartitionMissing = ({ reason: { cause } }: SqlError.SqlError): boolean =>
  isServerError(cause) && cause.code === partitionMissing && cause.constraint === undefined

const partitionMissing = "23514"

/** Whether a statement named a table that is not there: a partition whose leads have not come, or have gone. */
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

/** What Postgres itself reports: a `code` alone may be a socket's, such as `EPIPE`. */
const isServerError = (cause: unknown): cause is { readonly code: string; readonly constraint?: string } =>
  typeof cause === "object" && cause !== null && "severity" in cause && "code" in cause

const sqlStateOf = ({ reason: { cause } }: SqlError.SqlError): string | undefined =>
  isServerError(cause) ? cause.code : undefined

/** A connection whose other end has silently gone must not delay the statements behind it. */
const usualPatience = Duration.seconds(10)
