/** IPv4 addresses that are written as IPv6 addresses (RFC 4291, 2.5.5.2). */
import { isIPv6 } from "node:net"

/**
 * The IPv4 address that an IPv6 address maps, in any notation; any other text as it is. `::ffff:192.0.2.1` and
 * `::ffff:c000:201` are 192.0.2.1.
 */
export const withoutMapping = (address: string): string => {
  if (!mayBeMapped.test(address) || !isIPv6(address) || address.includes("%")) return address
  const [, high = "", low = ""] = mapped.exec(new URL(`http://[${address}]`).hostname) ?? []
  if (high === "") return address
  const bytes = [high, low].flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255])
  return bytes.join(".")
}

/** Quick, for every request: zeros alone stand before the mark. */
const mayBeMapped = /^[0:]+ffff:/i

/** The shortest notation, as a URL has it. */
const mapped = /^\[::ffff:([0-9a-f]+):([0-9a-f]+)\]$/
