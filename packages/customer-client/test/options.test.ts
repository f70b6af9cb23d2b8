import { assert, describe, it } from "@effect/vitest"
import {
  CustomerClient,
  type CustomerClientOptions,
  CustomerOptionsInvalid,
  makeCustomerClient,
  type PlainCustomerClientOptions,
} from "@lead-gateway/customer-client"
import { Effect, Redacted } from "effect"

const secret = (text: string) => Redacted.make(text)

/** Options in the wrong type too: whoever writes JavaScript, or reads them from a file, can give them. */
type Given = { readonly [Option in keyof CustomerClientOptions]?: unknown }

const messageOf = (options: Given) =>
  CustomerClient.make({
    url: "https://customer.example/leads",
    timeout: "30 seconds",
    ...(options as Partial<CustomerClientOptions>),
  }).pipe(
    Effect.flip,
    Effect.map(({ message }) => message),
  )

const visible = "visible ASCII characters, at least one"
const name = "a header's name: letters, digits, - and _"
const ofConnection = "no header that belongs to the connection"
const isSet = "no header that is set already"
const bytes = "expected whsec_ and 24 to 64 bytes in base64"
const range = "more than 0, and 2147483647 ms at most"
const times = `expected a duration such as "30 seconds", or milliseconds: ${range}`
const entry = 'an address, a network as "10.0.0.0/8", or a host name'
const forbidden = "no link-local, metadata, multicast or unspecified address: they are always refused"

