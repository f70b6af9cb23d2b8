import type { UnreachableKind } from "../Delivery.ts"

/** The stage at which a connection failed; `settling` is HTTP/2's exchange of settings. */
export type Stage = "connecting" | "securing" | "settling" | "open"

/** Why there is no answer. */
export interface Failure {
  readonly kind: UnreachableKind
  readonly message: string
}

/**
 * Classifies a connection failure and describes it in a sentence of our own, because Node's messages may quote
 * hosts, certificates and bytes of the answer. `describeFailure(ECONNREFUSED, "connecting")` is `refused`, "the
 * customer's host refuses the connection (ECONNREFUSED)". A socket that this system does not permit is `unsendable`.
 */
export const describeFailure = (error: NodeJS.ErrnoException, stage: Stage): Failure => {
  const code = /^[A-Z][A-Z0-9_]*$/.test(error.code ?? "") ? error.code : undefined
  if (stage === "connecting" && isOwnLimit(code)) {
    return {
      kind: "unsendable",
      message: `this system permits no further socket (${code}); nothing was sent`,
    }
  }
  const kind = kindOf(error.syscall, code ?? "", stage)
  return { kind, message: code === undefined ? sentences[kind] : `${sentences[kind]} (${code})` }
}

/** Whether this process or its system has run out of files, buffers or memory: the customer has no part in that. */
const isOwnLimit = (code: string | undefined): boolean => /^(EMFILE|ENFILE|ENOBUFS|ENOMEM)$/.test(code ?? "")

const kindOf = (syscall: string | undefined, code: string, stage: Stage): UnreachableKind => {
  if (syscall === "getaddrinfo") return "dns"
  if (stage === "securing" || /^(ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code)) return "tls"
  if (code === "ETIMEDOUT") return stage === "connecting" ? "connect_timeout" : "reset"
  return kinds[code] ?? (/^(HPE_|ERR_HTTP2_)/.test(code) ? "protocol" : "other")
}

const kinds: Readonly<Record<string, UnreachableKind>> = {
  ECONNREFUSED: "refused",
  EHOSTUNREACH: "no_route",
  ENETUNREACH: "no_route",
  EHOSTDOWN: "no_route",
  ENETDOWN: "no_route",
  EADDRNOTAVAIL: "no_route",
  ECONNRESET: "reset",
  ECONNABORTED: "reset",
  EPIPE: "reset",
  ERR_HTTP2_SESSION_ERROR: "reset", // a GOAWAY with an error code
  ERR_INVALID_CHAR: "unsendable",
}

/**
 * Whether a status ends an exchange. One below 100 is none (RFC 9110, section 15); 101 answers a wish to switch protocols,
 * which is never sent; other informational ones precede the answer (section 15.2), and Node does not report them.
 */
export const isFinal = (status: number): boolean => status >= 200

/** Describes an answer whose status is not final. */
export const noAnswer = (status: number): Failure => ({
  kind: "protocol",
  message:
    status === 101
      ? "the customer's host answered 101 without being asked to switch protocols"
      : `the customer's host answered with ${status}, which is not a final status`,
})

/**
 * Classifies the reset of an HTTP/2 stream by its error code of RFC 9113: `describeReset(7)` is `refused`, "the customer's host refused the request before it looked at it (REFUSED_STREAM)".
 */
export const describeReset = (code: number): Failure => {
  const name = resets[code] ?? `code ${code}`
  if (name === "REFUSED_STREAM") {
    const message = "the customer's host refused the request before it looked at it (REFUSED_STREAM)"
    return { kind: "refused", message }
  }
  const isOfProtocol = /PROTOCOL|FLOW_CONTROL|SETTINGS|STREAM_CLOSED|FRAME_SIZE|COMPRESSION|HTTP_1_1/.test(
    name,
  )
  const kind = isOfProtocol ? "protocol" : "reset"
  return { kind, message: `${kind === "reset" ? streamReset : streamBroken} (${name})` }
}

const streamReset = "the customer's host reset the request before it answered"
const streamBroken = "the HTTP/2 exchange with the customer's host broke its rules"

/** The error codes of RFC 9113, section 7, by number. */
const resets = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
]

const sentences: Readonly<Record<UnreachableKind, string>> = {
  dns: "the customer's host name cannot be resolved",
  refused: "the customer's host refuses the connection",
  no_route: "the customer's host cannot be reached",
  connect_timeout: "the customer's host does not answer to a connection",
  tls: "no TLS session with the customer's host",
  reset: "the customer's host closed the connection before it answered",
  protocol: "the customer's host answered what is not HTTP",
  unsendable: "the request has a header value that HTTP does not allow; nothing was sent",
  other: "the exchange with the customer's host failed",
}
