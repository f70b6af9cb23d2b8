import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import type { CustomerClient, DeliveryOutcome, DeliveryRequest } from "@lead-gateway/customer-client"
import { Effect, Exit, Scope } from "effect"
import { vi } from "vitest"
import { heldTimers, makeClient, makeWorld, request } from "./support.ts"

const { hang, raw, reply } = CustomerBehaviour

/** Starts an exchange; gives its outcomes so far, the first one awaited, and its end. */
const begin = (client: CustomerClient["Service"], sent: DeliveryRequest = request) => {
  const outcomes: Array<DeliveryOutcome> = []
  const first = Promise.withResolvers<DeliveryOutcome>()
  const { abort } = client.start(sent, (outcome) => {
    outcomes.push(outcome)
    first.resolve(outcome)
  })
  return { abort, outcomes, outcome: Effect.promise(() => first.promise) }
}

/** Lets come what has not come yet. */
const settled = Effect.promise(() => new Promise<void>((done) => setImmediate(() => setImmediate(done))))

describe("an exchange that is started", () => {
  it.effect("reports its outcome once, and uses a kept connection", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeWorld(reply({ status: 201, body: "thanks" }))
      for (let i = 0; i < 3; i++) {
        const { outcome, outcomes } = begin(client)
        assert.lengthOf(outcomes, 0)
        assert.deepInclude(yield* outcome, { _tag: "Answered", status: 201, body: "thanks" })
        yield* settled
        assert.lengthOf(outcomes, 1)
      }
      assert.strictEqual(customer.connections().made, 1)
      assert.strictEqual(customer.requests()[2]?.body, request.body)
    }),
  )

  it.effect("may start the next exchange from its callback", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeWorld()
      yield* Effect.callback<void>((resume) => {
        let left = 20
        const next = () => void (left-- > 0 ? client.start(request, next) : resume(Effect.void))
        next()
      })
      assert.lengthOf(customer.requests(), 20)
      assert.strictEqual(customer.connections().made, 1)
    }),
  )

  it.effect.each([
    ["without a key", { idempotencyKey: "" }, "the request has no idempotency key; nothing was sent"],
    [
      "with a header value that is not ASCII",
      { tracestate: "a=ü" },
      "the request's tracestate must be visible ASCII, with spaces only between, because it becomes a header; nothing was sent",
    ],
  ] as const)(
    "%s is reported in a later tick, too, and not once it is aborted",
    Effect.fnUntraced(function* ([, fault, message]) {
      const { customer, client } = yield* makeWorld()
      const started = begin(client, { ...request, ...fault })
      const aborted = begin(client, { ...request, ...fault })
      aborted.abort()
      assert.lengthOf(started.outcomes, 0)
      assert.deepInclude(yield* started.outcome, { _tag: "Unreachable", kind: "unsendable", message })
      yield* settled
      assert.lengthOf(aborted.outcomes, 0)
      assert.strictEqual(customer.connections().made, 0)
    }),
  )

  it.effect("needs a function for the outcome", () =>
    Effect.gen(function* () {
      const { client } = yield* makeWorld()
      assert.throws(
        // @ts-expect-error: what a caller without types may do
        () => client.start(request),
        TypeError,
        "done must be a function of the outcome, but is undefined",
      )
    }),
  )
})

describe("abort", () => {
  it.effect.each([
    ["no answer", hang()],
    ["half an answer", raw({ text: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf" })],
  ] as const)(
    "with %s reports nothing, and closes the connection",
    Effect.fnUntraced(function* ([, behaviour]) {
      const { customer, client } = yield* makeWorld(behaviour)
      const { abort, outcomes } = begin(client)
      yield* customer.received(1)
      abort()
      abort()
      yield* customer.until(() => customer.connections().open === 0)
      yield* settled
      assert.lengthOf(outcomes, 0)
    }),
  )

  it.effect("before a kept connection is used leaves it to others", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeWorld()
      yield* begin(client).outcome
      const { abort, outcomes } = begin(client)
      abort()
      yield* begin(client).outcome
      assert.lengthOf(outcomes, 0)
      assert.lengthOf(customer.requests(), 2)
      assert.strictEqual(customer.connections().made, 1)
    }),
  )

  it.effect("after the outcome does nothing", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeWorld()
      const { abort, outcome, outcomes } = begin(client)
      yield* outcome
      abort()
      yield* begin(client).outcome
      assert.lengthOf(outcomes, 1)
      assert.strictEqual(customer.connections().made, 1)
    }),
  )
})

