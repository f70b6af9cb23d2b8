import * as Data from "effect/Data"

/**
 * How one exchange with the customer's API ended. Plain data, one of four:
 *
 * - `Answered`: an HTTP answer with its final status, whatever it is; a redirect too.
 * - `Unreachable`: no answer, because the connection or the protocol failed.
 * - `TimedOut`: no answer within the time allowed.
 * - `AddressRefused`: nothing was sent, because the host resolves to a forbidden address.
 *
 * Two of them can be known before anything is sent, and differ in whose matter they are. `AddressRefused` is the
 * customer's: its settings lead where no lead may go, so every lead would end so (`CustomerClient.refusal` tells it
 * without a lead). `Unreachable` of kind `unsendable` is this one request's: a value that it brings along, or its
 * missing key; another request may well be sent. A closed client is `unsendable`, too.
 *
 * Once the head of an answer is here, the answer is known: if its body then breaks off, comes too slowly or
 * is longer than the cap, the outcome is still `Answered`, with what was read and `truncated: true`.
 *
 * Messages are sentences of this package's own: none quotes the URL, the token, what was sent or what came
 * back. `Answered.body` is the customer's text and may repeat the lead: keep it in the lead's record, out of
 * logs.
 */
export type DeliveryOutcome = Data.TaggedEnum<{
  Answered: {
    readonly status: number
    /** The `Retry-After` header as it came: seconds or an HTTP date, unchecked. */
    readonly retryAfter: string | undefined
    /**
     * The `Date` header as it came, unchecked: an HTTP date by the clock of whoever answered, rounded down to
     * seconds. What to compare a date in `retryAfter` with; our own clock may differ from theirs.
     */
    readonly date: string | undefined
    /** UTF-8 text, storable in Postgres: bytes that are no UTF-8, and NUL, are U+FFFD. */
    readonly body: string
    /** Whether there was, or may have been, more body than was read. */
    readonly truncated: boolean
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
 * What stood between us and an answer.
 *
 * | kind | meaning | may the customer have seen the request? |
 * |---|---|---|
 * | `dns` | the host name has no address, or the resolver failed | no |
 * | `refused` | nobody listens on the port, or HTTP/2 tells that nobody looked at the request | no |
 * | `no_route` | the network or host cannot be reached | no |
 * | `connect_timeout` | the operating system gave up connecting | no |
 * | `tls` | no TLS session: certificate, version, or no TLS at all | no |
 * | `reset` | connection or HTTP/2 stream ended before an answer; a kept one perhaps just as it was used again | yes |
 * | `protocol` | what came back is no HTTP answer | yes |
 * | `unsendable` | a header value of the request is not allowed in HTTP, its idempotency key is empty, or the client is closed | no |
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
