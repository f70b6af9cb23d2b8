import type { ServerResponse } from "node:http"
import { constants } from "node:http2"
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { type CustomerClientOptions, makeCustomerClient } from "@lead-gateway/customer-client"
import { Cause, Effect, Logger, Redacted, Tracer } from "effect"
import { makeHttp2World, respond } from "./http2Support.ts"
import { bodyMarker, makeClient, makeWorld, request, secretToken } from "./support.ts"

const { hang, raw, reply, resetBeforeAnswer, resetMidAnswer } = CustomerBehaviour

/** One customer for each way an exchange can end. */
const behaviours = {
  Answered: reply({ body: "thanks" }),
  redirected: reply({ status: 302, headers: { Location: "/elsewhere" } }),
  failing: reply({ status: 500, body: "oops" }),
  cut: resetMidAnswer({ body: "half" }),
  reset: resetBeforeAnswer(),
  protocol: {
    answer: (response: ServerResponse) => void response.socket?.end(bodyMarker),
  },
  upgrade: raw({ text: "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n" }),
  TimedOut: hang(),
}

const urls = {
  dns: "http://customer.invalid/",
  refused: "http://127.0.0.1:1/",
  tls: "https://127.0.0.1:1/",
}

/** All words that an effect leaves behind: what it gives, logs and traces. */
const wordsOf = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
  const spans: Array<Tracer.Span> = []
  const logs: Array<unknown> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    },
  })
  const exit = yield* effect.pipe(
    Effect.exit,
    Effect.withTracer(tracer),
    Effect.provide(
      Logger.layer([Logger.make(({ message, cause }) => logs.push(message, Cause.pretty(cause)))]),
    ),
  )
  const traced = spans.flatMap(({ name, attributes, status }) => [name, ...attributes, status])
  return {
    exit,
    spans,
    text: JSON.stringify([exit, String(exit), logs, traced], (_key, value: unknown) => spell(value)),
  }
})

const spell = (value: unknown) => {
  if (typeof value === "bigint") return String(value)
  return value instanceof Error ? [value.message, value.stack, Object.entries(value)] : value
}

const secrets = {
  token: secretToken,
  password: "password-8fKq",
  apiKey: "key-Xw31",
  signing: Buffer.from("signing-secret-Pq4-0123456789").toString("base64"),
}

const ways: Record<string, Pick<CustomerClientOptions, "auth">> = {
  Bearer: { auth: { _tag: "Bearer", token: Redacted.make(secrets.token) } },
  Basic: { auth: { _tag: "Basic", user: "us", password: Redacted.make(secrets.password) } },
  ApiKey: { auth: { _tag: "ApiKey", header: "X-API-Key", key: Redacted.make(secrets.apiKey) } },
}

const signingSecrets = [Redacted.make(`whsec_${secrets.signing}`)]

const assertSecret = (...things: ReadonlyArray<unknown>) => {
  const hidden = [
    ...Object.values(secrets),
    btoa(`us:${secrets.password}`),
    bodyMarker,
    "hidden-in-the-query",
  ]
  for (const thing of things) {
    const texts = [
      String(thing),
      JSON.stringify(thing, (_key, value: unknown) => spell(value)) ?? "",
      inspect(thing, { depth: Infinity, showHidden: true, getters: true }),
    ]
    for (const text of texts) for (const word of hidden) assert.notInclude(text, word)
  }
}

describe.each(Object.entries(ways))(
  "secrets, body and query are in no outcome, log or span: %s",
  (_way, auth) => {
    for (const [name, behaviour] of Object.entries(behaviours)) {
      it.live(name, () =>
        Effect.gen(function* () {
          const options = { ...auth, signingSecrets, timeout: "100 millis" } as const
          const { client } = yield* makeWorld(behaviour, options)
          const { exit, spans, text } = yield* wordsOf(client.send(request))
          assert.deepStrictEqual(
            spans.map((span) => span.name),
            ["CustomerClient.send"],
          )
          assert.isTrue(spans[0]?.attributes.has("delivery.outcome"))
          assertSecret(text, exit, client)
        }),
      )
    }

    for (const [name, url] of Object.entries(urls)) {
      it.live(name, () =>
        Effect.gen(function* () {
          const client = yield* makeClient({
            ...auth,
            url: `${url}?key=hidden-in-the-query`,
            signingSecrets,
            timeout: "5 seconds",
          })
          const { exit, text } = yield* wordsOf(client.send(request))
          assert.include(text, "Unreachable")
          assertSecret(text, exit, client)
        }),
      )
    }

    it.live("by HTTP/2, answered and not", () =>
      Effect.gen(function* () {
        const { client } = yield* makeHttp2World(
          (stream, number) => {
            if (number === 1) return respond(stream)
            stream.close(constants.NGHTTP2_INTERNAL_ERROR)
          },
          { ...auth, signingSecrets },
        )
        for (const outcome of ["Answered", "Unreachable"]) {
          const { exit, text } = yield* wordsOf(client.send(request))
          assert.include(text, outcome)
          assertSecret(text, exit, client)
        }
      }),
    )

    it.effect("unsendable", () =>
      Effect.gen(function* () {
        const client = yield* makeClient({ ...auth, url: "http://127.0.0.1/", signingSecrets })
        const { exit, text } = yield* wordsOf(client.send({ ...request, idempotencyKey: `${bodyMarker}\n` }))
        assert.include(text, "unsendable")
        assertSecret(text, exit)
      }),
    )
  },
)

describe("secrets are in no error about options", () => {
  const broken: Record<string, Partial<CustomerClientOptions>> = {
    url: { url: `http://10.0.0.1/?key=hidden-in-the-query`, allowPrivate: false },
    credentials: { url: `http://us:${secrets.password}@customer.example/` },
    token: { auth: { _tag: "Bearer", token: Redacted.make(`${secrets.token}\n`) } },
    user: { auth: { _tag: "Basic", user: `${secrets.apiKey}:`, password: Redacted.make("") } },
    password: { auth: { _tag: "Basic", user: "us", password: Redacted.make(`${secrets.password}\n`) } },
    key: { auth: { _tag: "ApiKey", header: "X-API-Key", key: Redacted.make(`${secrets.apiKey}\n`) } },
    signing: { signingSecrets: [Redacted.make(secrets.signing)] },
    header: { headers: { "X-API-Key": `${secrets.apiKey}\n` } },
    authorization: { headers: { Authorization: `Bearer ${secrets.token}` } },
  }

  it.effect.each(Object.entries(broken))(
    "%s",
    Effect.fnUntraced(function* ([, options]) {
      const making = makeClient({ url: "http://customer.example/", ...options })
      const { exit, text } = yield* wordsOf(making)
      assert.include(text, "CustomerOptionsInvalid")
      assertSecret(text, exit, yield* Effect.flip(making))
    }),
  )
})

describe("a client of promises", () => {
  it("shows no secret, nor does what it throws", () => {
    const options = { url: "http://customer.example/?hidden-in-the-query", timeoutMs: 1000 }
    const auth = { _tag: "Basic", user: "us", password: secrets.password } as const
    assertSecret(makeCustomerClient({ ...options, auth, signingSecrets: [`whsec_${secrets.signing}`] }))
    try {
      makeCustomerClient({
        ...options,
        auth: { ...auth, user: `${secrets.token}:` },
        signingSecrets: [secrets.signing],
      })
      assert.fail("made")
    } catch (error) {
      assert.propertyVal(error, "_tag", "CustomerOptionsInvalid")
      assertSecret(error)
    }
  })
})
