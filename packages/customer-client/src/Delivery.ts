import * as Data from "effect/Data"

/** One lead to be delivered to a customer. */
export interface DeliveryRequest {
  /** JSON text, sent byte for byte as UTF-8: `JSON.stringify(lead)`, not the lead itself. */
  readonly body: string
  /**
   * The same for every attempt to deliver a lead, so that the customer can recognise a repetition. Not empty; ASCII, as all
   * values that become headers; without a dot if requests are signed.
   */
  readonly idempotencyKey: string
  /** Sent as `X-Correlation-ID`; omitted by default. */
  readonly correlationId?: string | undefined
  /** W3C Trace Context, `00-<trace id>-<span id>-<flags>`; omitted by default. */
  readonly traceparent?: string | undefined
  /** W3C Trace Context, `vendor=value,…`; omitted by default, and without a `traceparent`. */
  readonly tracestate?: string | undefined
}

/**
 * How one exchange with the customer's API ended. Plain data, one of four:
 *
 * - `Answered`: an HTTP answer with any final status, redirects included.
 * - `Unreachable`: no answer, because the connection or the protocol failed.
 * - `TimedOut`: no answer within the timeout.
 * - `AddressRefused`: nothing was sent, because the host resolves to a forbidden address.
 *
 * Two of them are known before anything is sent. `AddressRefused` concerns the customer's settings: every lead would
 * have this outcome (`CustomerClient.refusal` reports it without a lead). `Unreachable` of kind `unsendable` concerns
 * this request alone: a header value that is not ASCII, a missing key, or a body that is no text; another request may be
 * sent. It is also the outcome of a closed client.
 *
 * Once the head of an answer has arrived, the outcome is `Answered`: if the body then breaks off, is too slow or
 * exceeds the cap, it holds what was read and `truncated: true`.
 *
 * Messages are sentences of this package's own: none quotes the URL, the token, the request or the answer.
 * `Answered.body` is the customer's text and may repeat the lead: keep it in the lead's record, out of logs.
 */
export type DeliveryOutcome = Data.TaggedEnum<{
  Answered: {
    readonly status: number
    /** The `Retry-After` header, unchecked: seconds or an HTTP date. */
    readonly retryAfter: string | undefined
    /**
     * The `Date` header, unchecked: an HTTP date by the customer's clock, rounded down to seconds. Compare a date in
     * `retryAfter` with it, because our clock may differ.
     */
    readonly date: string | undefined
    /** The `Content-Type` header, as it came. */
    readonly contentType: string | undefined
    /**
     * The text, decoded from its content coding and charset, UTF-8 by default. Storable in Postgres: invalid bytes and NUL
     * are replaced by U+FFFD.
     */
    readonly body: string
    /** Whether there was, or may have been, more body than was read. */
    readonly truncated: boolean
    /** Why the body could not be read, a sentence; `body` is then empty, and `truncated` true. */
    readonly unreadable: string | undefined
    readonly durationMs: number
  }
  Unreachable: {
    readonly kind: UnreachableKind
    readonly message: string
    readonly durationMs: number
  }
  TimedOut: {
    /** `connect`: the customer has not seen the request. `answer`: it may have. */
    readonly phase: "connect" | "answer"
    readonly durationMs: number
  }
  AddressRefused: {
    readonly message: string
  }
}>

/** Constructors and matchers: `DeliveryOutcome.TimedOut({ … })`, `DeliveryOutcome.$match(outcome, { … })`. */
export const DeliveryOutcome = Data.taggedEnum<DeliveryOutcome>()

/**
 * Why there is no answer.
 *
 * | kind | meaning | may the customer have seen the request? |
 * |---|---|---|
 * | `dns` | the host name has no address, or the resolver failed | no |
 * | `refused` | nothing listens on the port, or HTTP/2 reports that the request was not processed | no |
 * | `no_route` | the network or host cannot be reached | no |
 * | `connect_timeout` | the operating system gave up connecting | no |
 * | `tls` | no TLS session: certificate, version, or no TLS at all | no |
 * | `reset` | connection or HTTP/2 stream ended before an answer; perhaps a kept connection, just as it was reused | yes |
 * | `protocol` | the answer is not valid HTTP, or has no final status (101, below 100) | yes |
 * | `unsendable` | a value of the request cannot be sent (its message says which and why), this system permits no further socket (`EMFILE`), or the client is closed | no |
 * | `other` | anything else; the message names the system's error code | yes |
 */
export type UnreachableKind =
  | "dns"
  | "refused"
  | "no_route"
  | "connect_timeout"
  | "tls"
  | "reset"
  | "protocol"
  | "unsendable"
  | "other"
