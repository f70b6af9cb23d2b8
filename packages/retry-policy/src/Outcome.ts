/** The customer's API answered, with any status. */
export interface Answered {
  readonly _tag: "Answered"
  /** The final HTTP status. What is no integer from 200 to 999 is no answer (RFC 9110, section 15), see `classify`. */
  readonly status: number
  /** The `Retry-After` header as it came, if there was one. */
  readonly retryAfter?: string | undefined
  /** The `Content-Type` header as it came, if there was one. */
  readonly contentType?: string | undefined
  /** The body as text, for rows that look into it. */
  readonly body?: string | undefined
  /** Whether the body is cut off. No condition on its content holds then. */
  readonly truncated?: boolean | undefined
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
  /** `connect`: the request was not sent yet. */
  readonly phase?: "connect" | "answer" | undefined
}

/** Nothing was sent, because the customer's host has an address that is not allowed. Classified as `NotSent`. */
export interface AddressRefused {
  readonly _tag: "AddressRefused"
}

/** Nothing was sent, for a reason on our side: a forbidden address, a request that cannot be sent. */
export interface NotSent {
  readonly _tag: "NotSent"
}

/** The result is unknown, because the worker died after it opened the attempt. The customer may have the lead. */
export interface OutcomeUnknown {
  readonly _tag: "OutcomeUnknown"
}

/**
 * How one attempt to deliver a lead ended. Every `DeliveryOutcome` of `@lead-gateway/customer-client` is one; other
 * clients fill in what they know.
 */
export type Outcome = Answered | Unreachable | TimedOut | AddressRefused | NotSent | OutcomeUnknown

/** Whose fault a failed attempt is: this lead's, the customer's (any lead would fail), or ours. */
export type Fault = "lead" | "customer" | "ours"

/**
 * What an outcome shows about the customer's API as a whole, for circuit breakers and dashboards.
 *
 * | health | meaning |
 * |---|---|
 * | `success` | it took a lead |
 * | `rejected` | it answered, and did not take this lead |
 * | `unavailable` | any lead would fail: it is down, or refuses all of them |
 * | `unknown` | no evidence |
 */
export type Health = "success" | "rejected" | "unavailable" | "unknown"

/**
 * Whether the customer may have seen the attempt without our knowing what came of it. Later attempts of the same
 * delivery then pass `before: "unseen"` to `classify` and `decide`.
 *
 * | outcome | unseen |
 * |---|---|
 * | outcome unknown; any value that is no outcome | yes |
 * | timed out | yes, but for the phase `connect` |
 * | unreachable: `dns`, `refused`, `no_route`, `connect_timeout`, `tls`, `unsendable`, and the codes of such errors | no |
 * | unreachable for any other reason: `reset`, `protocol`, `ECONNRESET` | yes |
 * | 502, 504, 520, 524: an intermediary lost the answer of the customer | yes |
 * | a status that is no integer from 200 to 999 | yes |
 * | any other answer, address refused, not sent | no |
 *
 * Total: accepts any value.
 */
export const isUnseen = (outcome: Outcome): boolean => {
  try {
    switch (outcome?._tag) {
      case "Answered":
        return !isFinalStatus(outcome.status) || lostAnswers.has(outcome.status)
      case "Unreachable":
        return !unsentErrors.has(outcome.kind)
      case "TimedOut":
        return outcome.phase !== "connect"
      case "AddressRefused":
      case "NotSent":
        return false
      default:
        return true
    }
  } catch {
    return true
  }
}

/** Whether a status ends an exchange: an integer from 200 to 999. */
export const isFinalStatus = (status: unknown): boolean =>
  Number.isInteger(status) && (status as number) >= 200 && (status as number) <= 999

/** Bad gateway and gateway timeout (RFC 9110, sections 15.6.3 and 15.6.5), and Cloudflare's own for the same. */
const lostAnswers: ReadonlySet<number> = new Set([502, 504, 520, 524])

/** Network errors that occur before a request is sent. */
export const unsentErrors: ReadonlySet<unknown> = new Set([
  "dns",
  "refused",
  "no_route",
  "connect_timeout",
  "tls",
  "unsendable",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EAI_NODATA",
  "EAI_NONAME",
  "ECONNREFUSED",
  "ENETUNREACH",
  "ENETDOWN",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "EADDRNOTAVAIL",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
])
