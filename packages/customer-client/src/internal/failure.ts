import type { UnreachableKind } from "../DeliveryOutcome.ts"

/** How far a connection had come when it failed. */
export type Stage = "connecting" | "securing" | "open"

/**
 * Names what a failed connection failed of, and says it in a sentence of our own: Node's messages may quote
 * hosts, certificates and bytes of the answer. `describeFailure(ECONNREFUSED, "connecting")` is `refused`, "the
 * customer's host refuses the connection (ECONNREFUSED)".
 */
export const describeFailure = (
  error: NodeJS.ErrnoException,
  stage: Stage,
): { readonly kind: UnreachableKind; readonly message: string } => {
  const code = /^[A-Z][A-Z0-9_]*$/.test(error.code ?? "") ? error.code : undefined
  const kind = kindOf(error.syscall, code ?? "", stage)
  return { kind, message: code === undefined ? sentences[kind] : `${sentences[kind]} (${code})` }
}

const kindOf = (syscall: string | undefined, code: string, stage: Stage): UnreachableKind => {
  if (syscall === "getaddrinfo") return "dns"
  if (stage === "securing" || /^(ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code)) return "tls"
  if (code.startsWith("HPE_")) return "protocol"
  if (code === "ETIMEDOUT") return stage === "connecting" ? "connect_timeout" : "reset"
  return kinds[code] ?? "other"
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
  ERR_INVALID_CHAR: "unsendable",
}

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
