import { assert, describe, it } from "@effect/vitest"
import { faultOf, type RequestHead } from "../src/internal/requestHead.ts"

const head = (
  headers: ReadonlyArray<readonly [string, string]>,
  { httpVersion = "1.1", url = "/webhooks/leads" } = {},
): RequestHead => ({
  httpVersion,
  url,
  rawHeaders: headers.flat(),
  headers: { host: headers.find(([name]) => name.toLowerCase() === "host")?.[1] },
})

const host = ["Host", "gateway.example"] as const
const json = ["Content-Type", "application/json"] as const

describe("an ordinary request", () => {
  it.each([
    ["a webhook", [host, json, ["X-Request-ID", "a"], ["Content-Length", "2"]]],
    [
      "names in lower case",
      [
        ["host", "x"],
        ["content-type", "a/b"],
        ["authorization", "Bearer a"],
      ],
    ],
    [
      "names in upper case",
      [
        ["HOST", "x"],
        ["TRANSFER-ENCODING", "CHUNKED"],
      ],
    ],
    ["a comma in quotes", [host, ["Content-Type", String.raw`a/b; profile="a, \", b"`]]],
    ["other headers twice", [host, ["X-Forwarded-For", "a"], ["X-Forwarded-For", "b"], ["Via", "a"]]],
    ["names as long as those that count", [host, ["Date", "a"], ["From", "b"], ["Max-Forwards", "1"]]],
  ] as const)("has no fault: %s", (_, headers) => {
    assert.isUndefined(faultOf(head(headers)))
  })

  it("may lack a host in HTTP/1.0", () => {
    assert.isUndefined(faultOf(head([], { httpVersion: "1.0" })))
  })

  it.each([
    "localhost",
    "localhost:8080",
    "GATEWAY.example.",
    "127.0.0.1:80",
    "[::1]",
    "[::1]:8080",
    "[::ffff:127.0.0.1]",
    "a_b.example",
    "xn--bcher-kva.example",
    "host:",
    "10",
  ])("may have the host %s", (value) => {
    assert.isUndefined(faultOf(head([["Host", value]])))
  })
})

describe("a request is refused", () => {
  it.each([
    ["RFC 9112, 3.2", "missing host header", []],
    ["RFC 9112, 3.2", "more than one host header", [host, host]],
    ["RFC 9112, 3.2", "more than one host header", [host, json, ["hOST", "other"]]],
    ["RFC 9110, 8.3", "more than one content type", [host, json, ["content-type", "text/plain"]]],
    ["RFC 9110, 8.3", "more than one content type", [host, json, json]],
    [
      "RFC 9110, 5.3",
      "more than one content type",
      [host, ["Content-Type", "application/json;a=b, text/plain"]],
    ],
    [
      "RFC 9110, 11.6.2",
      "more than one authorization header",
      [host, ["Authorization", "a"], ["AUTHORIZATION", "b"]],
    ],
    ...[
      "gzip, chunked",
      "identity",
      "xchunked",
      "chunked, chunked",
      "chunked, identity",
      "",
      "chunked;q=1",
      "x, y",
    ].map(
      (coding) =>
        [
          "RFC 9112, 6.1",
          "unsupported transfer encoding: only chunked",
          [host, ["Transfer-Encoding", coding]],
        ] as const,
    ),
    [
      "RFC 9112, 6.1",
      "unsupported transfer encoding: only chunked",
      [host, ["Transfer-Encoding", "chunked"], ["Transfer-Encoding", "chunked"]],
    ],
  ] as const)("%s: %s (%j)", (_, error, headers) => {
    assert.deepStrictEqual(faultOf(head(headers)), { status: 400, error })
  })

  it.each([
    "",
    "[::1",
    "::1",
    "[::1]x",
    "[::g]",
    "[v1.a]",
    "a b",
    "a,b",
    "a@b",
    "user@host",
    "a/b",
    "a?b",
    "a:b",
    "a:1:2",
    "a:123456",
    "a%2fb",
    "a\\b",
    "<a>",
    "a;b",
    "http://a",
    "b\u00fccher.example",
  ])("RFC 9110, 7.2: with the host %j", (value) => {
    assert.deepStrictEqual(faultOf(head([["Host", value]])), { status: 400, error: "invalid host header" })
  })

  it.each(["0.9", "2.0", "1.2", "1.9"])("RFC 9112, 2.3: in HTTP %s", (httpVersion) => {
    assert.deepStrictEqual(faultOf(head([host], { httpVersion })), {
      status: 400,
      error: "unsupported http version",
    })
  })

  it("RFC 9112, 6.1: with a transfer encoding in HTTP/1.0", () => {
    assert.deepStrictEqual(faultOf(head([["Transfer-Encoding", "chunked"]], { httpVersion: "1.0" })), {
      status: 400,
      error: "transfer encoding is not part of http/1.0",
    })
  })
})

