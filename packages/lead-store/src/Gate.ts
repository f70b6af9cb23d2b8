import { Duration } from "effect"

/**
 * What holds deliveries to one customer back, over all workers: a circuit breaker and a rate limit.
 *
 * Both live in Postgres, in the statements that open attempts and record outcomes (`migrations/`). The circuit
 * opens when `failures` different leads have found the customer down with no success between them. While it is
 * open no attempt is made, but for one lead now and then that probes, at no cost to its retry budget; the waits
 * between probes double up to ten times `openFor`. After a recovery deliveries grow from 1 a second to 1024 over
 * `ramp`, and are free then.
 */
export interface Gate {
  /** The customer whose gate it is, without credentials: host and port of its API. */
  readonly customer: string
  /** Deliveries a second at most, in any second; undefined: no limit. */
  readonly ratePerSecond: number | undefined
  readonly failures: number
  readonly openFor: Duration.Duration
  readonly ramp: Duration.Duration
}

/** What the statements are told of a gate; a probe is waited for as long as its worker may take. */
export const gateJson = (gate: Gate, hold: Duration.Duration): string =>
  JSON.stringify({
    customer: gate.customer,
    rate: gate.ratePerSecond ?? null,
    failures: gate.failures,
    open_for: Duration.toSeconds(gate.openFor),
    ramp: Duration.toSeconds(gate.ramp),
    hold: Duration.toSeconds(hold),
  })
