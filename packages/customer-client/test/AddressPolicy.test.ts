import { assert, describe, it } from "@effect/vitest"
import { addressClass, checkUrl } from "@lead-gateway/customer-client"
import { Result, Schema } from "effect"

const table = {
  forbidden: {
    "link-local": ["169.254.0.1", "169.254.255.255", "fe80::1", "febf::1", "fe80::1%eth0"],
    "cloud metadata": [
      "169.254.169.254",
      "169.254.170.2",
      "100.100.100.200",
      "168.63.129.16",
      "192.0.0.192",
      "fd00:ec2::254",
      "fd20:ce::254",
      "fd00:42::42",
      "fd00:c1::a9fe:a9fe",
      "fd00:a9fe:a9fe::1",
      "fd00:100::100:200",
    ],
    "unspecified, multicast, broadcast": [
      "0.0.0.0",
      "0.1.2.3",
      "::",
      "224.0.0.1",
      "239.1.1.1",
      "ff02::1",
      "255.255.255.255",
    ],
    "a forbidden IPv4 address carried by IPv6": [
      "::ffff:169.254.169.254",
      "::ffff:a9fe:a9fe",
      "::ffff:0:a9fe:a9fe",
      "::169.254.169.254",
      "64:ff9b::a9fe:a9fe",
      "64:ff9b::169.254.169.254",
      "2002:a9fe:a9fe::1",
      "2002:6464:64c8::",
      "64:ff9b::6464:64c8",
      "::ffff:0.0.0.0",
      "64:ff9b::e000:1",
      "::ffff:255.255.255.255",
    ],
    "IPv6 that may carry anything": [
      "64:ff9b:1::a9fe:a9fe",
      "2001:0:4136:e378:8000:63bf:3fff:fdd2",
      "::2",
      "::a00:1",
    ],
    "no address at all": ["", "example.com", "999.1.1.1", "1.2.3", "::ffff::1"],
  },
  private: {
    "private networks": [
      "10.0.0.1",
      "172.16.0.1",
      "172.31.255.255",
      "192.168.1.1",
      "fc00::1",
      "fd12:3456::1",
    ],
    loopback: ["127.0.0.1", "127.255.255.254", "::1"],
    "carrier-grade NAT": ["100.64.0.1", "100.127.255.255"],
    "reserved, documentation, benchmarks": [
      "192.0.2.1",
      "198.18.0.1",
      "240.0.0.1",
      "255.255.255.254",
      "2001:db8::1",
      "100::1",
      "100:0:0:1::1",
      "5f00::1",
    ],
    "a private IPv4 address carried by IPv6": [
      "::ffff:10.0.0.1",
      "::ffff:127.0.0.1",
      "64:ff9b::c0a8:101",
      "2002:7f00:1::",
      "::ffff:0:ac10:1",
    ],
  },
  public: {
    IPv4: [
      "1.1.1.1",
      "9.255.255.255",
      "11.0.0.0",
      "100.63.255.255",
      "100.128.0.0",
      "172.15.255.255",
      "172.32.0.0",
    ],
    "next to what is forbidden": [
      "169.253.255.255",
      "169.255.0.0",
      "1.0.0.0",
      "223.255.255.255",
      "168.63.129.17",
    ],
    IPv6: ["2606:4700::1111", "2a00:1450:4001::1", "2400::1"],
    "a public IPv4 address carried by IPv6": ["::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::"],
  },
}

describe("addressClass", () => {
  for (const [expected, groups] of Object.entries(table)) {
    for (const [name, addresses] of Object.entries(groups)) {
      it.each(addresses)(`%s is ${expected}: ${name}`, (address) => {
        assert.strictEqual(addressClass(address), expected)
      })
    }
  }
})

const Bits32 = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 32 - 1 }))
const Network = Schema.Struct({
  base: Schema.Union([Bits32, Schema.Literals([0x0a000000, 0x7f000001, 0xac100000, 0xc0a80000, 0x64400000])]),
  bits: Schema.Int.check(Schema.isBetween({ minimum: 4, maximum: 32 })),
})

const dotted = (address: number) => [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".")
const isIn = (address: number, { base, bits }: { readonly base: number; readonly bits: number }) =>
  address >>> (32 - bits) === base >>> (32 - bits)

/** Addresses near the networks that are allowed, or anywhere. */
const nearby = (networks: ReadonlyArray<{ readonly base: number }>, address: number) => [
  address,
  ...networks.flatMap(({ base }) => [base, (base ^ (address & 0xffff)) >>> 0]),
  0x0a000000 + (address & 0xffffff),
  0x7f000000 + (address & 0xffffff),
  0xa9fe0000 + (address & 0xffff),
]

describe("an address policy", () => {
  it.prop(
    "allows public addresses, private ones that are in a network of it, and forbidden ones never",
    [Schema.Array(Network).check(Schema.isMaxLength(4)), Bits32],
    ([networks, random]) => {
      const allow = networks.map(({ base, bits }) => `${dotted(base)}/${bits}`)
      // A network that begins at a forbidden address is invalid, and allows nothing.
      const valid = networks.filter(({ base }) => addressClass(dotted(base)) !== "forbidden")
      for (const address of nearby(networks, random)) {
        const actual = addressClass(dotted(address))
        const expected =
          actual === "public" || (actual === "private" && valid.some((network) => isIn(address, network)))
        for (const host of [dotted(address), `[::ffff:${dotted(address)}]`]) {
          assert.strictEqual(Result.isSuccess(checkUrl(`http://${host}/`, { allow })), expected, host)
        }
      }
    },
  )
})
