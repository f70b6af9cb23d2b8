import type { ServerResponse } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Cause, Effect, Logger, Tracer } from "effect"
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
    spans,
    text: JSON.stringify([exit, String(exit), logs, traced], (_key, value: unknown) => spell(value)),
  }
})

const spell = (value: unknown) => {
  if (typeof value === "bigint") return String(value)
  return value instanceof Error ? [value.message, value.stack, Object.entries(value)] : value
}

const assertSecret = (text: string) => {
  assert.notInclude(text, secretToken)
  assert.notInclude(text, bodyMarker)
  assert.notInclude(text, "hidden-in-the-query")
}

describe("token, body and query are in no outcome, log or span", () => {
  for (const [name, behaviour] of Object.entries(behaviours)) {
    it.live(name, () =>
      Effect.gen(function* () {
        const { client } = yield* makeWorld(behaviour, { timeout: "100 millis" })
        const { spans, text } = yield* wordsOf(client.send(request))
        assert.deepStrictEqual(
          spans.map((span) => span.name),
          ["CustomerClient.send"],
        )
        assert.isTrue(spans[0]?.attributes.has("delivery.outcome"))
        assertSecret(text)
      }),
    )
  }

  for (const [name, url] of Object.entries(urls)) {
    it.live(name, () =>
      Effect.gen(function* () {
        const client = yield* makeClient({ url: `${url}?key=hidden-in-the-query`, timeout: "5 seconds" })
        const { text } = yield* wordsOf(client.send(request))
        assert.include(text, "Unreachable")
        assertSecret(text)
      }),
    )
  }

  it.effect("unsendable", () =>
    Effect.gen(function* () {
      const client = yield* makeClient({ url: "http://127.0.0.1/" })
      const { text } = yield* wordsOf(client.send({ ...request, idempotencyKey: `${bodyMarker}\n` }))
      assert.include(text, "unsendable")
      assertSecret(text)
    }),
  )

  it.effect("a URL or token that is refused", () =>
    Effect.gen(function* () {
      const url = `http://10.0.0.1/?key=hidden-in-the-query`
      const { text } = yield* wordsOf(makeClient({ url, allowPrivate: false }))
      assert.include(text, "CustomerOptionsInvalid")
      assertSecret(text)
    }),
  )
})
