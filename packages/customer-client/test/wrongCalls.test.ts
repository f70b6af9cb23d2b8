import { assert, describe, it } from "@effect/vitest"
import {
  addressCheck,
  addressClass,
  checkClientOptions,
  checkUrl,
  CustomerOptionsInvalid,
  makeCustomerClient,
} from "@lead-gateway/customer-client"
import { anyJson } from "@lead-gateway/testkit/any-json"
import { Effect, Redacted, Result } from "effect"
import { anything } from "./anything.ts"
import { makeClient, makeWorld, request } from "./support.ts"

const json = anyJson({
  keys: ["url", "timeout", "auth", "_tag", "token", "allow", "headers", "http2", "signingSecrets"],
  texts: ["Bearer", "Basic", "ApiKey", "10.0.0.0/8", "30 seconds", "https://customer.example/"],
})

/** A call without types. */
const call = (f: unknown, ...args: ReadonlyArray<unknown>): unknown =>
  (f as (...args: ReadonlyArray<unknown>) => unknown)(...args)

const valid = { url: "https://customer.example/leads", timeoutMs: 30_000 }
const example = '{ url: "https://customer.example/leads", timeoutMs: 30_000 }'
const ms = "expected a number of milliseconds: more than 0, and 2147483647 ms at most"
const url =
  "url: expected an absolute http or https URL of a customer; the customer's URL is not an absolute URL"

const wrong: ReadonlyArray<readonly [name: string, options: unknown, message: string]> = [
  ["no options", undefined, `options: found undefined, expected an object such as ${example}`],
  ["null", null, `options: found null, expected an object such as ${example}`],
  ["the URL alone", valid.url, `options: found a string, expected an object such as ${example}`],
  ["a list", [valid], `options: found a list, expected an object such as ${example}`],
  [
    "a Result of options",
    Result.succeed(valid),
    `options: found a Result: pass its value, expected an object such as ${example}`,
  ],
  ["a text of milliseconds", { ...valid, timeoutMs: "30s" }, `timeoutMs: found "30s", ${ms}`],
  ["a duration's text", { ...valid, timeoutMs: "30 seconds" }, `timeoutMs: found "30 seconds", ${ms}`],
  ["a bigint", { ...valid, timeoutMs: 30n }, `timeoutMs: found a bigint, ${ms}`],
  [
    "a Result of milliseconds",
    { ...valid, timeoutMs: Result.succeed(1) },
    `timeoutMs: found a Result: pass its value, ${ms}`,
  ],
  ["no timeout", { url: valid.url }, `timeoutMs: ${ms}`],
  ["a text for connecting", { ...valid, connectTimeoutMs: "5s" }, `connectTimeoutMs: found "5s", ${ms}`],
  ["no URL", { timeoutMs: 1 }, url],
  ["a Result of checkUrl", { ...valid, url: checkUrl(valid.url) }, url],
  [
    "headers of fetch",
    { ...valid, headers: new Headers({ "X-Tenant": "solar" }) },
    'headers: expected a plain object such as { "X-Tenant": "solar" }',
  ],
  [
    "a map of headers",
    { ...valid, headers: new Map([["X-Tenant", "solar"]]) },
    'headers: expected a plain object such as { "X-Tenant": "solar" }',
  ],
  [
    "lines of headers",
    { ...valid, headers: "X-Tenant: solar" },
    'headers: expected a plain object such as { "X-Tenant": "solar" }',
  ],
  [
    "a number in a header",
    { ...valid, headers: { "X-Tenant": 1 } },
    "headers.X-Tenant: expected a text of visible ASCII, with spaces only between",
  ],
  [
    "an umlaut in a header",
    { ...valid, headers: { "X-Tenant": "Süd" } },
    "headers.X-Tenant: expected a text of visible ASCII, with spaces only between",
  ],
  [
    "a token alone",
    { ...valid, auth: "secret" },
    'auth._tag: expected "None", "Bearer", "Basic" or "ApiKey"',
  ],
  [
    "a token that is redacted already",
    { ...valid, auth: { _tag: "Bearer", token: Redacted.make("secret") } },
    "auth.token: expected visible ASCII characters, at least one",
  ],
  [
    "no token",
    { ...valid, auth: { _tag: "Bearer" } },
    "auth.token: expected visible ASCII characters, at least one",
  ],
]

const options =
  "one of the options url, auth, signingSecrets, idempotencyHeader, headers, http2, maxResponseBytes, allowPrivate, allow"

