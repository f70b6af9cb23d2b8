import { createServer } from "node:https"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour, TestCustomer } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { cert, key, trusting } from "./http2Support.ts"
import { makeClient, request } from "./support.ts"

/** A customer with TLS on 127.0.0.1, which counts what it was sent. */
const makeTlsCustomer = Effect.acquireRelease(
  Effect.promise(async () => {
    const seen: Array<{ readonly reused: boolean }> = []
    const server = createServer({ cert, key }, (incoming, response) => {
      seen.push({ reused: seen.length > 0 && incoming.socket === last })
      last = incoming.socket
      incoming.resume().on("end", () => response.end("safe"))
    })
    let last: unknown
    server.on("tlsClientError", () => {})
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
    return { server, seen, port: (server.address() as AddressInfo).port }
  }),
  ({ server }) =>
    Effect.promise(
      () =>
        new Promise<void>((done) => {
          server.close(() => done())
          server.closeAllConnections()
        }),
    ),
)

const makeTlsClient = (host: string, port: number) =>
  makeClient({ url: `https://${host}:${port}/leads`, allowPrivate: true })

describe("TLS", () => {
  it.effect("carries the exchange, and its connections are used again", () =>
    Effect.gen(function* () {
      yield* trusting
      const { port, seen } = yield* makeTlsCustomer
      const client = yield* makeTlsClient("localhost", port)
      for (let i = 0; i < 2; i++) {
        const outcome = yield* client.send(request)
        assert.propertyVal(outcome, "status", 200)
        assert.propertyVal(outcome, "body", "safe")
      }
      assert.deepStrictEqual(seen, [{ reused: false }, { reused: true }])
    }),
  )

  it.effect("with a customer that knows no HTTP/2 has a connection for each exchange under way", () =>
    Effect.gen(function* () {
      yield* trusting
      const { port, server } = yield* makeTlsCustomer
      let connections = 0
      server.on("secureConnection", () => connections++)
      const client = yield* makeTlsClient("localhost", port)
      const five = Effect.all(
        Array.from({ length: 5 }, () => client.send(request)),
        { concurrency: 5 },
      )
      for (const outcome of [...(yield* five), ...(yield* five)]) assert.propertyVal(outcome, "status", 200)
      assert.strictEqual(connections, 5)
    }),
  )

  it.effect("with a certificate that nobody vouches for is no session, and nothing is sent", () =>
    Effect.gen(function* () {
      const { port, seen } = yield* makeTlsCustomer
      const client = yield* makeTlsClient("localhost", port)
      const outcome = yield* client.send(request)
      assert.propertyVal(outcome, "kind", "tls")
      assert.propertyVal(
        outcome,
        "message",
        "no TLS session with the customer's host (DEPTH_ZERO_SELF_SIGNED_CERT)",
      )
      assert.lengthOf(seen, 0)
    }),
  )

  it.effect("with another host's certificate is no session, and nothing is sent", () =>
    Effect.gen(function* () {
      yield* trusting
      const { port, seen } = yield* makeTlsCustomer
      const client = yield* makeTlsClient("127.0.0.1", port)
      const outcome = yield* client.send(request)
      assert.propertyVal(
        outcome,
        "message",
        "no TLS session with the customer's host (ERR_TLS_CERT_ALTNAME_INVALID)",
      )
      assert.lengthOf(seen, 0)
    }),
  )

  it.effect("to a port that speaks plain HTTP is no session", () =>
    Effect.gen(function* () {
      const customer = yield* TestCustomer.make({ respond: CustomerBehaviour.hang() })
      const client = yield* makeClient({ url: customer.url.replace("http:", "https:") })
      assert.propertyVal(yield* client.send(request), "kind", "tls")
      assert.lengthOf(customer.requests(), 0)
    }),
  )
})
