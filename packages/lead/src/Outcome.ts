import * as Schema from "effect/Schema"

/**
 * Whose fault a failed attempt is. `lead`: this lead's content, so others may succeed; `customer`: every lead would have
 * failed; `ours`: Lead Gateway. Set by the retry policy, for operators to read. What an outcome says about the customer
 * follows from it, unless the policy's row says otherwise.
 */
export const Fault = Schema.Literals(["lead", "customer", "ours"])
export type Fault = typeof Fault.Type

/**
 * What an outcome says about the customer's API as a whole, for the circuit breaker. `answers`: it answered for this
 * lead. A customer that answers 401 or 404 to every lead is as unavailable as one that is down.
 *
 * The retry policy's row for the outcome decides which it is. A closed circuit counts the leads whose outcome was
 * `unavailable`, and resets the count at a `success`. An open circuit closes when a probe has an outcome that `answers`.
 */
export const customerHealth = {
  success: { answers: true, meaning: "it took a lead" },
  rejected: { answers: true, meaning: "it answered, and did not take this lead" },
  unavailable: { answers: false, meaning: "any lead would fail: it is down, or refuses them all" },
  unknown: { answers: false, meaning: "it says nothing about the customer" },
} as const

/** What an outcome says about the customer's API: a key of {@link customerHealth}. */
export type CustomerHealth = keyof typeof customerHealth

/**
 * Whether an attempt counts against the lead's maximum number of attempts. Only a probe that found the customer
 * unavailable, or nothing, does not: it was made to test the circuit, and the lead is not given up for it.
 */
export const isCounted = (attempt: { readonly isProbe: boolean; readonly health: CustomerHealth }): boolean =>
  !attempt.isProbe || customerHealth[attempt.health].answers
