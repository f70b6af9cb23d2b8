import { PgClient } from "@effect/sql-pg"
import { Context, Duration, Effect, Layer } from "effect"
import { storeCall, type StoreError } from "./StoreError.ts"

/** The customer and the tenant that there are today. */
export const defaultCustomer = 1

/** How deliveries to a customer are throttled, over all workers. */
export interface CustomerSettings {
  /** Host and port of the customer's API, without credentials: it stands in a table. */
  readonly address: string
  /** Deliveries a second at most, in any second; undefined: no limit. */
  readonly ratePerSecond: number | undefined
  /**
   * The circuit opens when this many different leads have found the customer down with no success between them. While
   * it is open no attempt is made, but for a probe now and then, which costs its lead no attempt of its budget.
   */
  readonly failures: number
  /** How long the circuit stays open before a probe; the waits double up to ten times this. */
  readonly openFor: Duration.Duration
  /** Over how long deliveries grow from 1 a second to 1024 after a recovery; they are free then. */
  readonly ramp: Duration.Duration
  /** How long the outcome of a probe is waited for: as long as its worker may take. */
  readonly probeTimeout: Duration.Duration
}

/**
 * Customers as they stand in the database: their settings, and whether anything can be sent to them.
 *
 * The settings of the worker that started last hold. Used by the worker.
 */
export class Customers extends Context.Service<
  Customers,
  {
    /** Stores a customer's settings. One that has another address than before starts with a closed circuit. */
    readonly configure: (id: number, settings: CustomerSettings) => Effect.Effect<void, StoreError>
    /**
     * Stores why nothing can be sent to a customer, or that something can again (undefined). Its leads wait meanwhile, and
     * no attempt is opened. Returns whether that is news.
     */
    readonly block: (id: number, reason: string | undefined) => Effect.Effect<boolean, StoreError>
  }
>()("@lead-gateway/lead-store/Customers") {
  static readonly layer: Layer.Layer<Customers, never, PgClient.PgClient> = Layer.effect(
    Customers,
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      return Customers.of({
        configure: Effect.fnUntraced(function* (id: number, settings: CustomerSettings) {
          const seconds = (duration: Duration.Duration) => Duration.toSeconds(duration)
          yield* sql.unsafe(configure, [
            id,
            settings.address,
            settings.ratePerSecond ?? null,
            settings.failures,
            seconds(settings.openFor),
            seconds(settings.ramp),
            seconds(settings.probeTimeout),
          ])
        }, storeCall("Customers.configure")),
        block: Effect.fnUntraced(function* (id: number, reason: string | undefined) {
          const rows = yield* sql`
            UPDATE customer SET blocked_reason = ${reason ?? null}::text
            WHERE id = ${id}::integer AND blocked_reason IS DISTINCT FROM ${reason ?? null}::text RETURNING id`
          return rows.length > 0
        }, storeCall("Customers.block")),
      })
    }),
  )
}

const isMoved = "address IS DISTINCT FROM $2::text"
const configure = `
  UPDATE customer SET
    address = $2::text, rate_per_second = $3::float8, breaker_failures = $4::integer,
    breaker_open_for = make_interval(secs => $5::float8), breaker_ramp = make_interval(secs => $6::float8),
    probe_timeout = make_interval(secs => $7::float8),
    circuit = CASE WHEN ${isMoved} THEN 'closed' ELSE circuit END,
    circuit_changed_at = CASE WHEN ${isMoved} THEN '-infinity' ELSE circuit_changed_at END,
    failed_leads = CASE WHEN ${isMoved} THEN '{}' ELSE failed_leads END,
    probe_at = CASE WHEN ${isMoved} THEN NULL ELSE probe_at END,
    probe_lead = CASE WHEN ${isMoved} THEN NULL ELSE probe_lead END,
    blocked_reason = CASE WHEN ${isMoved} THEN NULL ELSE blocked_reason END
  WHERE id = $1::integer`
