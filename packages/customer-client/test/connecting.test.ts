import { once } from "node:events"
import { type AddressInfo, createServer, type Socket } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { makeCustomerClient } from "@lead-gateway/customer-client"
import { Effect, Exit, Fiber, Scope } from "effect"
import { heldTimers, makeClient, makeWorld, request } from "./support.ts"

/** Takes connections, and says nothing: no TLS session comes of it. */
const makeSilentCustomer = Effect.acquireRelease(
  Effect.promise(async () => {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket.on("error", () => {}).resume())
    }).listen(0, "127.0.0.1")
    await once(server, "listening")
    const { port } = server.address() as AddressInfo
    return { url: `https://127.0.0.1:${port}/leads`, server, sockets }
  }),
  ({ server, sockets }) =>
    Effect.sync(() => {
      server.close()
      for (const socket of sockets) socket.destroy()
    }),
)

const connected = (server: Effect.Success<typeof makeSilentCustomer>["server"]) =>
  Effect.promise(async () => {
    const [socket] = (await once(server, "connection")) as [Socket]
    return { closed: once(socket, "close") }
  })

describe("the time to connect", () => {
  it.effect("ends an exchange of which nothing was sent", () =>
    Effect.gen(function* () {
      const timers = yield* heldTimers
      const { server, url } = yield* makeSilentCustomer
      const client = yield* makeClient({ url, connectTimeout: "10 seconds" })
      const fiber = yield* Effect.forkChild(client.send(request), { startImmediately: true })
      const { closed } = yield* connected(server)
      yield* timers.pass(9999)
      assert.isUndefined(fiber.pollUnsafe())
      yield* timers.pass(1)
      assert.deepStrictEqual(yield* Fiber.join(fiber), {
        _tag: "TimedOut",
        phase: "connect",
        durationMs: 10_000,
      })
      yield* Effect.promise(() => closed)
    }),
  )

  it.live("is an option of the client of promises, too", () =>
    Effect.gen(function* () {
      const { url } = yield* makeSilentCustomer
      const client = makeCustomerClient({ url, timeoutMs: 60_000, connectTimeoutMs: 50, allowPrivate: true })
      const outcome = yield* Effect.promise(() => client.send(request))
      assert.deepInclude(outcome, { _tag: "TimedOut", phase: "connect" })
      yield* Effect.promise(() => client.close())
    }),
  )

  it.effect("is not for the answer", () =>
    Effect.gen(function* () {
      const timers = yield* heldTimers
      const { customer, client } = yield* makeWorld(CustomerBehaviour.hang(), {
        connectTimeout: "10 seconds",
      })
      const fiber = yield* Effect.forkChild(client.send(request))
      yield* customer.received(1)
      yield* timers.pass(29_999)
      assert.isUndefined(fiber.pollUnsafe())
      yield* timers.pass(1)
      assert.deepInclude(yield* Fiber.join(fiber), { phase: "answer", durationMs: 30_000 })
    }),
  )

  it.effect("is no longer than that of the whole exchange", () =>
    Effect.gen(function* () {
      const timers = yield* heldTimers
      const { server, url } = yield* makeSilentCustomer
      const client = yield* makeClient({ url, timeout: "5 seconds", connectTimeout: "10 seconds" })
      const fiber = yield* Effect.forkChild(client.send(request), { startImmediately: true })
      yield* connected(server)
      yield* timers.pass(5000)
      assert.deepInclude(yield* Fiber.join(fiber), { phase: "connect", durationMs: 5000 })
    }),
  )
})

describe("a connection that several wait for", () => {
  it.effect("is made on while one of them waits, and given up with the last", () =>
    Effect.gen(function* () {
      const { server, sockets, url } = yield* makeSilentCustomer
      const client = yield* makeClient({ url })
      const [first, second] = yield* Effect.all([
        Effect.forkChild(client.send(request), { startImmediately: true }),
        Effect.forkChild(client.send(request), { startImmediately: true }),
      ])
      const { closed } = yield* connected(server)
      yield* Fiber.interrupt(first)
      assert.isUndefined(second.pollUnsafe())
      assert.strictEqual(sockets.size, 1)
      yield* Fiber.interrupt(second)
      yield* Effect.promise(() => closed)
    }),
  )

  it.effect("that fails fails for all of them", () =>
    Effect.gen(function* () {
      const { server, sockets, url } = yield* makeSilentCustomer
      const client = yield* makeClient({ url })
      const fiber = yield* Effect.forkChild(
        Effect.all([client.send(request), client.send(request)], { concurrency: 2 }),
        { startImmediately: true },
      )
      yield* connected(server)
      for (const socket of sockets) socket.destroy()
      for (const outcome of yield* Fiber.join(fiber)) {
        assert.deepInclude(outcome, { _tag: "Unreachable", kind: "tls" })
      }
    }),
  )

  it.effect("is given up when the client closes, and nothing is sent", () =>
    Effect.gen(function* () {
      const { server, url } = yield* makeSilentCustomer
      const scope = yield* Scope.make()
      const client = yield* makeClient({ url }).pipe(Scope.provide(scope))
      const fiber = yield* Effect.forkChild(client.send(request), { startImmediately: true })
      const { closed } = yield* connected(server)
      yield* Scope.close(scope, Exit.void)
      assert.deepInclude(yield* Fiber.join(fiber), { _tag: "Unreachable", kind: "unsendable" })
      yield* Effect.promise(() => closed)
    }),
  )
})
