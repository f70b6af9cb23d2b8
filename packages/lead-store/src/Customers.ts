import { PgClient } from "@effect/sql-pg"
import { Context, Duration, Effect, Layer } from "effect"
import { storeCall, type StoreError } from "./StoreError.ts"

/** The id of the only customer, and of the only tenant, that there is today. */
export const defaultCustomer = 1

/** Its name, as the first migration has stored it. */
export const defaultCustomerName = "default"

/** How deliveries to a customer are throttled, over all workers. */
export interface CustomerSettings {
  /** Host and port of the customer's API, without credentials: it is stored in a table. */
  readonly address: string
  /** Deliveries within any one second, at most; undefined: no limit. */
  readonly ratePerSecond: number | undefined
  /**
   * The circuit opens after the deliveries of this many different leads have failed because the customer is
   * unavailable (down, or refusing every lead: 401, 404), without a success in between. While it is open, only probes are sent. A failed probe does not count against its
   * lead's budget of attempts.
   */
  readonly failures: number
  /** How long the circuit stays open before a probe; the waits double up to ten times this. */
  readonly openFor: Duration.Duration
  /** How long after a recovery the rate grows from 1 to 1024 deliveries a second; afterwards it is not limited. */
  readonly ramp: Duration.Duration
  /** How long to wait for the outcome of a probe: as long as its worker may take. */
  readonly probeTimeout: Duration.Duration
}

/**
 * Customers in the database: their settings, and whether anything can be sent to them.
 *
 * The settings of the worker that started last apply. Used by the worker.
 */
export class Customers extends Context.Service<
  Customers,
  {
    /** Stores a customer's settings. If its address is new, its circuit is closed. */
    readonly configure: (id: number, settings: CustomerSettings) => Effect.Effect<void, StoreError>
    /**
     * Stores why nothing can be sent to a customer, or (undefined) that something can again. While a reason is stored,
     * its leads wait and no attempt is opened. Returns whether the stored reason has changed.
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

const hasNewAddress = "address IS DISTINCT FROM $2::text"
const configure = `
  UPDATE customer SET
    address = $2::text, rate_per_second = $3::float8, breaker_failures = $4::integer,
    breaker_open_for = make_interval(secs => $5::float8), breaker_ramp = make_interval(secs => $6::float8),
    probe_timeout = make_interval(secs => $7::float8),
    circuit = CASE WHEN ${hasNewAddress} THEN 'closed' ELSE circuit END,
    circuit_changed_at = CASE WHEN ${hasNewAddress} THEN '-infinity' ELSE circuit_changed_at END,
    failed_leads = CASE WHEN ${hasNewAddress} THEN '{}' ELSE failed_leads END,
    probe_at = CASE WHEN ${hasNewAddress} THEN NULL ELSE probe_at END,
    probe_lead = CASE WHEN ${hasNewAddress} THEN NULL ELSE probe_lead END,
    blocked_reason = CASE WHEN ${hasNewAddress} THEN NULL ELSE blocked_reason END
  WHERE id = $1::integer`
