import { assert, describe, it } from "@effect/vitest"
import type { Network } from "@lead-gateway/config"
import { type Forwarding, makeClientAddress } from "../src/ClientAddress.ts"

const trusted: ReadonlyArray<Network> = [
  { address: "10.0.0.0", prefix: 8, family: "ipv4" },
  { address: "192.0.2.7", prefix: 32, family: "ipv4" },
  { address: "fd00::", prefix: 8, family: "ipv6" },
]
const client = "203.0.113.9"
const proxy = "10.0.0.1"

const request = (remoteAddress: string | undefined, headers: Forwarding["headers"] = {}): Forwarding => ({
  socket: { remoteAddress },
  headers,
})

describe("without trusted proxies", () => {
  const addressOf = makeClientAddress([])

  it.each([
    [client, client],
    ["::ffff:203.0.113.9", client],
    ["::ffff:cb00:7109", client],
    ["0:0:0:0:0:FFFF:cb00:7109", client],
    ["::ffff:0:cb00:7109", "::ffff:0:cb00:7109"],
    ["2001:db8::1", "2001:db8::1"],
    [undefined, "unknown"],
  ] as const)("the client of a connection from %s is %s, whatever is forwarded", (peer, expected) => {
    const headers = { "x-forwarded-for": "198.51.100.1", forwarded: "for=198.51.100.1" }
    assert.strictEqual(addressOf(request(peer, headers)), expected)
  })
})

describe("behind trusted proxies", () => {
  const addressOf = makeClientAddress(trusted)

  it.each([
    // Nothing is forwarded, or by somebody else.
    [proxy, undefined, proxy],
    ["::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"],
    [client, "198.51.100.1", client],
    ["192.0.2.8", "198.51.100.1", "192.0.2.8"],
    // From right to left, up to the first that is no proxy's.
    [proxy, client, client],
    [proxy, `${client}, 10.0.0.2`, client],
    [proxy, `${client},192.0.2.7,10.0.0.2`, client],
    [proxy, `1.1.1.1, ${client}`, client],
    [proxy, `1.1.1.1, ${client}, 10.0.0.2`, client],
    [proxy, "10.0.0.3, 10.0.0.2", "10.0.0.3"],
    ["fd00::1", "2001:db8::5", "2001:db8::5"],
    // Ports, brackets, case, mapped addresses.
    [proxy, `${client}:4711`, client],
    [proxy, "[2001:db8::5]:4711", "2001:db8::5"],
    [proxy, "[2001:DB8::5]", "2001:db8::5"],
    [proxy, "2001:db8::5", "2001:db8::5"],
    [proxy, `::ffff:${client}`, client],
    ["::ffff:a00:1", "[::ffff:cb00:7109]:80, ::ffff:a00:2", client],
    [proxy, `[::ffff:${client}]:80`, client],
    [proxy, `  ${client}\t`, client],
    // What is no address hides who is behind it: the proxy that wrote it counts.
    [proxy, "", proxy],
    [proxy, ",", proxy],
    [proxy, `${client},`, proxy],
    [proxy, "unknown", proxy],
    [proxy, "_hidden", proxy],
    [proxy, "localhost", proxy],
    [proxy, "203.0.113.256", proxy],
    [proxy, "203.0.113.09", proxy],
    [proxy, "0x7f.1", proxy],
    [proxy, "2130706433", proxy],
    [proxy, "203.0.113.9:", proxy],
    [proxy, "203.0.113.9:123456", proxy],
    [proxy, "203.0.113.9:4711:1", proxy],
    [proxy, "[203.0.113.9]", proxy],
    [proxy, "[2001:db8::5", proxy],
    [proxy, "2001:db8::5]", proxy],
    [proxy, "[2001:db8::5]x", proxy],
    [proxy, "[]:80", proxy],
    [proxy, "fe80::1%eth0", proxy],
    [proxy, "203.0.113.9 evil", proxy],
    [proxy, "203.0.113.9;for=1.1.1.1", proxy],
    [proxy, "２０３.0.113.9", proxy],
    [proxy, "203.0.113.9\u0000", proxy],
    [proxy, '"203.0.113.9"', proxy],
    [proxy, `garbage, 10.0.0.2`, "10.0.0.2"],
  ])("from %s, X-Forwarded-For: %j gives %s", (peer, list, expected) => {
    assert.strictEqual(addressOf(request(peer, { "x-forwarded-for": list })), expected)
  })

  it.each([
    [`for=${client}`, client],
    [`For="${client}:4711"`, client],
    [`FOR=${client};proto=https;by=10.0.0.1`, client],
    [`proto=https ; for=${client}`, client],
    ['for="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17"],
    [`for=1.1.1.1, for=${client}`, client],
    [`for=${client}, for=10.0.0.2`, client],
    [`for=${client};host="a,b;for=1.1.1.1"`, client],
    [`for="\\2\\0\\3.0.113.9"`, client],
    [`for=${client};ext="quoted \\" text"`, client],
    // Hidden, or nobody's.
    ["for=unknown", proxy],
    ["for=_mystery", proxy],
    ["proto=https", proxy],
    ["", proxy],
    [`for=${client},`, proxy],
    [`for=${client}, proto=https`, proxy],
    [`for=${client};for=1.1.1.1`, proxy],
    ["for=[2001:db8::5]", proxy],
    ["for=2001:db8::5", proxy],
    // Malformed: nothing in it can be told apart.
    [`for=${client};host="open`, proxy],
    [`for = ${client}`, proxy],
    [`for=${client} for=1.1.1.1`, proxy],
    [`for=${client}, ;=`, proxy],
    [`for=, for=${client}`, proxy],
    ['for="', proxy],
    ["=1.1.1.1", proxy],
  ])("Forwarded: %j gives %s", (forwarded, expected) => {
    assert.strictEqual(addressOf(request(proxy, { forwarded })), expected)
  })

  it("both headers count only when they agree: a proxy writes one, a client may send the other", () => {
    const both = (forwarded: string, list: string) =>
      addressOf(request(proxy, { forwarded, "x-forwarded-for": list }))
    assert.strictEqual(both(`for=${client}`, client), client)
    assert.strictEqual(both("for=1.1.1.1", client), proxy)
    assert.strictEqual(both("garbage", client), proxy)
  })

  it("a list longer than any chain of proxies ends at its sixteenth address", () => {
    const long = ["1.1.1.1", ...Array.from({ length: 16 }, (_, i) => `10.0.1.${i}`)].join(",")
    assert.strictEqual(addressOf(request(proxy, { "x-forwarded-for": long })), "10.0.1.0")
  })

  it("hostile lists are read in linear time: 128 KiB of them would take minutes otherwise", () => {
    for (const unit of ['for="\\', "for=a;", ",", '";"', "for=10.0.0.2,", " \t"]) {
      const header = `${unit.repeat(131_072 / unit.length)}\u0000`
      const start = performance.now()
      assert.strictEqual(addressOf(request(proxy, { forwarded: header, "x-forwarded-for": header })), proxy)
      assert.isBelow(performance.now() - start, 2000)
    }
  })
})
