import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { storedHeaderNames, storedUrlNames } from "../src/storedHeaderNames.ts"
import { sourceHeaders } from "../src/StoredHeaders.ts"
import { headersInPart, secretHeaders } from "./support/secretHeaders.ts"

const stored = (headers: Parameters<typeof sourceHeaders>[0]): Record<string, unknown> =>
  JSON.parse(sourceHeaders(headers)) as Record<string, unknown>

/** What explains a lead, as its senders and the proxies on the way send it. */
const explaining = {
  host: "leads.example",
  "user-agent": 'Landing "Page"',
  accept: "*/*",
  "accept-encoding": "gzip, deflate",
  "accept-language": "de-DE,de;q=0.9",
  connection: "close",
  "content-type": "application/json; charset=utf-8",
  "content-length": "123",
  "content-encoding": "gzip",
  date: "Sun, 29 Nov 2026 15:00:00 GMT",
  "idempotency-key": "a-1",
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  tracestate: "congo=t61rcWkgMzE",
  "x-b3-traceid": "80f198ee56343ba864fe8b2a57d3eff7",
  "x-correlation-id": "not one, but three",
  "x-request-id": "7b1c",
  "x-amzn-trace-id": "Root=1-67891233-abcdef012345678912345678",
  "x-cloud-trace-context": "105445aa7843bc8bf206b12000100000/1;o=1",
  "cf-ray": "230b030023ae2822-SJC",
  via: "1.1 proxy.example",
  forwarded: 'for=192.0.2.60;proto=http;by=203.0.113.43, For="[2001:db8:cafe::17]:4711"',
  "x-forwarded-for": "203.0.113.195, 2001:db8:85a3::8a2e:370:7334",
  "x-forwarded-proto": "https",
  "x-forwarded-host": "leads.example",
  "x-forwarded-port": "443",
  "x-real-ip": "203.0.113.195",
  "cf-connecting-ip": "203.0.113.195",
  "true-client-ip": "203.0.113.195",
  "webhook-id": "msg_1",
  "webhook-timestamp": "1674087231",
  "svix-id": "msg_2",
  "ce-id": "1",
  "ce-type": "com.example.lead",
  "ce-specversion": "1.0",
  "x-github-event": "push",
  "x-github-delivery": "72d3162e",
  "x-gitlab-event": "Push Hook",
  "x-shopify-topic": "customers/create",
  "x-shopify-webhook-id": "b54557e4",
  "x-shopify-shop-domain": "solar.myshopify.example",
  "shopify-topic": "customers/create",
  "x-hubspot-request-timestamp": "1674087231000",
  "x-slack-retry-num": "1",
  "x-zendesk-webhook-id": "01F1KRFQ6BG29CNWFR60NK5FNY",
  "x-wc-webhook-topic": "order.created",
  "x-amz-sns-message-type": "Notification",
  "aeg-event-type": "Notification",
  "x-goog-resource-state": "update",
  "facebook-api-version": "v23.0",
  referer: "https://form.example/solar",
  origin: "https://form.example",
  "sec-fetch-site": "same-origin",
}

