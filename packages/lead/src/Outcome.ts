import { Schema } from "effect"

/**
 * Whose fault a failed attempt is: `lead`, it is about this lead's content and another may well pass; `customer`, any
 * lead would have met it; `ours`. The retry policy decides it, people read it, and nothing follows from it.
 */
export const Fault = Schema.Literals(["lead", "customer", "ours"])
export type Fault = typeof Fault.Type

/**
 * What an outcome says about the customer's API as a whole, for the circuit breaker. `answers`: somebody is there.
 *
 * A closed circuit counts the leads that found the customer `unavailable`, and forgets them at a `success`. An open one
 * closes when a probe finds somebody who answers.
 */
export const customerHealth = {
  success: { answers: true, meaning: "it took a lead" },
  rejected: { answers: true, meaning: "it answered, and did not take this lead" },
  unavailable: { answers: false, meaning: "it is down" },
  unknown: { answers: false, meaning: "it says nothing about the customer" },
} as const
export type CustomerHealth = keyof typeof customerHealth

/**
 * Whether an attempt counts against the lead's budget of attempts. All do but a probe that got no answer: it was made for
 * the circuit's sake.
 */
export const isCounted = (attempt: { readonly isProbe: boolean; readonly health: CustomerHealth }): boolean =>
  !attempt.isProbe || customerHealth[attempt.health].answers
