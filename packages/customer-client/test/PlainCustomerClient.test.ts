import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour, TestCustomer } from "@lead-gateway/testkit"
import { makeCustomerClient, type PlainCustomerClientOptions } from "@lead-gateway/customer-client"
import { Effect } from "effect"
import { makeHttp2Customer } from "./http2Support.ts"
import { request } from "./support.ts"

const { hang, reply } = CustomerBehaviour

/** A client of promises, closed with the scope, and its customer. */
const makePlainWorld = Effect.fnUntraced(function* (
  respond: CustomerBehaviour,
  options: Partial<PlainCustomerClientOptions> = {},
) {
  const customer = yield* TestCustomer.make({ respond })
  const client = yield* Effect.acquireRelease(
    Effect.sync(() =>
      makeCustomerClient({ url: customer.url, timeoutMs: 30_000, allowPrivate: true, ...options }),
    ),
    (client) => Effect.promise(() => client.close()),
  )
  return { customer, client }
})

describe("a client of promises", () => {
  it.effect("gives the same outcomes", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makePlainWorld(reply({ status: 201, body: "thanks" }), {
        auth: { _tag: "Basic", user: "us", password: "secret" },
        signingSecrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
      })
      const outcome = yield* Effect.promise(() => client.send(request))
      assert.deepInclude(outcome, { _tag: "Answered", status: 201, body: "thanks", truncated: false })
      const headers = customer.requests()[0]?.headers
      assert.propertyVal(headers, "authorization", `Basic ${btoa("us:secret")}`)
      assert.match(String(headers?.["webhook-signature"]), /^v1,[\w+/]{43}=$/)
      const age = Math.floor(Date.now() / 1000) - Number(headers?.["webhook-timestamp"])
      assert.isBelow(Math.abs(age), 120)
    }),
  )

  it.effect.each([
    { _tag: "Bearer", token: "token" },
    { _tag: "ApiKey", header: "X-Key", key: "key" },
    { _tag: "None" },
  ] as const)(
    "authenticates: $_tag",
    Effect.fnUntraced(function* (auth) {
      const { customer, client } = yield* makePlainWorld(reply(), { auth })
      yield* Effect.promise(() => client.send(request))
      const headers = customer.requests()[0]?.headers ?? {}
      assert.strictEqual(headers.authorization, auth._tag === "Bearer" ? "Bearer token" : undefined)
      assert.strictEqual(headers["x-key"], auth._tag === "ApiKey" ? "key" : undefined)
    }),
  )

  it.live("gives up in time", () =>
    Effect.gen(function* () {
      const { client } = yield* makePlainWorld(hang(), { timeoutMs: 2000 })
      const outcome = yield* Effect.promise(() => client.send(request))
      assert.deepInclude(outcome, { _tag: "TimedOut", phase: "answer" })
    }),
  )

  it.effect("rejects with its signal's reason, and closes the connection", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makePlainWorld(hang())
      const controller = new AbortController()
      const sent = client.send(request, { signal: controller.signal })
      yield* customer.received(1)
      controller.abort(new Error("enough"))
      assert.propertyVal(yield* rejectionOf(sent), "message", "enough")
      yield* customer.until(() => customer.connections().open === 0)
    }),
  )

  it.effect("sends nothing for a signal that is aborted already", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makePlainWorld(reply())
      const aborted = client.send(request, { signal: AbortSignal.abort("too late") })
      assert.strictEqual(yield* rejectionOf(aborted), "too late")
      assert.strictEqual(customer.connections().made, 0)
    }),
  )

  it.effect("closes its connections at the end of its block, and sends nothing after that", () =>
    Effect.gen(function* () {
      const customer = yield* TestCustomer.make()
      const options = { url: customer.url, timeoutMs: 30_000, allowPrivate: true }
      const client = yield* Effect.promise(async () => {
        await using client = makeCustomerClient(options)
        assert.propertyVal(await client.send(request), "status", 200)
        return client
      })
      yield* customer.until(() => customer.connections().open === 0)
      assert.deepInclude(yield* Effect.promise(() => client.send(request)), {
        _tag: "Unreachable",
        kind: "unsendable",
        message: "the client is closed; nothing was sent",
      })
      yield* Effect.promise(() => client.close())
      assert.strictEqual(customer.connections().made, 1)
    }),
  )

  it.effect("that is closed ends what is under way, by whichever protocol", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makePlainWorld(hang())
      const sent = client.send(request)
      yield* customer.received(1)
      yield* Effect.promise(() => client.close())
      assert.deepInclude(yield* Effect.promise(() => sent), { _tag: "Unreachable", kind: "reset" })

      const http2 = yield* makeHttp2Customer(() => {})
      const client2 = makeCustomerClient({ url: http2.url, timeoutMs: 30_000, allowPrivate: true })
      const sent2 = client2.send(request)
      yield* http2.until(() => http2.seen.requests.length === 1)
      yield* Effect.promise(() => client2.close())
      assert.deepInclude(yield* Effect.promise(() => sent2), { _tag: "Unreachable", kind: "reset" })
      yield* http2.until(() => http2.seen.sessions.size === 0)
    }),
  )
})

/** What a promise is rejected with. */
const rejectionOf = (promise: Promise<unknown>): Effect.Effect<unknown> =>
  Effect.promise(() =>
    promise.then(
      () => assert.fail("it was kept"),
      (reason: unknown) => reason,
    ),
  )
