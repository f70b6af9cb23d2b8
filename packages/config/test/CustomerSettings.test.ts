import { assert, describe, it } from "@effect/vitest"
import { customerClientOptions, customerSettings, optionalCustomerSettings } from "@lead-gateway/config"
import type { Authentication } from "@lead-gateway/customer-client"
import { Duration, Effect, Option, Redacted } from "effect"
import { inspect } from "node:util"
import { diagnostics, load } from "./world.ts"

const url = { CUSTOMER_API_URL: "https://customer.example/leads" }

const optionsOf = (env: Readonly<Record<string, string>>, files?: Readonly<Record<string, string>>) =>
  Effect.map(load(customerSettings, { ...url, ...env }, files), ({ value }) => customerClientOptions(value))

/** An authentication with its secrets as texts. */
const plain = (auth: Authentication | undefined) =>
  auth === undefined
    ? undefined
    : Object.fromEntries(
        Object.entries(auth).map(([name, value]) => [
          name,
          Redacted.isRedacted(value) ? Redacted.value(value) : value,
        ]),
      )

type Env = Readonly<Record<string, string>>

const valid: ReadonlyArray<readonly [env: Env, auth: object]> = [
  [{}, { _tag: "None" }],
  [{ CUSTOMER_API_TOKEN: "t-1" }, { _tag: "Bearer", token: "t-1" }],
  [
    { CUSTOMER_API_AUTH: "Bearer", CUSTOMER_API_TOKEN: "t-1" },
    { _tag: "Bearer", token: "t-1" },
  ],
  [{ CUSTOMER_API_AUTH: "none" }, { _tag: "None" }],
  [
    { CUSTOMER_API_AUTH: "api_key:X-API-Key", CUSTOMER_API_TOKEN: "k-1" },
    { _tag: "ApiKey", header: "X-API-Key", key: "k-1" },
  ],
  // "Token …" and the like: https://www.django-rest-framework.org/api-guide/authentication/#tokenauthentication
  [
    { CUSTOMER_API_AUTH: "API_KEY: Authorization", CUSTOMER_API_TOKEN: "Token 9944b09199c62bcf" },
    { _tag: "ApiKey", header: "Authorization", key: "Token 9944b09199c62bcf" },
  ],
  // RFC 7617, section 2
  [
    { CUSTOMER_API_AUTH: "basic", CUSTOMER_API_USER: "Aladdin", CUSTOMER_API_PASSWORD: "open sesame" },
    { _tag: "Basic", user: "Aladdin", password: "open sesame" },
  ],
  [
    { CUSTOMER_API_AUTH: "basic", CUSTOMER_API_USER: "us", CUSTOMER_API_PASSWORD: " pässword, with: all " },
    { _tag: "Basic", user: "us", password: " pässword, with: all " },
  ],
  // The key is the user: https://docs.stripe.com/api/authentication
  [
    { CUSTOMER_API_AUTH: "basic", CUSTOMER_API_USER: "sk_test_1" },
    { _tag: "Basic", user: "sk_test_1", password: "" },
  ],
]