describe("a target in absolute form", () => {
  it.each([
    ["http://other.example:81/stats/leads/recent?limit=1", "other.example:81", "/stats/leads/recent?limit=1"],
    ["HTTPS://[::1]:8080/health", "[::1]:8080", "/health"],
    ["http://other.example", "other.example", "/"],
    ["http://other.example?a=b", "other.example", "/?a=b"],
  ])(
    "names host, path and query, whatever Host says (RFC 9112, 3.2.2): %s",
    (url, expectedHost, expectedUrl) => {
      const request = head([host], { url })
      assert.isUndefined(faultOf(request))
      assert.strictEqual(request.headers.host, expectedHost)
      assert.strictEqual(request.url, expectedUrl)
    },
  )

  it.each([
    "http://user@other.example/",
    "http://user:word@other/",
    "http:///health",
    "http://",
    "ftp://other/x",
    "file:///etc/passwd",
    "http://a b/",
    "http://a,b/",
    "http://[::1/",
    "http://other\\@x/",
    "http:/health",
    "localhost:8080",
  ])("is refused unless it names a host by http or https (RFC 9110, 4.2): %s", (url) => {
    assert.deepStrictEqual(faultOf(head([host], { url })), { status: 400, error: "invalid request target" })
  })

  it("has its path checked as any other", () => {
    assert.strictEqual(faultOf(head([host], { url: "http://other/stats//leads" }))?.status, 404)
  })

  it("does not excuse two hosts", () => {
    assert.strictEqual(
      faultOf(head([host, host], { url: "http://other/" }))?.error,
      "more than one host header",
    )
  })
})

describe("a path", () => {
  it.each([
    "/",
    "/?a=b",
    "/health",
    "/health?",
    "/webhooks/leads?a=//&b=%73;/../",
    "/a.b/..c/...",
    "/customers/M%C3%BCller%20GmbH/pause",
    "/STATS",
    "/a:b@c,d",
  ])("written as routes are goes to the handler: %s", (url) => {
    assert.isUndefined(faultOf(head([host], { url })))
  })

  it.each([
    "//stats//",
    "/stats/",
    "//",
    "/a//b",
    "/stats/leads/counts;x",
    "/;",
    "/%73tats",
    "/stats%2fleads",
    "/stats/%2e%2e/health",
    "/./health",
    "/health/.",
    "/stats/../health",
    "/..",
    "/a/..?x",
    "/health#x",
    "/health?a#b",
    "/a\\b",
    "/a%00",
    "/a%25b",
    "/a%3fb",
    "/a%3Bb",
    "/a%",
    "/a%2",
    "/a%zz",
    '/a"b',
    "/a|b",
    "/a{b}",
    "/a^b",
    "/a`b",
    "/<a>",
    "*",
  ])("that can be read in two ways is unknown: %s", (url) => {
    assert.deepStrictEqual(faultOf(head([host], { url })), { status: 404, error: "not found" })
  })
})
