import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope } from "effect"
import { CustomerBehaviour } from "../src/CustomerBehaviour.ts"
import { TestCustomer } from "../src/TestCustomer.ts"

const { hang, hangUp, hugeBody, raw, reply, resetBeforeAnswer, resetMidAnswer, slowBody } = CustomerBehaviour

const post = (url: string, body = "{}") =>
  Effect.tryPromise((signal) => fetch(url, { method: "POST", body, headers: { "X-Lead": "1" }, signal }))

/** Posts, and gives status and body. */
const answerOf = (url: string) =>
  post(url).pipe(
    Effect.flatMap((response) =>
      Effect.promise(async () => [response.status, await response.text()] as const),
    ),
  )

describe("TestCustomer", () => {
  it.effect("answers 200 at first, and remembers what it was sent", () =>
    Effect.gen(function* () {
      const customer = yield* TestCustomer.make()
      const before = Date.now()
      assert.deepStrictEqual(yield* answerOf(`${customer.url}?a=1`), [200, ""])
      const [request] = customer.requests()
      assert.strictEqual(request?.method, "POST")
      assert.strictEqual(request?.path, "/leads?a=1")
      assert.strictEqual(request?.headers["x-lead"], "1")
      assert.strictEqual(request?.body, "{}")
      assert.isAtLeast(request?.at ?? 0, before)
      assert.strictEqual(request?.connection, 1)
    }),
  )

  it.effect("answers by the behaviour that was set last", () =>
    Effect.gen(function* () {
      const customer = yield* TestCustomer.make({
        respond: reply({ status: 503, headers: { "Retry-After": 7 } }),
      })
      const response = yield* post(customer.url)
      assert.deepStrictEqual([response.status, response.headers.get("Retry-After")], [503, "7"])
      customer.respond(reply({ status: 201, body: "thanks", delayMs: 5 }))
      assert.deepStrictEqual(yield* answerOf(customer.url), [201, "thanks"])
    }),
  )

  it.effect("follows a script, whose last entry stays", () =>
    Effect.gen(function* () {
      const customer = yield* TestCustomer.make({
        respond: [reply({ status: 500 }), reply({ status: 429 }), reply({ status: 200 })],
      })
      const statuses = yield* Effect.forEach([1, 2, 3, 4], () => answerOf(customer.url))
      assert.deepStrictEqual(
        statuses.map(([status]) => status),
        [500, 429, 200, 200],
      )
    }),
  )

  it.effect("answers as the request asks", () =>
    Effect.gen(function* () {
      const customer = yield* TestCustomer.make({ respond: ({ body }) => reply({ status: Number(body) }) })
      assert.strictEqual((yield* post(customer.url, "418")).status, 418)
      assert.strictEqual((yield* post(customer.url, "202")).status, 202)
    }),
  )

  it.effect.each([
    ["hangs up", hangUp()],
    ["resets before the answer", resetBeforeAnswer()],
    ["resets in mid-answer", resetMidAnswer({ body: "half" })],
    ["speaks no HTTP", raw({ text: "hello" })],
  ] as const)(
    "%s",
    Effect.fnUntraced(function* ([, behaviour]) {
      const customer = yield* TestCustomer.make({ respond: behaviour })
      const exit = yield* Effect.exit(
        Effect.tryPromise(async () => (await fetch(customer.url, { method: "POST", body: "{}" })).text()),
      )
      assert.isTrue(Exit.isFailure(exit))
      assert.isAtLeast(customer.requests().length, 1)
    }),
  )

  it.effect("hangs until the caller has enough", () =>
    Effect.gen(function* () {
      const customer = yield* TestCustomer.make({ respond: hang() })
      const fiber = yield* Effect.forkChild(post(customer.url))
      yield* customer.received(1)
      assert.strictEqual(customer.connections().open, 1)
      yield* Fiber.interrupt(fiber)
      yield* customer.until(() => customer.connections().open === 0)
    }),
  )

  it.effect("sends slow, raw and huge bodies to their end", () =>
    Effect.gen(function* () {
      const customer = yield* TestCustomer.make()
      customer.respond(slowBody({ status: 202, body: "slöw", everyMs: 1 }))
      assert.deepStrictEqual(yield* answerOf(customer.url), [202, "slöw"])
      customer.respond(raw({ text: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nraw", everyMs: 1 }))
      assert.deepStrictEqual(yield* answerOf(customer.url), [200, "raw"])
      customer.respond(hugeBody({ bytes: 10_000_001 }))
      assert.deepStrictEqual(yield* answerOf(customer.url), [200, "x".repeat(10_000_001)])
    }),
  )

  it.effect("waits until requests have come, also when they came before", () =>
    Effect.gen(function* () {
      const customer = yield* TestCustomer.make()
      const waiting = yield* Effect.forkChild(customer.received(2), { startImmediately: true })
      yield* post(customer.url, "1")
      assert.isUndefined(waiting.pollUnsafe())
      yield* post(customer.url, "2")
      const bodies = (requests: ReadonlyArray<{ readonly body: string }>) => requests.map(({ body }) => body)
      assert.deepStrictEqual(bodies(yield* Fiber.join(waiting)), ["1", "2"])
      assert.deepStrictEqual(bodies(yield* customer.received(1)), ["1", "2"])
    }),
  )

  it.effect("can be down for a while, and comes back at the same URL", () =>
    Effect.gen(function* () {
      const customer = yield* TestCustomer.make()
      yield* post(customer.url)
      yield* customer.down
      assert.isTrue(Exit.isFailure(yield* Effect.exit(post(customer.url))))
      assert.strictEqual(customer.connections().open, 0)
      yield* customer.up
      assert.strictEqual((yield* post(customer.url)).status, 200)
      assert.lengthOf(customer.requests(), 2)
    }),
  )

  it.effect("goes with its scope, whatever is under way", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const customer = yield* TestCustomer.make({ respond: hang() }).pipe(Scope.provide(scope))
      const fiber = yield* Effect.forkChild(Effect.exit(post(customer.url)))
      yield* customer.received(1)
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(Exit.isFailure(yield* Fiber.join(fiber)))
      assert.isTrue(Exit.isFailure(yield* Effect.exit(post(customer.url))))
    }),
  )
})
