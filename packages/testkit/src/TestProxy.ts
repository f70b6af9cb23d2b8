/**
 * A TCP proxy between a program and a server, as a network that swallows packets: it stops forwarding and closes nothing.
 *
 * Real sockets on both sides. It differs from a lossy network in two respects: the kernel still acknowledges what is sent
 * until its buffers are full, so that nobody's retransmission times out; and a connection that is opened meanwhile is
 * accepted, but then nothing arrives. The server does not see such a connection until packets are forwarded again.
 */
import { type AddressInfo, createServer, type Socket } from "node:net"
import { Effect, type Scope } from "effect"
import { type Direction, type Link, makeLink, type Swallowed } from "./internal/proxyLink.ts"

/** A proxy that forwards until it is asked not to. */
export interface TestProxy {
  /** The port on 127.0.0.1 for clients. */
  readonly port: number
  /** The number of connections that clients have open. */
  readonly connections: () => number
  /** Forwards nothing more, not even the end of a connection: in one direction, or in both. */
  readonly swallow: (direction?: Direction) => void
  /**
   * Forwards so many bytes of what each server sends next, and after that nothing in either direction: a connection breaks
   * in the middle of an answer.
   */
  readonly swallowAfter: (bytes: number) => void
  /** Forwards again, first what was swallowed, as retransmission does. */
  readonly forward: () => void
  /** Resets every connection that clients have now, and forwards what comes on new ones. */
  readonly reset: () => void
}

/** Starts proxies for tests. */
export const TestProxy = {
  /** A proxy to a port of 127.0.0.1, for the current scope. Any free port unless one is given. */
  make: (options: {
    readonly to: number
    readonly port?: number
  }): Effect.Effect<TestProxy, never, Scope.Scope> =>
    Effect.acquireRelease(
      Effect.promise(() => start(options.to, options.port ?? 0)),
      ({ close }) => Effect.promise(close),
    ).pipe(Effect.map(({ proxy }) => proxy)),
}

const start = async (to: number, port: number) => {
  const links = new Set<Link>()
  let swallowed: Swallowed = new Set()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client: Socket) => {
    const link = makeLink({ client, to, swallowed, ended: () => links.delete(link) })
    links.add(link)
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, "127.0.0.1", resolve)
  })
  const set = (directions: ReadonlyArray<Direction>) => {
    swallowed = new Set(directions)
    for (const link of links) link.swallow(swallowed)
  }
  const reset = () => {
    for (const link of links) link.reset()
    set([])
  }
  const proxy: TestProxy = {
    port: (server.address() as AddressInfo).port,
    connections: () => links.size,
    swallow: (direction) => set(direction === undefined ? ["toServer", "toClient"] : [direction]),
    swallowAfter: (bytes) => {
      swallowed = new Set(["toServer", "toClient"])
      for (const link of links) link.swallowAfter(bytes)
    },
    forward: () => set([]),
    reset,
  }
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      reset()
    })
  return { proxy, close }
}
