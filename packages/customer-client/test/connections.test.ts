import { type AddressInfo, createServer, type Socket } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour, TestCustomer } from "@lead-gateway/testkit"
import { Effect, Exit, Fiber, Scope } from "effect"
import { closeIdle, makeClient, makeWorld, request } from "./support.ts"

const { hang, hangUp, raw, reply, resetBeforeAnswer } = CustomerBehaviour

describe("connections", () => {
  it.effect("are kept and used again", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeWorld(reply({ body: "thanks" }))
      for (let i = 0; i < 5; i++) yield* client.send(request)
      assert.deepStrictEqual(
        customer.requests().map(({ connection }) => connection),
        [1, 1, 1, 1, 1],
      )
    }),
  )

  it.effect("are as many as exchanges run at a time", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeWorld()
      for (let round = 0; round < 3; round++) {
        yield* Effect.all(
          Array.from({ length: 10 }, () => client.send(request)),
          { concurrency: 10 },
        )
      }
      assert.lengthOf(customer.requests(), 30)
      assert.strictEqual(customer.connections().made, 10)
    }),
  )

  it.effect("that the customer closed while idle cost nothing", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeWorld()
      for (let i = 1; i <= 5; i++) {
        assert.propertyVal(yield* client.send(request), "status", 200)
        yield* closeIdle(customer)
      }
      assert.lengthOf(customer.requests(), 5)
    }),
  )

  it.effect.each([
    ["closes", hangUp()],
    ["resets", resetBeforeAnswer()],
  ] as const)(
    "that the customer %s as a request comes are a reset, and nothing is sent again",
    Effect.fnUntraced(function* ([, lose]) {
      const { customer, client } = yield* makeWorld([reply({ status: 201 }), lose, reply({ status: 202 })])
      assert.propertyVal(yield* client.send(request), "status", 201)
      assert.propertyVal(yield* client.send(request), "kind", "reset")
      assert.lengthOf(customer.requests(), 2)
      assert.propertyVal(yield* client.send(request), "status", 202)
      assert.deepStrictEqual(
        customer.requests().map(({ connection }) => connection),
        [1, 1, 2],
      )
    }),
  )

  it.live("are closed before a customer that says when it closes them does", () =>
    Effect.gen(function* () {
      // It keeps them much longer than it says, so that it is not the customer who closes.
      const customer = yield* TestCustomer.make({
        keepAliveTimeoutMs: 60_000,
        respond: reply({ headers: { Connection: "keep-alive", "Keep-Alive": "timeout=2" } }),
      })
      const client = yield* makeClient({ url: customer.url })
      yield* client.send(request)
      const answeredAt = performance.now()
      yield* customer.until(() => customer.connections().open === 0)
      assert.isBelow(performance.now() - answeredAt, 3900) // after 1 s; after 4 s if it had said nothing
    }),
  )

  it.live("in use are not cut by the time that idle ones have", () =>
    Effect.gen(function* () {
      const { client } = yield* makeWorld(reply({ status: 202, delayMs: 4500 }))
      assert.propertyVal(yield* client.send(request), "status", 202)
    }),
  )

  it.effect("with an answer that came before the whole request was read are not kept", () =>
    Effect.gen(function* () {
      const hasty = yield* makeHastyCustomer
      const client = yield* makeClient({ url: hasty.url })
      const body = JSON.stringify("x".repeat(20_000_000))
      assert.propertyVal(yield* client.send({ ...request, body }), "status", 413)
      assert.isBelow(yield* Effect.promise(hasty.bytesReadInAll), body.length)
    }),
  )
})

describe("interruption", () => {
  it.effect("closes the connection", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeWorld(hang())
      const fiber = yield* Effect.forkChild(client.send(request))
      yield* customer.received(1)
      yield* Fiber.interrupt(fiber)
      yield* customer.until(() => customer.connections().open === 0)
    }),
  )

  it.effect("in mid-answer closes the connection", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeWorld(
        raw({ text: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf" }),
      )
      const fiber = yield* Effect.forkChild(client.send(request))
      yield* customer.received(1)
      yield* Fiber.interrupt(fiber)
      yield* customer.until(() => customer.connections().open === 0)
    }),
  )
})

describe("a scope", () => {
  it.effect("that closes closes the connections", () =>
    Effect.gen(function* () {
      const customer = yield* TestCustomer.make()
      const scope = yield* Scope.make()
      const client = yield* makeClient({ url: customer.url }).pipe(Scope.provide(scope))
      yield* Effect.all([client.send(request), client.send(request)], { concurrency: 2 })
      assert.strictEqual(customer.connections().open, 2)
      yield* Scope.close(scope, Exit.void)
      yield* customer.until(() => customer.connections().open === 0)
    }),
  )
})

/** A customer that answers 413 as soon as it hears anything, and reads on only afterwards. */
const makeHastyCustomer = Effect.acquireRelease(
  Effect.promise(async () => {
    const closed = Promise.withResolvers<number>()
    const sockets: Array<Socket> = []
    const server = createServer((socket) => {
      sockets.push(socket)
      socket.on("error", () => {}) // the reset that it is to get
      socket.on("close", () => closed.resolve(socket.bytesRead))
      socket.once("data", () =>
        socket.pause().write("HTTP/1.1 413 Payload Too Large\r\nContent-Length: 0\r\n\r\n"),
      )
    })
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
    const { port } = server.address() as AddressInfo
    const bytesReadInAll = () => {
      for (const socket of sockets) socket.on("data", () => {}).resume()
      return closed.promise
    }
    return { url: `http://127.0.0.1:${port}/`, bytesReadInAll, server, sockets }
  }),
  ({ server, sockets }) =>
    Effect.sync(() => {
      server.close()
      for (const socket of sockets) socket.destroy()
    }),
)
