import { assert, describe, it } from "@effect/vitest"
import { makeOriginCheck, type OriginRules, type Verdict } from "../src/RequestOrigin.ts"

const onLoopback: OriginRules = { onLoopback: true, allowedHosts: [], corsOrigins: [] }
const listed: OriginRules = {
  onLoopback: false,
  allowedHosts: ["leads.example", "[2001:db8::1]"],
  corsOrigins: [],
}
const open: OriginRules = { onLoopback: false, allowedHosts: [], corsOrigins: [] }
const cors: OriginRules = { ...onLoopback, corsOrigins: ["https://console.example", "http://localhost:5173"] }

interface Row {
  readonly url?: string
  readonly host?: string
  readonly origin?: string
  readonly site?: string
}

const verdictOf = (rules: OriginRules, { host, origin, site, url = "/stats/leads/recent" }: Row): Verdict =>
  makeOriginCheck(rules)({
    url,
    headers: {
      ...(host === undefined ? {} : { host }),
      ...(origin === undefined ? {} : { origin }),
      ...(site === undefined ? {} : { "sec-fetch-site": site }),
    },
  })

/** The hosts with another verdict. */
const except = (rules: OriginRules, expected: Verdict, hosts: ReadonlyArray<string>) =>
  hosts.filter((host) => verdictOf(rules, { host }) !== expected)

const loopbackNames = [
  "localhost",
  "localhost:8080",
  "LOCALHOST:8080",
  "localhost.",
  "localhost.:8080",
  "leads.localhost:8080",
  "127.0.0.1",
  "127.0.0.1:8080",
  "127.255.255.254:1",
  "[::1]",
  "[::1]:8080",
  "[0:0:0:0:0:0:0:1]:8080",
  "[::ffff:127.0.0.1]:8080",
  "[::FFFF:7f00:1]",
]

const foreignNames = [
  "rebind.test",
  "rebind.test:8080",
  "127.0.0.1.rebind.test:8080",
  "localhost.rebind.test",
  "notlocalhost",
  "localhost-rebind.test",
  "0.0.0.0:8080",
  "10.0.0.1:8080",
  "192.168.1.7",
  "169.254.169.254",
  "[::]:8080",
  "[fe80::1]",
  "[2001:db8::1]",
  "128.0.0.1",
  "127.0.0.256",
  "0x7f000001",
  "2130706433",
  "localhost@rebind.test",
  "rebind.test#localhost",
  "localhost/rebind.test",
  "localhost,rebind.test",
  "localhost rebind.test",
  "localhost:80:80",
  "localhost%00.rebind.test",
  "[::1",
  "[localhost]",
  "[::1]rebind.test",
  "::1",
  ".localhost.rebind.test",
  ":8080",
  "",
]

describe("the host of a request", () => {
  it("is, on loopback, a name that no name server has a say in", () => {
    assert.deepStrictEqual(except(onLoopback, "Own", loopbackNames), [])
    assert.deepStrictEqual(except(onLoopback, "UnknownHost", foreignNames), [])
  })

  it("may also be one that is allowed, with any port", () => {
    const rules = { ...onLoopback, allowedHosts: ["leads.example"] }
    assert.deepStrictEqual(
      except(rules, "Own", [...loopbackNames, "leads.example", "LEADS.example.:443", "leads.example:8443"]),
      [],
    )
    assert.deepStrictEqual(
      except(rules, "UnknownHost", ["www.leads.example", "leads.example.rebind.test", "leads.exampl"]),
      [],
    )
  })

  it("is any elsewhere, unless the allowed ones are listed", () => {
    assert.deepStrictEqual(except(open, "Own", [...loopbackNames, ...foreignNames]), [])
    assert.deepStrictEqual(
      except(listed, "Own", [...loopbackNames, "leads.example:8080", "[2001:DB8:0::1]:8080"]),
      [],
    )
    assert.deepStrictEqual(
      except(listed, "UnknownHost", ["rebind.test", "10.0.0.1:8080", "[2001:db8::2]"]),
      [],
    )
  })

  it("is any for the probes of an orchestrator, which ask a pod's address; on loopback there are none", () => {
    for (const url of ["/health", "/livez", "/readyz", "/readyz?verbose"]) {
      assert.strictEqual(verdictOf(listed, { url, host: "10.1.2.3:8080" }), "Own", url)
      assert.strictEqual(verdictOf(onLoopback, { url, host: "10.1.2.3:8080" }), "UnknownHost", url)
    }
    for (const url of [
      "/health/deep",
      "/openapi.json",
      "/health/../stats/leads/recent",
      "/READYZ",
      "//readyz",
      "/",
    ]) {
      assert.strictEqual(verdictOf(listed, { url, host: "10.1.2.3:8080" }), "UnknownHost", url)
    }
  })

  it("may be absent, as in HTTP/1.0", () => {
    assert.strictEqual(verdictOf(onLoopback, {}), "Own")
  })

  it("is also that of a target in absolute form", () => {
    const of = (url: string, host: string) => verdictOf(onLoopback, { url, host })
    assert.strictEqual(of("http://127.0.0.1:8080/stats/leads/recent", "127.0.0.1:8080"), "Own")
    for (const url of [
      "http://rebind.test/stats/leads/recent",
      "HTTP://rebind.test",
      "x://rebind.test?a=/",
    ]) {
      assert.strictEqual(of(url, "127.0.0.1:8080"), "UnknownHost", url)
    }
    assert.strictEqual(of("http://127.0.0.1/stats/leads/recent", "rebind.test"), "UnknownHost")
    assert.strictEqual(of("http://localhost@rebind.test/", "localhost"), "UnknownHost")
    // A target in absolute form is no probe of another host.
    assert.strictEqual(
      verdictOf(listed, { url: "http://rebind.test/stats/leads/counts", host: "leads.example" }),
      "UnknownHost",
    )
  })

  it("is looked at in every request, whatever the one before named", () => {
    const check = makeOriginCheck(onLoopback)
    const of = (host: string, url = "/stats/leads/recent") => check({ url, headers: { host } })
    for (let i = 0; i < 3; i++) {
      assert.strictEqual(of("127.0.0.1:8080"), "Own")
      assert.strictEqual(of("rebind.test:8080"), "UnknownHost")
      assert.strictEqual(of("rebind.test:8080"), "UnknownHost")
      assert.strictEqual(of("127.0.0.1:8080", "http://rebind.test/"), "UnknownHost")
    }
    const probed = makeOriginCheck(listed)
    assert.strictEqual(probed({ url: "/readyz", headers: { host: "rebind.test" } }), "Own")
    assert.strictEqual(
      probed({ url: "/stats/leads/recent", headers: { host: "rebind.test" } }),
      "UnknownHost",
    )
  })
})