describe("the headers of a webhook", () => {
  it("are stored as they came where they explain the lead", () => {
    assert.deepStrictEqual(stored(explaining), explaining)
    assert.deepStrictEqual(stored({}), {})
    assert.deepStrictEqual(stored({ ...explaining, "x-campaign": "winter" }), {
      ...explaining,
      "x-campaign": "[redacted]",
    })
  })

  it("are stored by name alone where they do not: no secret is", () => {
    assert.isAtLeast(Object.keys(secretHeaders).length, 35)
    for (const [name, value] of Object.entries(secretHeaders)) {
      assert.deepStrictEqual(stored({ host: "x", [name]: value }), { host: "x", [name]: "[redacted]" })
      assert.notInclude(storedHeaderNames, name)
      assert.notInclude(storedUrlNames, name)
    }
    assert.deepStrictEqual(stored({ "set-cookie": ["a=hidden", "b=hidden"] }), { "set-cookie": "[redacted]" })
  })

  it.prop(
    "are stored by name alone whatever a sender calls them",
    [Schema.String, Schema.String],
    ([name, value]) => {
      const headers = Object.fromEntries([[`x-${name}-`, value]])
      assert.deepStrictEqual(stored(headers), Object.fromEntries([[`x-${name}-`, "[redacted]"]]))
    },
  )

  it("are stored without the secrets in them", () => {
    for (const [name, [value, expected]] of Object.entries(headersInPart)) {
      assert.deepStrictEqual(stored({ [name]: value }), { [name]: expected }, value)
    }
  })

  it("are URLs of scheme, host and path alone, or none", () => {
    const referer = (value: string) => stored({ referer: value }).referer
    for (const [value, expected] of [
      ["https://form.example", "https://form.example"],
      ["https://form.example/", "https://form.example/"],
      ["http://[2001:db8::1]:8080/a/b.html?c", "http://[2001:db8::1]:8080/a/b.html"],
      ["https://form.example/a?b=1#c", "https://form.example/a"],
      ["https://form.example#c", "https://form.example"],
      ["https://form.example/a;b=1/c", "https://form.example/a"],
      ["https://a:b@c:d@form.example/x", "https://form.example/x"],
      [
        "https://form.example/go/https%3A%2F%2Fb.example%3Ftoken%3D1",
        "https://form.example/go/https%3A%2F%2Fb.example",
      ],
      ["https://form.example/to/https%3A%2F%2Fa%3Ab%40c.example", "https://form.example"],
      ["https://form.example/go/https://a:b@c.example/", "https://form.example"],
      ["https://form.example/a?b=c@d", "https://form.example/a"],
      ["https://form.example/a%253Ftoken%253Db", "https://form.example/a"],
      ["https://form.example\\@hidden", "https://form.example"],
      ["android-app://com.google.android.gm/", "android-app://com.google.android.gm/"],
    ] as const) {
      assert.strictEqual(referer(value), expected, value)
    }
    for (const value of [
      "",
      "token=hidden",
      "/a?token=1",
      "data:text/html,hidden",
      "about:blank",
      "//user@host/",
      "https://",
      "https://user@",
      "https://user:pass word@host/",
      "https://user:pa?ss@host/",
      "https://user:pass",
    ]) {
      assert.strictEqual(referer(value), "[redacted]", value)
    }
  })

  it("are proxies of RFC 7239, or none", () => {
    const forwarded = (value: string) => stored({ forwarded: value }).forwarded
    for (const value of [
      'for="_gazonk"',
      "For=192.0.2.43, for=198.51.100.17",
      "proto=https;host=a;by=_x;for=unknown",
    ]) {
      assert.strictEqual(forwarded(value), value)
    }
    for (const value of [
      "for=1.1.1.1;secret=hidden",
      "secret=hidden",
      "for=1.1.1.1, hidden",
      'for="a;secret=hidden',
      "for=1.1.1.1;SECRET=hidden;proto=http",
    ]) {
      assert.strictEqual(forwarded(value), "[redacted]", value)
    }
    // Quadratic or worse in time, if its pattern were.
    assert.strictEqual(forwarded(`${"for=a,".repeat(2700)};`), "[redacted]")
  })

  it("are cut where they are too long to explain anything", () => {
    const long = "a".repeat(5000)
    const expected = `${"a".repeat(1024)}…`
    assert.deepStrictEqual(stored({ "user-agent": long }), { "user-agent": expected })
    assert.deepStrictEqual(stored({ "user-agent": long, "x-own": long }), {
      "user-agent": expected,
      "x-own": "[redacted]",
    })
    assert.strictEqual(String(stored({ referer: `https://form.example/${long}` }).referer).length, 1025)
  })

  it("are stored however many names senders make up, in bounds", () => {
    for (let i = 0; i < 3000; i++) {
      assert.deepStrictEqual(stored({ [`x-${i}`]: "hidden", "user-agent": "a" }), {
        [`x-${i}`]: "[redacted]",
        "user-agent": "a",
      })
    }
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`x-${i}`, "hidden"]))
    const all = stored({ ...many, traceparent: "t", authorization: "hidden" })
    assert.lengthOf(Object.keys(all), 66)
    assert.include(all, { traceparent: "t", "x-63": "[redacted]", "[omitted]": "937 more headers" })
    assert.isBelow(sourceHeaders(many).length, 2000)
  })

  it("keep names that mean something to programs", () => {
    const headers = JSON.parse('{"__proto__":"x","constructor":"y","tostring":"z"}') as Record<string, string>
    const hidden = '"[redacted]"'
    assert.strictEqual(
      sourceHeaders(headers),
      `{"__proto__":${hidden},"constructor":${hidden},"tostring":${hidden}}`,
    )
  })

  it("keep bytes beyond ASCII", () => {
    const headers = { "user-agent": "\u00e4\u00ff\t\u0085", "x-\u00e4": "hidden" }
    assert.deepStrictEqual(stored(headers), { ...headers, "x-\u00e4": "[redacted]" })
  })
})