const invalid: ReadonlyArray<readonly [env: Env, diagnostics: ReadonlyArray<string>]> = [
  [
    { CUSTOMER_API_AUTH: "bearer" },
    ["CUSTOMER_API_TOKEN: is missing; use visible ASCII characters, as CUSTOMER_API_AUTH is bearer"],
  ],
  [
    { CUSTOMER_API_AUTH: "api_key:X-Key" },
    ["CUSTOMER_API_TOKEN: is missing; use visible ASCII characters, as CUSTOMER_API_AUTH is api_key"],
  ],
  [
    { CUSTOMER_API_AUTH: "basic", CUSTOMER_API_TOKEN: "t" },
    [
      "CUSTOMER_API_USER: is missing; use a text without colons and control characters, as CUSTOMER_API_AUTH is basic",
      "CUSTOMER_API_TOKEN: is set, but nothing uses it; set CUSTOMER_API_AUTH=bearer, or remove it",
    ],
  ],
  [
    { CUSTOMER_API_AUTH: "basic", CUSTOMER_API_USER: "us", CUSTOMER_API_TOKEN: "hunter2" },
    ["CUSTOMER_API_TOKEN: is set, but nothing uses it; set CUSTOMER_API_AUTH=bearer, or remove it"],
  ],
  [
    { CUSTOMER_API_AUTH: "none", CUSTOMER_API_TOKEN: "hunter2", CUSTOMER_API_PASSWORD: "hunter2" },
    [
      "CUSTOMER_API_TOKEN: is set, but nothing uses it; set CUSTOMER_API_AUTH=bearer, or remove it",
      "CUSTOMER_API_PASSWORD: is set, but nothing uses it; set CUSTOMER_API_AUTH=basic, or remove it",
    ],
  ],
  [
    { CUSTOMER_API_AUTH: "api_key:X-Key", CUSTOMER_API_TOKEN: "hunter2", CUSTOMER_API_USER: "us" },
    ["CUSTOMER_API_USER: is set, but nothing uses it; set CUSTOMER_API_AUTH=basic, or remove it"],
  ],
  ...[
    "api_key",
    "api_key:",
    "api_key:X Key",
    "api_key:Host",
    "api_key:Content-Length",
    "digest",
    "Bearer t",
  ].map(
    (text) =>
      [
        { CUSTOMER_API_AUTH: text, CUSTOMER_API_TOKEN: "t" },
        [
          `CUSTOMER_API_AUTH: "${text}" is invalid; use bearer, basic, none, or api_key: and the name of a header, such as api_key:X-API-Key`,
        ],
      ] as const,
  ),
  [
    { CUSTOMER_API_USER: "us", CUSTOMER_API_PASSWORD: "hunter2" },
    [
      "CUSTOMER_API_USER: is set, but nothing uses it; set CUSTOMER_API_AUTH=basic, or remove it",
      "CUSTOMER_API_PASSWORD: is set, but nothing uses it; set CUSTOMER_API_AUTH=basic, or remove it",
    ],
  ],
  [
    { CUSTOMER_API_TOKEN: "hunter2 hunter2" },
    [
      "CUSTOMER_API_TOKEN: is invalid beside the other CUSTOMER_API settings; use visible ASCII characters, at least one",
    ],
  ],
  [
    {
      CUSTOMER_API_AUTH: "api_key:X-Key",
      CUSTOMER_API_TOKEN: "hunter2",
      CUSTOMER_API_HEADERS: "x-key: hunter2",
    },
    [
      "CUSTOMER_API_HEADERS: is invalid beside the other CUSTOMER_API settings; use no header that is set already",
    ],
  ],
  [
    { CUSTOMER_API_AUTH: "api_key:Idempotency-Key", CUSTOMER_API_TOKEN: "hunter2" },
    [
      "CUSTOMER_API_URL: is invalid beside the other CUSTOMER_API settings; use no header that is set already",
    ],
  ],
]