const invalid: ReadonlyArray<readonly [Given, string]> = [
  [{ auth: { _tag: "Bearer", token: secret("a b") } }, `auth.token: expected ${visible}`],
  [{ auth: { _tag: "ApiKey", header: "X-Key", key: secret("") } }, `auth.key: expected ${visible}`],
  [
    { auth: { _tag: "ApiKey", header: "X Key", key: secret("k") } },
    `auth.header: found "X Key", expected ${name}`,
  ],
  [
    { auth: { _tag: "ApiKey", header: "Host", key: secret("k") } },
    `auth.header: found "Host", expected ${ofConnection}`,
  ],
  [
    { auth: { _tag: "ApiKey", header: "Accept", key: secret("k") } },
    `auth.header: found "Accept", expected ${isSet}`,
  ],
  [
    { auth: { _tag: "Basic", user: "a:b", password: secret("") } },
    "auth.user: expected a text without colons and control characters",
  ],
  [
    { auth: { _tag: "Basic", user: "a", password: secret("b\n") } },
    "auth.password: expected a text without control characters",
  ],
  [{ auth: { _tag: "Bearer", token: Redacted.make(undefined) } }, `auth.token: expected ${visible}`],
  [{ auth: { _tag: "Digest" } }, 'auth._tag: expected "None", "Bearer", "Basic" or "ApiKey"'],
  [{ auth: { _tag: "ApiKey", key: secret("k") } }, `auth.header: expected ${name}`],
  [{ idempotencyHeader: 5 }, `idempotencyHeader: found 5, expected ${name}`],
  [{ signingSecrets: secret("a") }, "signingSecrets: expected a list of secrets"],
  [{ signingSecrets: [] }, "signingSecrets: found an empty list, expected at least one, or no such option"],
  [{ signingSecrets: [secret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")] }, `signingSecrets.0: ${bytes}`],
  [{ signingSecrets: [secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa==")] }, `signingSecrets.0: ${bytes}`],
  [{ signingSecrets: [secret(`whsec_${"A".repeat(88)}`)] }, `signingSecrets.0: ${bytes}`],
  [{ idempotencyHeader: "" }, `idempotencyHeader: found "", expected ${name}`],
  [{ idempotencyHeader: "User-Agent" }, `idempotencyHeader: found "User-Agent", expected ${isSet}`],
  [
    { idempotencyHeader: "Content-Length" },
    `idempotencyHeader: found "Content-Length", expected ${ofConnection}`,
  ],
  [{ headers: { "X-A": "b\n" } }, "headers.X-A: expected a text of visible ASCII, with spaces only between"],
  [
    { headers: { "Idempotency-Key": "1" } },
    `headers.Idempotency-Key: found "Idempotency-Key", expected ${isSet}`,
  ],
  [{ headers: { host: "a" } }, `headers.host: found "host", expected ${ofConnection}`],
  [
    { headers: { Traceparent: "a" } },
    'headers.Traceparent: found "Traceparent", expected no header that each request sets',
  ],
  [
    { headers: { "Webhook-Id": "a" } },
    'headers.Webhook-Id: found "Webhook-Id", expected no header of a signature: use signingSecrets',
  ],
  [{ headers: { Authorization: "a" } }, "headers.Authorization: expected no header for secrets: use auth"],
  [{ headers: { "X-A": "1", "x-a": "2" } }, `headers.x-a: found "x-a", expected ${isSet}`],
  [{ http2: "always" }, 'http2: found "always", expected "auto" or "never"'],
  [
    { maxResponseBytes: -1 },
    "maxResponseBytes: found -1, expected a whole number of bytes from 0 to 268435456",
  ],
  [{ timeout: "soon" }, `timeout: found "soon", ${times}`],
  [{ timeout: 0 }, `timeout: found 0, ${times}`],
  [{ timeout: undefined }, `timeout: ${times}`],
  [{ allow: "localhost" }, `allow: found "localhost", expected a list of addresses, networks and host names`],
  [{ allow: [null] }, `allow.0: found null, expected ${entry}`],
  [{ connectTimeout: "30 days" }, `connectTimeout: found "30 days", ${times}`],
  [{ allow: ["10.0.0.0/33"] }, `allow.0: found "10.0.0.0/33", expected ${entry}`],
  [{ allow: ["999.1.1.1"] }, `allow.0: found "999.1.1.1", expected ${entry}`],
  [{ allow: ["*.example"] }, `allow.0: found "*.example", expected ${entry}`],
  [{ allow: ["localhost", "169.254.169.254"] }, `allow.1: found "169.254.169.254", expected ${forbidden}`],
  [{ allow: ["fe80::/10"] }, `allow.0: found "fe80::/10", expected ${forbidden}`],
]

describe("a client is not made with", () => {
  it.effect.each(invalid)(
    "$0",
    Effect.fnUntraced(function* ([options, message]) {
      assert.strictEqual(yield* messageOf(options), message)
    }),
  )

  it.effect("several invalid options: it reports all of them", () =>
    Effect.gen(function* () {
      const message = yield* messageOf({ url: "ftp://customer.example", http2: "x", maxResponseBytes: 0.5 })
      assert.deepStrictEqual(
        message.split("\n").map((line) => line.split(":")[0]),
        ["url", "http2", "maxResponseBytes"],
      )
    }),
  )
})

describe("makeCustomerClient", () => {
  it("wants a list of signing secrets, and quotes none", () => {
    const options: { readonly [Option in keyof PlainCustomerClientOptions]: unknown } = {
      url: "https://customer.example/",
      timeoutMs: 1,
      signingSecrets: "whsec_x",
    }
    assert.throws(
      () => makeCustomerClient(options as PlainCustomerClientOptions),
      /^signingSecrets: expected a list of secrets$/,
    )
  })

  it("throws the same, with the names of its own options", () => {
    try {
      makeCustomerClient({ url: "https://customer.example/", timeoutMs: -1, connectTimeoutMs: Number.NaN })
      assert.fail("made")
    } catch (error) {
      assert.instanceOf(error, CustomerOptionsInvalid)
      const expected = `a number of milliseconds: ${range}`
      assert.deepStrictEqual(error.diagnostics, [
        { path: "timeoutMs", actual: "-1", expected },
        { path: "connectTimeoutMs", actual: "NaN", expected },
      ])
      assert.strictEqual(
        error.message,
        `timeoutMs: found -1, expected ${expected}\nconnectTimeoutMs: found NaN, expected ${expected}`,
      )
    }
  })
})
