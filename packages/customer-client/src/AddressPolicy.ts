import { isIP } from "node:net"
import { forbidden, privately } from "./internal/networks.ts"

/** Which addresses a lead may be delivered to, besides public ones. */
export interface AddressPolicy {
  /** Loopback, private and otherwise not public addresses too. Forbidden ones are refused all the same. */
  readonly allowPrivate: boolean
}

/**
 * Who may be behind an IP address: anybody (`public`), somebody on our own machine or network (`private`), or
 * something no lead is ever delivered to (`forbidden`: link-local, cloud metadata, multicast, unspecified).
 *
 * The networks are those of the IANA special-purpose registries (RFC 6890) and of the cloud providers'
 * documentation. An IPv6 address that carries an IPv4 address has the class of what it carries. What is no IP
 * address is `forbidden`. `addressClass("64:ff9b::a9fe:a9fe")` is `forbidden`: it is 169.254.169.254 by NAT64.
 */
export const addressClass = (address: string): "public" | "private" | "forbidden" => {
  const bare = address.replace(/%.*$/, "") // "fe80::1%eth0": a BlockList knows no zones
  const version = isIP(bare)
  if (version === 0) return "forbidden"
  const family = version === 4 ? "ipv4" : "ipv6"
  if (forbidden.check(bare, family)) return "forbidden"
  return privately.check(bare, family) ? "private" : "public"
}

/** Why an address is refused, to end a sentence: "10.0.0.1, a private address". `undefined`: it is allowed. */
export const addressRefusal = (address: string, policy: AddressPolicy): string | undefined => {
  const found = addressClass(address)
  const allowed = found === "public" || (found === "private" && policy.allowPrivate)
  return allowed ? undefined : `${address}, a ${found} address`
}
