/** The customer's API answered, whatever it said. */
export interface Answered {
  readonly _tag: "Answered"
  /** The final HTTP status. */
  readonly status: number
  /** The `Retry-After` header as it came, if there was one. */
  readonly retryAfter?: string | undefined
}

/** No answer: the name was not found, the connection was refused or broke, TLS failed. */
export interface Unreachable {
  readonly _tag: "Unreachable"
  /** What went wrong, such as `"dns"` or `"ECONNREFUSED"`: what a row of a classification can name. */
  readonly kind: string
}

/** The exchange took longer than it may. */
export interface TimedOut {
  readonly _tag: "TimedOut"
}

/** Nothing left this machine, for a reason on our side: a forbidden address, a request that cannot be sent. */
export interface NotSent {
  readonly _tag: "NotSent"
}

/** Nobody saw how the attempt ended: the worker died after it was opened. The customer may have the lead. */
export interface OutcomeUnknown {
  readonly _tag: "OutcomeUnknown"
}

/** How one attempt to deliver a lead ended. */
export type Outcome = Answered | Unreachable | TimedOut | NotSent | OutcomeUnknown

/** Whose fault a failed attempt is: this lead's, the customer's (any lead would fail), or ours. */
export type Fault = "lead" | "customer" | "ours"

/** What an outcome tells of the customer's API as a whole, whatever it means for the lead. */
export type Health = "success" | "rejected" | "unavailable" | "unknown"

/**
 * What an outcome tells of the customer's API, for whoever counts how it does: a circuit breaker, a dashboard.
 * No policy changes it: an API that answers 500 is down, even if a policy makes a delivery of that.
 *
 * | outcome | health |
 * |---|---|
 * | 2xx | `success`: it does its work |
 * | 3xx, 4xx | `rejected`: it is there, and did not take this lead |
 * | not sent, outcome unknown, what is no outcome | `unknown`: it tells nothing |
 * | 5xx, no final status, unreachable, timed out | `unavailable` |
 */
export const healthOf = (outcome: Outcome): Health => {
  switch (outcome?._tag) {
    case "Answered":
      if (outcome.status >= 200 && outcome.status < 300) return "success"
      return outcome.status >= 300 && outcome.status < 500 ? "rejected" : "unavailable"
    case "Unreachable":
    case "TimedOut":
      return "unavailable"
    default:
      return "unknown"
  }
}
