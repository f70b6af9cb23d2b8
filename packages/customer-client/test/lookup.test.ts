import type * as Dns from "node:dns"
import { assert, describe, it } from "@effect/vitest"
import { TestCustomer } from "@lead-gateway/testkit"
import { Effect, Fiber, Option } from "effect"
import { TestClock } from "effect/testing"
import { afterEach, vi } from "vitest"
import { makeHttp2Customer } from "./http2Support.ts"
import { closeIdle, heldTimers, makeClient, request } from "./support.ts"

/** What the name resolves to, one entry for each time it is asked; `undefined`: no answer but by `answerLate`. */
const answers: Array<ReadonlyArray<string> | undefined> = []
let asked = 0
let answerLate: ((address: string) => void) | undefined

vi.mock("node:dns", async (original) => ({
  ...(await original<typeof Dns>()),
  lookup: (
    _hostname: string,
    _options: unknown,
    callback: (error: null, addresses: ReadonlyArray<Dns.LookupAddress>) => void,
  ) => {
    const addresses = answers[asked++]
    answerLate = (address) => callback(null, [{ address, family: 4 }])
    if (addresses === undefined) return
    const resolved = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }))
    process.nextTick(callback, null, resolved)
  },
}))

afterEach(() => {
  answers.length = 0
  asked = 0
})

const named = (url: string) => url.replace("127.0.0.1", "customer.example")

describe("a host name", () => {
  it.effect("that a resolver finds without any address is unreachable", () =>
    Effect.gen(function* () {
      answers.push([])
      const client = yield* makeClient({ url: "http://customer.example/" })
      assert.deepInclude(yield* client.send(request), { _tag: "Unreachable", kind: "dns" })
    }),
  )

  it.effect("that resolves to an allowed address is connected to at that address", () =>
    Effect.gen(function* () {
      answers.push(["127.0.0.1"])
      const customer = yield* TestCustomer.make()
      const client = yield* makeClient({ url: named(customer.url) })
      assert.propertyVal(yield* client.send(request), "status", 200)
      assert.strictEqual(customer.requests()[0]?.headers.host, new URL(named(customer.url)).host)
    }),
  )

  it.effect.each([
    ["169.254.169.254"],
    ["100.100.100.200"],
    ["fe80::1%eth0"],
    ["fd00:ec2::254"],
    ["::ffff:169.254.169.254"],
    ["64:ff9b::a9fe:a9fe"],
    ["0.0.0.0"],
    ["127.0.0.1", "169.254.169.254"],
  ])("that resolves to a forbidden address is refused: %s", (...addresses) =>
    Effect.gen(function* () {
      const resolved = addresses.flat().filter((address) => typeof address === "string")
      answers.push(resolved)
      const customer = yield* TestCustomer.make()
      const client = yield* makeClient({ url: named(customer.url) })
      assert.deepStrictEqual(yield* client.send(request), {
        _tag: "AddressRefused",
        message: `the customer's host resolves to ${resolved.at(-1)}, a forbidden address`,
      })
      assert.strictEqual(customer.connections().made, 0)
    }),
  )

  it.effect("that resolves to a private address is refused unless private addresses are allowed", () =>
    Effect.gen(function* () {
      answers.push(["127.0.0.1"])
      const customer = yield* TestCustomer.make()
      const client = yield* makeClient({ url: named(customer.url), allowPrivate: false })
      assert.deepStrictEqual(yield* client.send(request), {
        _tag: "AddressRefused",
        message: "the customer's host resolves to 127.0.0.1, a private address",
      })
      assert.strictEqual(customer.connections().made, 0)
    }),
  )

  it.effect.each<[ReadonlyArray<string>, string, "Answered" | "AddressRefused"]>([
    [["127.0.0.1"], "127.0.0.1", "Answered"],
    [["127.0.0.0/8"], "127.0.0.1", "Answered"],
    [["Customer.Example."], "127.0.0.1", "Answered"],
    [["other.example", "10.0.0.0/8"], "127.0.0.1", "AddressRefused"],
    [["example"], "127.0.0.1", "AddressRefused"],
    [["customer.example"], "169.254.169.254", "AddressRefused"],
    [["100.64.0.0/10"], "100.100.100.200", "AddressRefused"],
  ])(
    "with %j allowed, resolved to %s: %s",
    Effect.fnUntraced(function* ([allow, address, expected]) {
      answers.push([address])
      const customer = yield* TestCustomer.make()
      const client = yield* makeClient({ url: named(customer.url), allowPrivate: false, allow })
      assert.strictEqual((yield* client.send(request))._tag, expected)
    }),
  )

  it.effect("is checked again for the next HTTP/2 connection, too", () =>
    Effect.gen(function* () {
      answers.push(["127.0.0.1"], ["169.254.169.254"], ["127.0.0.1"])
      const customer = yield* makeHttp2Customer()
      const client = yield* makeClient({ url: customer.url })
      assert.propertyVal(yield* client.send(request), "status", 200)
      assert.propertyVal(yield* client.send(request), "status", 200)
      for (const session of customer.seen.sessions) session.close()
      yield* customer.until(() => customer.seen.sessions.size === 0)
      assert.strictEqual((yield* client.send(request))._tag, "AddressRefused")
      assert.propertyVal(yield* client.send(request), "status", 200)
      assert.strictEqual(asked, 3)
      assert.lengthOf(customer.seen.requests, 3)
      assert.strictEqual(customer.seen.made, 2)
    }),
  )

  it.effect("is resolved once for a connection, and checked again for the next", () =>
    Effect.gen(function* () {
      answers.push(["127.0.0.1"], ["169.254.169.254"])
      const customer = yield* TestCustomer.make()
      const client = yield* makeClient({ url: named(customer.url) })
      assert.propertyVal(yield* client.send(request), "status", 200)
      assert.propertyVal(yield* client.send(request), "status", 200)
      assert.strictEqual(asked, 1)
      yield* closeIdle(customer)
      assert.strictEqual((yield* client.send(request))._tag, "AddressRefused")
      assert.strictEqual(asked, 2)
      assert.lengthOf(customer.requests(), 2)
    }),
  )

  it.effect("whose first address does not answer is connected to at its next", () =>
    Effect.gen(function* () {
      answers.push(["::1", "127.0.0.1"])
      const customer = yield* TestCustomer.make()
      const client = yield* makeClient({ url: named(customer.url) })
      assert.propertyVal(yield* client.send(request), "status", 200)
    }),
  )

  it.effect("that is never resolved is TimedOut, before anything was sent", () =>
    Effect.gen(function* () {
      const timers = yield* heldTimers
      answers.push(undefined)
      const client = yield* makeClient({ url: "http://customer.example/" })
      const fiber = yield* Effect.forkChild(client.send(request), { startImmediately: true })
      yield* timers.pass(30_000)
      assert.deepStrictEqual(yield* Fiber.join(fiber), {
        _tag: "TimedOut",
        phase: "connect",
        durationMs: 30_000,
      })
    }),
  )

  it.effect("that is resolved after an interruption is not connected to", () =>
    Effect.gen(function* () {
      answers.push(undefined, ["127.0.0.1"])
      const customer = yield* TestCustomer.make()
      const client = yield* makeClient({ url: named(customer.url) })
      const fiber = yield* Effect.forkChild(client.send(request))
      yield* Effect.promise(() => vi.waitUntil(() => asked === 1, { timeout: 10_000, interval: 1 }))
      yield* Fiber.interrupt(fiber)
      answerLate?.("127.0.0.1")
      // Connections are accepted in their order: a late one would come before this one.
      assert.propertyVal(yield* client.send(request), "status", 200)
      assert.strictEqual(customer.connections().made, 1)
      assert.lengthOf(customer.requests(), 1)
    }),
  )
})

