import { isIP } from "node:net"
import { forbidden, privately } from "./internal/networks.ts"

/** Which addresses a lead may be delivered to, besides public ones. Forbidden ones are refused all the same. */
export interface AddressPolicy {
  /** Allows all loopback, private and other non-public addresses; `false` by default. */
  readonly allowPrivate?: boolean | undefined
  /**
   * Those of them that are allowed one by one, for development: addresses (`127.0.0.1`), networks
   * (`10.0.0.0/8`, `fd00::/8`) and host names (`customer.local`: whatever private address it resolves to).
   */
  readonly allow?: ReadonlyArray<string> | undefined
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
