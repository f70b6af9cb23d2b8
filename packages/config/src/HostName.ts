/**
 * Host names as requests and settings write them, in one form in which they can be compared.
 *
 * Only what a browser or a library writes into `Host` is accepted: a name, an IPv4 address, or an IPv6 address in
 * brackets. No URL parser reads them, since one accepts more (`localhost%00.x`, `0x7f.1`, `user@localhost`).
 */
import { BlockList, isIP, isIPv4, isIPv6 } from "node:net"

/**
 * The host of an authority without its port (RFC 3986, 3.2), in lower case and without the dot at its end; IPv6
 * addresses in brackets and in their shortest form. Undefined when it has none. `LOCALHOST.:8080` gives `localhost`,
 * `[0:0:0:0:0:0:0:1]` gives `[::1]`.
 */
export const hostOf = (authority: string): string | undefined => {
  const [, literal, name] = authorityPattern.exec(authority) ?? []
  if (name !== undefined) return name.toLowerCase().replace(/\.$/, "")
  return literal === undefined ? undefined : bracketed(literal)
}

/** The same for a text that is a host alone, so that an IPv6 address needs no brackets. */
export const hostAlone = (text: string): string | undefined => {
  if (isIPv6(text)) return bracketed(text)
  return /:\d*$/.test(text) && !text.endsWith("]") ? undefined : hostOf(text)
}

const authorityPattern =
  /^(?:\[([0-9a-f:.]+)\]|([a-z0-9_](?:[a-z0-9_.-]{0,252}[a-z0-9_])?\.?))(?::\d{0,5})?$/i

const bracketed = (address: string): string | undefined =>
  isIPv6(address) ? new URL(`http://[${address}]`).hostname : undefined

const loopback = new BlockList()
loopback.addSubnet("127.0.0.0", 8, "ipv4")
loopback.addAddress("::1", "ipv6")

/** Whether an IP address is this machine's own: RFC 1122, 3.2.1.3; RFC 4291, 2.5.3 (also mapped, 2.5.5.2). */
export const isLoopbackAddress = (address: string): boolean =>
  isIP(address) !== 0 && loopback.check(address, isIPv4(address) ? "ipv4" : "ipv6")

/**
 * Whether a host in the form of {@link hostOf} is this machine to every resolver: a loopback address, `localhost`, or a
 * name below it (RFC 6761, 6.3). No name server has a say in these, so no attacker's has.
 */
export const isLoopbackHost = (host: string): boolean =>
  host === "localhost" || host.endsWith(".localhost") || isLoopbackAddress(host.replace(/^\[|\]$/g, ""))
