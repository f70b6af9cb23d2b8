/**
 * A customer's API that can misbehave: a real HTTP server on a free port of 127.0.0.1.
 *
 * Used by tests of the customer client and by end-to-end tests, which set its behaviour and inspect the requests that it
 * received. Tests wait for events (`received`, `until`) instead of sleeping. It checks neither token nor method nor path.
 */
import { createServer, type IncomingHttpHeaders } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { Effect, type Scope } from "effect"
import { CustomerBehaviour } from "./CustomerBehaviour.ts"

/** A request that the customer has received, with its whole body. */
export interface CustomerRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** When its last byte was received, in milliseconds since 1970. */
  readonly at: number
  /** The number of its connection, from 1. */
  readonly connection: number
}

/** One behaviour, a script whose last entry repeats, or a function of the request. */
export type CustomerBehaviours =
  | CustomerBehaviour
  | readonly [CustomerBehaviour, ...ReadonlyArray<CustomerBehaviour>]
  | ((request: CustomerRequest) => CustomerBehaviour)

/** A running customer. */
export interface TestCustomer {
  /** `http://127.0.0.1:<port>/leads`; stays the same through `down` and `up`. */
  readonly url: string
  /** All requests so far, oldest first. */
  readonly requests: () => ReadonlyArray<CustomerRequest>
  /** The number of connections, in total and open now. */
  readonly connections: () => { readonly made: number; readonly open: number }
  /** Sets the behaviour for further requests. */
  readonly respond: (behaviours: CustomerBehaviours) => void
  /** Closes the connections without a request in progress. */
  readonly closeIdle: () => void
  /** Waits until this many requests have been received in total, and returns them. */
  readonly received: (count: number) => Effect.Effect<ReadonlyArray<CustomerRequest>>
  /** Waits until a condition holds; it is checked at every request and every change of the connections. */
  readonly until: (condition: () => boolean) => Effect.Effect<void>
  /** Closes the port and all connections; new ones are refused. */
  readonly down: Effect.Effect<void>
  /** Listens on the same port again. */
  readonly up: Effect.Effect<void>
}

/** How to start a customer. */
export interface TestCustomerOptions {
  /** The first behaviour; a plain 200 by default. */
  readonly respond?: CustomerBehaviours
  /** How long an idle connection is kept, also sent in `Keep-Alive`; 5 s by default. */
  readonly keepAliveTimeoutMs?: number
  /**
   * Any free port by default. A customer that is down for long needs a port below the ephemeral range, so that no outgoing
   * connection uses it in the meantime.
   */
  readonly port?: number
}

/** Starts customers for tests. */
export const TestCustomer = {
  /** A running customer; it is closed with the scope, even during requests. */
  make: (options: TestCustomerOptions = {}): Effect.Effect<TestCustomer, never, Scope.Scope> =>
    Effect.acquireRelease(
      Effect.promise(() => start(options)),
      (customer) => customer.down,
    ),
}

const start = async (options: TestCustomerOptions): Promise<TestCustomer> => {
  const requests: Array<CustomerRequest> = []
  const numbers = new WeakMap<Socket, number>()
  const waiting = new Set<() => void>()
  const changed = () => waiting.forEach((check) => check())
  let next = chooser(options.respond ?? CustomerBehaviour.reply())
  let made = 0
  let open = 0

  const server = createServer(
    { keepAliveTimeout: options.keepAliveTimeoutMs ?? 5000 },
    (incoming, response) => {
      const chunks: Array<Buffer> = []
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk))
      incoming.on("end", () => {
        const request: CustomerRequest = {
          method: incoming.method ?? "",
          path: incoming.url ?? "",
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString(),
          at: Date.now(),
          connection: numbers.get(incoming.socket) ?? 0,
        }
        requests.push(request)
        next(request).answer(response)
        changed()
      })
    },
  )
  server.on("connection", (socket) => {
    numbers.set(socket, ++made)
    open++
    socket.once("close", () => {
      open--
      changed()
    })
    changed()
  })

  const listen = (port: number) => new Promise<void>((done) => server.listen(port, "127.0.0.1", done))
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done())
      server.closeAllConnections()
    })
  const until = (condition: () => boolean) =>
    Effect.callback<void>((resume) => {
      const check = () => {
        if (!condition()) return
        waiting.delete(check)
        resume(Effect.void)
      }
      waiting.add(check)
      check()
      return Effect.sync(() => waiting.delete(check))
    })

  await listen(options.port ?? 0)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/leads`,
    requests: () => [...requests],
    connections: () => ({ made, open }),
    respond: (behaviours) => (next = chooser(behaviours)),
    closeIdle: () => server.closeIdleConnections(),
    received: (count) => until(() => requests.length >= count).pipe(Effect.map(() => [...requests])),
    until,
    down: Effect.promise(close),
    up: Effect.promise(() => listen(port)),
  }
}

const chooser = (behaviours: CustomerBehaviours): ((request: CustomerRequest) => CustomerBehaviour) => {
  if (typeof behaviours === "function") return behaviours
  if ("answer" in behaviours) return () => behaviours
  const [first, ...rest] = behaviours
  let current = first
  const script = [first, ...rest].values()
  return () => (current = script.next().value ?? current)
}
