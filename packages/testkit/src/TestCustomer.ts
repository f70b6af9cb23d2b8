/**
 * A customer that can misbehave: a real HTTP server on a free port of 127.0.0.1.
 *
 * Tests of the customer client and end-to-end tests post to it, tell it how to answer and inspect what it received. It
 * never sleeps: tests wait for events (`received`, `until`). It checks nothing by itself: no token, no method, no path.
 */
import { createServer, type IncomingHttpHeaders } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { Effect, type Scope } from "effect"
import { CustomerBehaviour } from "./CustomerBehaviour.ts"

/** A request as the customer got it, with its whole body. */
export interface CustomerRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** When its last byte came, in milliseconds since 1970. */
  readonly at: number
  /** The connection it came by, numbered from 1: equal numbers, one socket. */
  readonly connection: number
}

/** What the customer does from now on: always the same, a script (its last entry stays), or as the request asks. */
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
  /** Connections: all ever made, and those open now. */
  readonly connections: () => { readonly made: number; readonly open: number }
  /** How to answer from now on; requests that came before keep their answer. */
  readonly respond: (behaviours: CustomerBehaviours) => void
  /** Closes the connections on which no request is under way. */
  readonly closeIdle: () => void
  /** Waits until this many requests have come in all, and gives them. */
  readonly received: (count: number) => Effect.Effect<ReadonlyArray<CustomerRequest>>
  /** Waits until a condition on this customer holds; looked at whenever a request or connection comes or goes. */
  readonly until: (condition: () => boolean) => Effect.Effect<void>
  /** Closes port and connections: new ones are refused. */
  readonly down: Effect.Effect<void>
  /** Listens on the same port again. */
  readonly up: Effect.Effect<void>
}

export interface TestCustomerOptions {
  /** The first behaviour; a plain 200 by default. */
  readonly respond?: CustomerBehaviours
  /** How long the customer keeps an idle connection, as it says in `Keep-Alive`; 5 s by default. */
  readonly keepAliveTimeoutMs?: number
  /**
   * Any free port by default. A customer that is down for a long time needs a port below the ephemeral range, so that no
   * outgoing connection takes it meanwhile.
   */
  readonly port?: number
}

/** Starts customers. */
export const TestCustomer = {
  /** A customer that is up; it goes down with the scope, whatever is under way. */
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
  const changed = () => waiting.forEach((look) => look())
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
      const look = () => {
        if (!condition()) return
        waiting.delete(look)
        resume(Effect.void)
      }
      waiting.add(look)
      look()
      return Effect.sync(() => waiting.delete(look))
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