const host = "127.0.0.1:8080"
const own = "http://127.0.0.1:8080"

describe("the page of a request", () => {
  it("is none, or one of the api's own", () => {
    const rows: ReadonlyArray<Row> = [
      {},
      { site: "none" },
      { site: "same-origin" },
      { origin: own },
      { origin: own, site: "same-origin" },
    ]
    for (const rules of [onLoopback, cors, open]) {
      for (const row of rows)
        assert.strictEqual(verdictOf(rules, { ...row, host }), "Own", JSON.stringify(row))
    }
  })

  it("is not of another origin: scheme, host and port count", () => {
    const rows: ReadonlyArray<Row> = [
      { origin: "https://evil.example" },
      { origin: "https://evil.example", site: "cross-site" },
      { origin: "https://evil.example", site: "same-origin" },
      { origin: "http://127.0.0.1:8081", site: "same-site" },
      { origin: "http://127.0.0.1", site: "same-site" },
      { origin: "http://localhost:8080" },
      { origin: "https://127.0.0.1:8080" },
      { origin: own, site: "cross-site" },
      { origin: own, site: "same-site" },
      { origin: "null" },
      { origin: "null", site: "same-origin" },
      { origin: "" },
      { origin: `${own}, https://evil.example` },
      { origin: `${own}.evil.example` },
      { origin: "file://" },
      { origin: "chrome-extension://abcdefghijklmnop" },
      { site: "cross-site" },
      { site: "same-site" },
      { site: "same-origin, cross-site" },
      { site: "" },
      { site: "something-new" },
    ]
    const urls = [
      "/webhooks/leads",
      "/stats/leads/1/history",
      "/health/deep",
      "/api/v1/replays",
      "/console/session",
      "/READYZ",
      "/readyz/",
      "/health/../stats/leads/recent",
      `${own}/stats/leads/recent`,
    ]
    for (const rules of [onLoopback, cors, open, { ...listed, allowedHosts: ["127.0.0.1"] }]) {
      for (const row of rows) {
        for (const url of urls) {
          assert.strictEqual(
            verdictOf(rules, { ...row, host, url }),
            "CrossSite",
            JSON.stringify({ ...row, url }),
          )
        }
      }
    }
  })

  it("is the api's own behind a proxy that speaks TLS, as far as the browser says so", () => {
    const row = { host: "leads.example", origin: "https://leads.example" }
    assert.strictEqual(verdictOf(listed, { ...row, site: "same-origin" }), "Own")
    assert.strictEqual(verdictOf(listed, row), "CrossSite")
    assert.strictEqual(verdictOf(listed, { ...row, site: "same-site" }), "CrossSite")
  })

  it("compares an origin with the target's host where the target has one", () => {
    const url = "http://leads.example/stats/leads/recent"
    assert.strictEqual(verdictOf(listed, { url, host, origin: "http://leads.example" }), "Own")
    assert.strictEqual(verdictOf(listed, { url, host, origin: own }), "CrossSite")
  })

  it("may be any where nothing of a lead is changed or shown", () => {
    for (const url of ["/health", "/livez", "/readyz", "/openapi.json", "/openapi.json?download"]) {
      assert.strictEqual(verdictOf(onLoopback, { url, host, origin: "https://evil.example" }), "Own", url)
      assert.strictEqual(verdictOf(onLoopback, { url, host, site: "cross-site" }), "Own", url)
    }
  })

  it("may be of an origin that is allowed, and of no other", () => {
    for (const site of [undefined, "cross-site", "same-site", "same-origin"]) {
      for (const origin of cors.corsOrigins) {
        const row = { host, origin, ...(site === undefined ? {} : { site }) }
        assert.strictEqual(verdictOf(cors, row), "AllowedOrigin", JSON.stringify(row))
      }
    }
    for (const origin of [
      "http://console.example",
      "https://console.example:444",
      "https://console.example.evil.example",
      "https://evil-console.example",
      "https://CONSOLE.example",
      "http://localhost:5174",
    ]) {
      assert.strictEqual(verdictOf(cors, { host, origin }), "CrossSite", origin)
    }
    // An image that an allowed page shows has no origin, so it cannot be told from anybody's.
    assert.strictEqual(verdictOf(cors, { host, site: "cross-site" }), "CrossSite")
    assert.strictEqual(
      verdictOf(cors, { host: "rebind.test", origin: "https://console.example" }),
      "UnknownHost",
    )
  })
})