describe("CUSTOMER_API_AUTH", () => {
  it.effect.each(valid)(
    "$0",
    Effect.fnUntraced(function* ([env, auth]) {
      assert.deepStrictEqual(plain((yield* optionsOf(env)).auth), auth)
    }),
  )

  it.effect.each(invalid)(
    "mistakes of $0",
    Effect.fnUntraced(function* ([env, expected]) {
      const lines = yield* diagnostics(customerSettings, { ...url, ...env })
      assert.deepStrictEqual(lines, expected)
      assert.notInclude(lines.join(), "hunter2")
      assert.deepStrictEqual(yield* diagnostics(optionalCustomerSettings, env), expected)
    }),
  )

  it.effect("reports what is wrong in every variable, each in a line", () =>
    Effect.gen(function* () {
      const lines = yield* diagnostics(customerSettings, {
        CUSTOMER_API_URL: "ftp://customer.example",
        CUSTOMER_API_AUTH: "digest",
        CUSTOMER_API_TOKEN: "tökén",
        CUSTOMER_API_USER: "a:b",
        CUSTOMER_API_PASSWORD: "a\u0007b",
        CUSTOMER_API_HEADERS: "X-Tenant solar",
        CUSTOMER_API_SIGNING_SECRETS: "whsec_c2hvcnQ=",
        CUSTOMER_API_TIMEOUT: "30",
        CUSTOMER_API_CONNECT_TIMEOUT: "soon",
        CUSTOMER_API_HTTP2: "yes",
        CUSTOMER_API_ALLOW: "*.example",
      })
      assert.deepStrictEqual(
        lines.map((line) => line.split(":")[0]?.replace("CUSTOMER_API_", "")),
        "URL AUTH TOKEN USER PASSWORD HEADERS SIGNING_SECRETS TIMEOUT CONNECT_TIMEOUT HTTP2 ALLOW".split(" "),
      )
    }),
  )
})

const headersInvalid =
  "(secret) is invalid; use a header a line, each of visible ASCII, such as X-Tenant: solar; none of the connection, none that another setting sets"

describe("CUSTOMER_API_HEADERS", () => {
  it.effect.each<[string, Record<string, string>]>([
    ["X-Tenant: solar", { "X-Tenant": "solar" }],
    ["X-Tenant:solar\nX-Source:  web: a, b \r\n\n", { "X-Tenant": "solar", "X-Source": "web: a, b" }],
    ["Content-Type: application/vnd.lead+json", { "Content-Type": "application/vnd.lead+json" }],
    ["X-Empty:", { "X-Empty": "" }],
    ["__proto__: a", Object.fromEntries([["__proto__", "a"]])],
  ])(
    "%j",
    Effect.fnUntraced(function* ([text, headers]) {
      assert.deepStrictEqual((yield* optionsOf({ CUSTOMER_API_HEADERS: text })).headers, headers)
    }),
  )

  it.effect.each([
    "X-Tenant",
    ": solar",
    "X Tenant: solar",
    "X-Tenant: Süd",
    "X-Tenant: a\nX-Tenant: b",
    "X-Tenant: a\nx-tenant: b",
    "Host: customer.example",
    "Content-Length: 1",
    "Authorization: Bearer hunter2",
    "Webhook-Id: 1",
    "Idempotency-Key: 1",
    "X-Correlation-ID: 1",
    "traceparent: 1",
    '{"X-Tenant":"solar"}',
  ])(
    "is no header: %j",
    Effect.fnUntraced(function* (text) {
      const lines = yield* diagnostics(customerSettings, { ...url, CUSTOMER_API_HEADERS: text })
      assert.deepStrictEqual(lines, [`CUSTOMER_API_HEADERS: ${headersInvalid}`])
    }),
  )

  it.effect("is read from .env and from a file, and printed by names alone", () =>
    Effect.gen(function* () {
      const file = "X-Tenant: solar\nX-Key: hunter2\n"
      const { summary, value } = yield* load(
        customerSettings,
        { ...url, CUSTOMER_API_HEADERS_FILE: "headers" },
        { headers: file },
      )
      assert.strictEqual(summary["CUSTOMER_API_HEADERS"], "X-Tenant, X-Key")
      assert.deepStrictEqual(Option.getOrThrow(value.headers), { "X-Tenant": "solar", "X-Key": "hunter2" })
      const written = yield* load(customerSettings, url, {
        ".env": 'CUSTOMER_API_HEADERS="X-Tenant: solar\\nX-Source: web"\n',
      })
      assert.deepStrictEqual(Option.getOrThrow(written.value.headers), {
        "X-Tenant": "solar",
        "X-Source": "web",
      })
    }),
  )
})