describe("a refusal", () => {
  it.effect.each([
    [["127.0.0.1", "169.254.169.254"], "169.254.169.254, a forbidden address"],
    [["fe80::1%eth0"], "fe80::1%eth0, a forbidden address"],
    [["64:ff9b::a9fe:a9fe"], "64:ff9b::a9fe:a9fe, a forbidden address"],
  ] as const)(
    "reports a name that resolves to %j",
    Effect.fnUntraced(function* ([addresses, refused]) {
      answers.push(addresses)
      const client = yield* makeClient({ url: "http://customer.example/" })
      assert.deepStrictEqual(yield* client.refusal, Option.some(`the customer's host resolves to ${refused}`))
    }),
  )

  it.effect("is asked for anew each time", () =>
    Effect.gen(function* () {
      answers.push(["10.0.0.1"], ["1.1.1.1"], [])
      const client = yield* makeClient({ url: "http://customer.example/", allowPrivate: false })
      const message = "the customer's host resolves to 10.0.0.1, a private address"
      assert.deepStrictEqual(yield* client.refusal, Option.some(message))
      assert.deepStrictEqual(yield* client.refusal, Option.none())
      assert.deepStrictEqual(yield* client.refusal, Option.none())
    }),
  )

  it.effect("is none of a name that is not resolved in the time to connect", () =>
    Effect.gen(function* () {
      answers.push(undefined)
      const client = yield* makeClient({ url: "http://customer.example/", connectTimeout: "5 seconds" })
      const fiber = yield* Effect.forkChild(client.refusal, { startImmediately: true })
      yield* TestClock.adjust("4999 millis")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(yield* Fiber.join(fiber), Option.none())
    }),
  )
})
