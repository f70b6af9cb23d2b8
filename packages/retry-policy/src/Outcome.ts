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
  /** A short code for what went wrong, such as `"ENOTFOUND"`. It changes no decision. */
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

/** Whose fault a failed attempt is: this lead's, the customer's (any lead would fail), or the gateway's. */
export type Fault = "lead" | "customer" | "ours"

/**
 * Whose fault an outcome is, or `undefined` for a success.
 *
 * | outcome | fault | because |
 * |---|---|---|
 * | 2xx | none | |
 * | 400, 409, 413, 422 | `lead` | it is about this lead's content; another lead may well pass |
 * | other 3xx and 4xx, such as 301, 401, 403, 404, 429 | `customer` | address, token or quota: any lead would fail |
 * | 5xx, and what is no final status at all (1xx, below 100, from 600) | `customer` | the API is broken |
 * | unreachable, timed out | `customer` | the API is down |
 * | not sent | `ours` | our configuration is wrong |
 * | outcome unknown | `ours` | a worker died |
 *
 * It is told to people; whether an attempt is repeated is up to `decide`.
 */
export const faultOf = (outcome: Outcome): Fault | undefined => {
  switch (outcome._tag) {
    case "Answered":
      if (isSuccess(outcome.status)) return undefined
      return aboutTheLead.has(outcome.status) ? "lead" : "customer"
    case "Unreachable":
    case "TimedOut":
      return "customer"
    case "NotSent":
    case "OutcomeUnknown":
      return "ours"
  }
}

/** What an outcome tells of the customer's API as a whole, whatever it means for the lead. */
export type Health = "took" | "answered" | "down" | "unclear"

/**
 * What an outcome tells of the customer's API, for whoever counts how it does: a circuit breaker, a dashboard.
 *
 * | outcome | health |
 * |---|---|
 * | 2xx | `took`: it does its work |
 * | 3xx, 4xx | `answered`: it is there, and did not take this lead |
 * | not sent, outcome unknown | `unclear`: it tells nothing |
 * | 5xx, no final status, unreachable, timed out | `down` |
 */
export const healthOf = (outcome: Outcome): Health => {
  switch (outcome._tag) {
    case "Answered":
      if (isSuccess(outcome.status)) return "took"
      return outcome.status >= 300 && outcome.status < 500 ? "answered" : "down"
    case "Unreachable":
    case "TimedOut":
      return "down"
    case "NotSent":
    case "OutcomeUnknown":
      return "unclear"
  }
}

const aboutTheLead: ReadonlySet<number> = new Set([400, 409, 413, 422])

/** 2xx. */
export const isSuccess = (status: number): boolean => status >= 200 && status < 300
