import { Effect, Schema } from "effect"
import type { SqlError } from "effect/sql"

/**
 * Postgres could not be asked, or could not answer now: not reachable, restarting, out of connections, a
 * deadlock, a timeout. Whether the statement took effect is unknown. Trying again later may help.
 */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", {
  operation: Schema.String,
  sqlState: Schema.optional(Schema.String),
}) {
  override get message(): string {
    return `${this.operation}: Postgres is not available${this.sqlState === undefined ? "" : ` (${this.sqlState})`}`
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
 * SQLSTATE classes and codes that mean "not now": 08 connection, 40 rollback (deadlock, serialisation),
 * 53 resources, 55P03 lock timeout, 57 operator intervention (shutdown, cancel), 58 system error, 25006
 * read-only (a failover under way).
 */
const notNow = /^(08|40|53|57|58)|^(55P03|25006)$/

const sqlStateOf = (error: SqlError.SqlError): string | undefined => {
  const cause = error.reason.cause
  if (typeof cause !== "object" || cause === null || !("code" in cause)) return undefined
  return typeof cause.code === "string" && /^[0-9A-Z]{5}$/.test(cause.code) ? cause.code : undefined
}

/**
 * Turns an `SqlError` into what a caller can act on. Everything else (a wrong statement, a missing table)
 * is a bug and becomes a defect. No message quotes Postgres's own, which may hold a row's data.
 */
export const storeErrors =
  (operation: string) =>
  <A, R>(effect: Effect.Effect<A, SqlError.SqlError, R>): Effect.Effect<A, StoreError, R> =>
    Effect.catchTag(effect, "SqlError", (error): Effect.Effect<never, StoreError> => {
      const sqlState = sqlStateOf(error)
      if (sqlState !== undefined && /^2[23]/.test(sqlState)) {
        return Effect.fail(new DataRefused({ operation, sqlState }))
      }
      if (sqlState === undefined || notNow.test(sqlState)) {
        return Effect.fail(new StoreUnavailable({ operation, sqlState }))
      }
      return Effect.die(new Error(`${operation}: SQLSTATE ${sqlState}`))
    })
