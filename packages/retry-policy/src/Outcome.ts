/** The customer's API answered, with any status. */
export interface Answered {
  readonly _tag: "Answered"
  /** The final HTTP status. */
  readonly status: number
  /** The `Retry-After` header as it came, if there was one. */
  readonly retryAfter?: string | undefined
}

/** No answer: name resolution, the connection or TLS failed. */
export interface Unreachable {
  readonly _tag: "Unreachable"
  /** The network error, as rows of a classification name it: `"dns"`, `"ECONNREFUSED"`. */
  readonly kind: string
}

/** The exchange exceeded its timeout. */
export interface TimedOut {
  readonly _tag: "TimedOut"
}

/** Nothing was sent, for a reason on our side: a forbidden address, a request that cannot be sent. */
export interface NotSent {
  readonly _tag: "NotSent"
}

/** The result is unknown, because the worker died after it opened the attempt. The customer may have the lead. */
export interface OutcomeUnknown {
  readonly _tag: "OutcomeUnknown"
}

/** How one attempt to deliver a lead ended. */
export type Outcome = Answered | Unreachable | TimedOut | NotSent | OutcomeUnknown

/** Whose fault a failed attempt is: this lead's, the customer's (any lead would fail), or ours. */
export type Fault = "lead" | "customer" | "ours"

/** What an outcome shows about the customer's API as a whole, whatever it means for the lead. */
export type Health = "success" | "rejected" | "unavailable" | "unknown"

/**
 * What an outcome shows about the customer's API, for circuit breakers and dashboards. Independent of policies: an API
 * that answers 500 is unavailable, even if a policy counts that as a delivery.
 *
 * | outcome | health |
 * |---|---|
 * | 2xx | `success`: it works |
 * | 3xx, 4xx | `rejected`: it is up and rejected this lead |
 * | not sent, outcome unknown, any other value | `unknown`: no evidence |
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
