import { BlockList } from "node:net"

/** A list of IPv4 and IPv6 networks; each IPv4 network also in the IPv6 forms that lead to it. */
export const networks = (ipv4: ReadonlyArray<string>, ipv6: ReadonlyArray<string>): BlockList => {
  const list = new BlockList()
  const add = (network: string, family: "ipv4" | "ipv6") => {
    const [base = "", prefix] = network.split("/")
    list.addSubnet(base, Number(prefix), family)
  }
  for (const network of ipv4) {
    add(network, "ipv4")
    for (const carried of carriedBy(network)) add(carried, "ipv6")
  }
  for (const network of ipv6) add(network, "ipv6")
  return list
}

/** `carriedBy("169.254.0.0/16")` is `["::ffff:a9fe:0000/112", …, "2002:a9fe:0000::/32"]`. */
const carriedBy = (network: string): ReadonlyArray<string> => {
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
export const forbidden = networks(
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
    "64:ff9b:1::/48", // local NAT64: where the IPv4 address sits is the network's own choice
    "2001::/32", // Teredo: carries IPv4 addresses, one of them inverted
  ],
)
forbidden.addRange("::2", "::ffff:ffff", "ipv6") // IPv4-compatible, RFC 4291: given up; ::1 is loopback

/** Networks that are reachable only from our own machine or network, or not at all. */
export const privately = networks(
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
    "fec0::/10", // site-local, given up
    "100::/64", // discard
    "100:0:0:1::/64", // dummy, RFC 9780
    "5f00::/16", // segment routing, RFC 9602
    "2001::/23", // IETF protocol assignments
    "2001:db8::/32", // documentation, as the next
    "3fff::/20",
  ],
)