describe("an option that no client has", () => {
  const ofPlain = `${options}, timeoutMs, connectTimeoutMs`

  it.each([
    ["conectTimeoutMs", "connectTimeoutMs"],
    ["connectTimeout", "connectTimeoutMs"],
    ["timeout", "timeoutMs"],
    ["TimeoutMS", "timeoutMs"],
    ["header", "headers"],
    ["auht", "auth"],
    ["allowPrivat", "allowPrivate"],
    ["signing_secrets", "signingSecrets"],
    ["maxResponseByte", "maxResponseBytes"],
  ])("is refused with the one that is meant: %s", (name, meant) => {
    assert.throws(
      () => call(makeCustomerClient, { ...valid, [name]: 5 }),
      CustomerOptionsInvalid,
      `${name}: expected ${ofPlain}; did you mean ${meant}?`,
    )
  })

  it("is refused beside everything else that is wrong, on one line each, without its value", () => {
    const more = { proxy: "hunter2", "two\nlines": 1, absent: undefined, timeoutMs: "30s" }
    try {
      call(makeCustomerClient, { ...valid, ...more })
      assert.fail("a client was made")
    } catch (error) {
      assert.instanceOf(error, CustomerOptionsInvalid)
      assert.deepStrictEqual(error.message.split("\n"), [
        `proxy: expected ${ofPlain}`,
        String.raw`"two\nlines": expected ${ofPlain}`,
        `timeoutMs: found "30s", ${ms}`,
      ])
    }
  })

  it("is one also for a client with Effect, whose timeouts have other names", () => {
    const checked = call(checkClientOptions, { url: valid.url, timeout: "1 second", conectTimeout: 5 })
    assert(Result.isResult(checked) && Result.isFailure(checked))
    assert.propertyVal(
      checked.failure,
      "message",
      `conectTimeout: expected ${options}, timeout, connectTimeout; did you mean connectTimeout?`,
    )
  })
})

describe("makeCustomerClient", () => {
  it.each(wrong)("says what is expected instead of %s", (_name, options, message) => {
    assert.throws(() => call(makeCustomerClient, options), CustomerOptionsInvalid, message)
  })

  it.effect("sends by a signal or none, and says so", () =>
    Effect.gen(function* () {
      const { customer } = yield* makeWorld()
      const client = makeCustomerClient({ url: customer.url, timeoutMs: 30_000, allowPrivate: true })
      for (const options of [undefined, null, {}, { signal: null }]) {
        const sent = call(client.send, request, options) as Promise<unknown>
        assert.propertyVal(yield* Effect.promise(() => sent), "status", 200)
      }
      const sent = call(client.send, request, { signal: new AbortController() }) as Promise<unknown>
      const rejected = yield* Effect.promise(() => sent.catch((error: unknown) => error))
      assert.instanceOf(rejected, TypeError)
      assert.propertyVal(
        rejected,
        "message",
        "signal must be an AbortSignal, such as controller.signal, but is an object",
      )
      yield* Effect.promise(() => client.close())
    }),
  )

  it.each(anything)("makes a client or throws CustomerOptionsInvalid: %s", (_name, value) => {
    const names = [
      "url",
      "auth",
      "signingSecrets",
      "idempotencyHeader",
      "headers",
      "http2",
      "maxResponseBytes",
    ]
    for (const name of [...names, "timeoutMs", "connectTimeoutMs", "allowPrivate", "allow"]) {
      for (const options of [value, { ...valid, [name]: value }, { ...valid, [name]: [value] }]) {
        try {
          call(makeCustomerClient, options)
        } catch (error) {
          assert.instanceOf(error, CustomerOptionsInvalid, name)
          assert.isNotEmpty(error.message)
        }
      }
    }
    const auths = ["token", "user", "password", "header", "key"].flatMap((field) =>
      ["Bearer", "Basic", "ApiKey"].map((_tag) => ({ _tag, user: "u", header: "X", [field]: value })),
    )
    for (const auth of auths) {
      assert.throws(
        () => call(makeCustomerClient, { ...valid, auth: { ...auth, token: "ä", password: 1, key: "" } }),
        CustomerOptionsInvalid,
      )
      try {
        call(makeCustomerClient, { ...valid, auth })
      } catch (error) {
        assert.instanceOf(error, CustomerOptionsInvalid, JSON.stringify(Object.keys(auth)))
      }
    }
  })
})

describe("CustomerClient.make", () => {
  it.effect("wants a duration", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        // @ts-expect-error: what a caller without types may do
        makeClient({ url: valid.url, timeout: "30s" }),
      )
      assert.strictEqual(
        error.message,
        'timeout: found "30s", expected a duration such as "30 seconds", or milliseconds: more than 0, and 2147483647 ms at most',
      )
    }),
  )

  it.effect("wants secrets that are redacted, and quotes none that is not", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        // @ts-expect-error: what a caller without types may do
        makeClient({ url: valid.url, auth: { _tag: "Bearer", token: "hunter2" } }),
      )
      assert.strictEqual(error.message, "auth.token: expected visible ASCII characters, at least one")
    }),
  )
})

describe("functions that are total", () => {
  it.prop("checkClientOptions, of any JSON", [json.value, json.object], ([value, object]) => {
    for (const options of [
      value,
      object,
      { ...valid, ...object },
      { ...valid, auth: object, headers: object },
    ]) {
      assert.isTrue(Result.isResult(call(checkClientOptions, options)))
    }
  })

  it.each(anything)("%s", (_name, value) => {
    assert.isTrue(Result.isResult(call(checkUrl, value)))
    assert.isTrue(Result.isResult(call(checkUrl, valid.url, value)))
    assert.isTrue(Result.isResult(call(checkUrl, "http://10.0.0.1/", { allow: value })))
    assert.isTrue(Result.isResult(call(checkUrl, "http://10.0.0.1/", { allow: [value] })))
    assert.isTrue(Result.isResult(call(checkClientOptions, value)))
    assert.isTrue(Result.isResult(call(checkClientOptions, { ...valid, timeout: value })))
    assert.strictEqual(call(addressClass, value), "forbidden")
    assert.strictEqual(
      call(call(addressCheck, value), "customer.example", "10.0.0.1"),
      "10.0.0.1, a private address",
    )
  })
})