describe("the deadline of a started exchange", () => {
  it.effect("for the answer ends it, and closes the connection", () =>
    Effect.gen(function* () {
      const { pass } = yield* heldTimers
      const { customer, client } = yield* makeWorld(hang(), { connectTimeout: "10 seconds" })
      const { outcome, outcomes } = begin(client)
      yield* customer.received(1)
      yield* pass(29_999)
      assert.lengthOf(outcomes, 0)
      yield* pass(1)
      const timedOut = { _tag: "TimedOut", phase: "answer", durationMs: 30_000 }
      assert.deepStrictEqual<unknown>(yield* outcome, timedOut)
      yield* customer.until(() => customer.connections().open === 0)
      assert.lengthOf(outcomes, 1)
    }),
  )

  it.effect("is the same by a kept connection", () =>
    Effect.gen(function* () {
      const { pass } = yield* heldTimers
      const { customer, client } = yield* makeWorld([reply(), hang()], { connectTimeout: "10 seconds" })
      yield* begin(client).outcome
      const { outcome, outcomes } = begin(client)
      yield* customer.received(2)
      yield* pass(29_999)
      assert.lengthOf(outcomes, 0)
      yield* pass(1)
      assert.deepInclude(yield* outcome, { _tag: "TimedOut", phase: "answer" })
      assert.strictEqual(customer.connections().made, 1)
    }),
  )

  it.effect("leaves no timer behind, however it ended", () =>
    Effect.gen(function* () {
      yield* heldTimers
      const { customer, client } = yield* makeWorld([reply(), hang()], { connectTimeout: "10 seconds" })
      yield* begin(client).outcome
      assert.strictEqual(vi.getTimerCount(), 0)
      const { abort } = begin(client)
      yield* customer.received(2)
      assert.strictEqual(vi.getTimerCount(), 1)
      abort()
      assert.strictEqual(vi.getTimerCount(), 0)
    }),
  )

  it.live("counts real time", () =>
    Effect.gen(function* () {
      const { client } = yield* makeWorld(hang(), { timeout: "100 millis", connectTimeout: "60 millis" })
      const outcome = yield* begin(client).outcome
      assert.deepInclude(outcome, { _tag: "TimedOut", phase: "answer" })
      assert.isAtLeast("durationMs" in outcome ? outcome.durationMs : 0, 99)
    }),
  )
})

describe("a client whose scope is closed", () => {
  it.effect("starts nothing: unsendable", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const client = yield* makeClient({ url: "http://127.0.0.1:1/" }).pipe(Scope.provide(scope))
      yield* Scope.close(scope, Exit.void)
      const { outcome, outcomes } = begin(client)
      assert.lengthOf(outcomes, 0)
      const message = "the client is closed; nothing was sent"
      assert.deepInclude(yield* outcome, { _tag: "Unreachable", kind: "unsendable", message })
    }),
  )

  it.effect("ends what waits for a kept connection: unsendable", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { customer, client } = yield* makeWorld().pipe(Scope.provide(scope))
      yield* begin(client).outcome
      const { outcome } = begin(client)
      const seen = customer.requests().length
      yield* Scope.close(scope, Exit.void)
      assert.propertyVal(yield* outcome, "kind", "unsendable")
      assert.strictEqual(seen, 1)
    }),
  )
})
