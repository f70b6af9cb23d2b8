import { BlockList, isIP } from "node:net"

/** Which addresses leads may be delivered to, in addition to public ones. Forbidden ones are always refused. */
export interface AddressPolicy {
  /** Allows all loopback, private and other non-public addresses; `false` by default. */
  readonly allowPrivate?: boolean | undefined
  /**
   * Non-public addresses that are allowed individually, for development: addresses (`127.0.0.1`), networks
   * (`10.0.0.0/8`, `fd00::/8`) and host names (`customer.local`: any private address that it resolves to).
   */
  readonly allow?: ReadonlyArray<string> | undefined
}

/**
 * Classifies an IP address: `public`, `private` (of our own machine or network), or `forbidden` (no lead is ever
 * delivered to it: link-local, cloud metadata, multicast, unspecified).
 *
 * The networks are those of the IANA special-purpose registries (RFC 6890) and of the cloud providers'
 * documentation. An IPv6 address that embeds an IPv4 address has the class of the latter. Anything that is not an IP
 * address is `forbidden`. `addressClass("64:ff9b::a9fe:a9fe")` is `forbidden`: it is 169.254.169.254 by NAT64.
 */
export const addressClass = (address: string): "public" | "private" | "forbidden" => {
  if (typeof address !== "string") return "forbidden"
  const bare = address.replace(/%.*$/, "") // "fe80::1%eth0": a BlockList knows no zones
  const version = isIP(bare)
  if (version === 0) return "forbidden"
  const family = version === 4 ? "ipv4" : "ipv6"
  if (forbidden.check(bare, family)) return "forbidden"
  return privately.check(bare, family) ? "private" : "public"
}

/** A list of IPv4 and IPv6 networks; each IPv4 network is included in the IPv6 forms that embed it. */
export const networks = (ipv4: ReadonlyArray<string>, ipv6: ReadonlyArray<string>): BlockList => {
  const list = new BlockList()
  const add = (network: string, family: "ipv4" | "ipv6") => {
    const [base = "", prefix] = network.split("/")
    list.addSubnet(base, Number(prefix), family)
  }
  for (const network of ipv4) {
    add(network, "ipv4")
    for (const embedded of embeddings(network)) add(embedded, "ipv6")
  }
  for (const network of ipv6) add(network, "ipv6")
  return list
}

/** `embeddings("169.254.0.0/16")` is `["::ffff:a9fe:0000/112", …, "2002:a9fe:0000::/32"]`. */
const embeddings = (network: string): ReadonlyArray<string> => {
  const [base = "", prefix] = network.split("/")
  const hex = base.split(".").map((byte) => Number(byte).toString(16).padStart(2, "0"))
  const groups = `${hex[0]}${hex[1]}:${hex[2]}${hex[3]}`
  return [
    `::ffff:${groups}/${96 + Number(prefix)}`, // IPv4-mapped, RFC 4291
    `::ffff:0:${groups}/${96 + Number(prefix)}`, // IPv4-translated, RFC 2765
    `64:ff9b::${groups}/${96 + Number(prefix)}`, // NAT64, RFC 6052
    `2002:${groups}::/${16 + Number(prefix)}`, // 6to4, RFC 3056
  ]
}

/** Networks to which no lead is ever delivered. */
const forbidden = networks(
  [
    "0.0.0.0/8", // "this host"
    "169.254.0.0/16", // link-local, and metadata of nearly every cloud
    "100.100.100.200/32", // metadata, Alibaba Cloud
    "168.63.129.16/32", // platform services, Azure
    "192.0.0.192/32", // metadata, Oracle Cloud
    "224.0.0.0/4", // multicast
    "255.255.255.255/32", // broadcast
  ],
  [
    "::/128", // unspecified
    "fe80::/10", // link-local
    "ff00::/8", // multicast
    "fd00:ec2::/32", // metadata and local services, AWS
    "fd20:ce::254/128", // metadata, Google Cloud
    "fd00:42::42/128", // metadata, Scaleway
    "fd00:c1::a9fe:a9fe/128", // metadata, Oracle Cloud
    "fd00:a9fe:a9fe::1/128", // metadata, Akamai (Linode)
    "fd00:100::100:200/128", // metadata, Alibaba Cloud
    "64:ff9b:1::/48", // local NAT64: where the IPv4 address sits is up to the network
    "2001::/32", // Teredo: embeds IPv4 addresses, one of them inverted
  ],
)
forbidden.addRange("::2", "::ffff:ffff", "ipv6") // IPv4-compatible, RFC 4291: deprecated; ::1 is loopback

/** Networks that are reachable only from our own machine or network, or not at all. */
const privately = networks(
  [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "127.0.0.0/8", // loopback
    "100.64.0.0/10", // carrier-grade NAT
    "192.0.0.0/24", // IETF protocol assignments
    "192.0.2.0/24", // documentation, as the next two
    "198.51.100.0/24",
    "203.0.113.0/24",
    "198.18.0.0/15", // benchmarks
    "240.0.0.0/4", // reserved
  ],
  [
    "::1/128", // loopback
    "fc00::/7", // unique local
    "fec0::/10", // site-local, deprecated
    "100::/64", // discard
    "100:0:0:1::/64", // dummy, RFC 9780
    "5f00::/16", // segment routing, RFC 9602
    "2001::/23", // IETF protocol assignments
    "2001:db8::/32", // documentation, as the next
    "3fff::/20",
  ],
)