describe("the customer's other settings", () => {
  const first = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
  const second = `whsec_${Buffer.alloc(64, 7).toString("base64")}`

  it.effect("become options of the client", () =>
    Effect.gen(function* () {
      const { signingSecrets, ...options } = yield* optionsOf({
        CUSTOMER_API_SIGNING_SECRETS: `${first}, ${second}`,
        CUSTOMER_API_TIMEOUT: "20s",
        CUSTOMER_API_CONNECT_TIMEOUT: "500ms",
        CUSTOMER_API_HTTP2: "NEVER",
        CUSTOMER_API_ALLOW: "10.1.2.0/24, customer.internal,::1",
      })
      assert.deepStrictEqual(signingSecrets?.map(Redacted.value), [first, second])
      assert.deepStrictEqual(options, {
        url: new URL(url.CUSTOMER_API_URL),
        auth: { _tag: "None" },
        headers: undefined,
        timeout: Duration.seconds(20),
        connectTimeout: Duration.millis(500),
        http2: "never",
        allowPrivate: false,
        allow: ["10.1.2.0/24", "customer.internal", "::1"],
      })
    }),
  )

  it.effect("allow all private addresses, those of CUSTOMER_API_ALLOW alone, or none", () =>
    Effect.gen(function* () {
      const at = (address: string, env: Env = {}) =>
        Effect.map(
          Effect.result(load(customerSettings, { ...env, CUSTOMER_API_URL: `http://${address}/` })),
          ({ _tag }) => _tag,
        )
      const allow = { CUSTOMER_API_ALLOW: "10.0.0.0/8" }
      assert.strictEqual(yield* at("10.0.0.1"), "Success")
      assert.strictEqual(yield* at("10.0.0.1", allow), "Success")
      assert.strictEqual(yield* at("192.168.0.1", allow), "Failure")
      assert.strictEqual(
        yield* at("192.168.0.1", { ...allow, CUSTOMER_API_ALLOW_PRIVATE: "true" }),
        "Success",
      )
      assert.strictEqual(yield* at("10.0.0.1", { CUSTOMER_API_ALLOW_PRIVATE: "false" }), "Failure")
      const { summary } = yield* load(customerSettings, { ...url, ...allow })
      assert.deepInclude(summary, { CUSTOMER_API_ALLOW: "10.0.0.0/8", CUSTOMER_API_ALLOW_PRIVATE: "false" })
    }),
  )

  it.effect(
    "never allow what is link-local or of cloud metadata (RFC 3927; the table of customer-client)",
    () =>
      Effect.gen(function* () {
        for (const entry of ["169.254.169.254", "fe80::/10", "100.100.100.200", "0.0.0.0"]) {
          const [line] = yield* diagnostics(customerSettings, {
            ...url,
            CUSTOMER_API_ALLOW: `10.0.0.1,${entry}`,
          })
          assert.match(line ?? "", /^CUSTOMER_API_ALLOW: ".*" is invalid; use addresses, networks/)
        }
      }),
  )

  it.effect("come from files, and are never printed", () =>
    Effect.gen(function* () {
      const { summary, value } = yield* load(
        customerSettings,
        {
          ...url,
          CUSTOMER_API_AUTH: "basic",
          CUSTOMER_API_USER: "us",
          CUSTOMER_API_PASSWORD_FILE: "password",
          CUSTOMER_API_SIGNING_SECRETS_FILE: "secrets",
        },
        { password: "hunter2\n", secrets: `${first}\n` },
      )
      assert.deepInclude(summary, {
        CUSTOMER_API_PASSWORD: "(set)",
        CUSTOMER_API_SIGNING_SECRETS: "(set)",
      })
      const byToken = yield* load(
        customerSettings,
        { ...url, CUSTOMER_API_TOKEN_FILE: "token" },
        { token: "hunter2\n" },
      )
      assert.deepInclude(byToken.summary, { CUSTOMER_API_TOKEN: "(set)" })
      const printed =
        JSON.stringify([summary, value, customerClientOptions(value), byToken]) +
        inspect([value, byToken], { depth: 9 })
      assert.notMatch(printed, /hunter2|MfKQ9r8/)
    }),
  )
})
