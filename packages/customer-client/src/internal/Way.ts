import type { Socket } from "node:net"
import type { KeptConnections } from "./agent.ts"
import type { Stage } from "./failure.ts"
import type { Session } from "./session.ts"

/** The connection that a request can use now. */
export type Way = Http1Way | Http2Way

/** HTTP/1.1: a new connection, or an idle one if none is given. */
export interface Http1Way {
  readonly protocol: "http/1.1"
  readonly kept: KeptConnections
  readonly socket: Socket | undefined
}

/** HTTP/2: a session with a free stream. */
export interface Http2Way {
  readonly protocol: "h2"
  readonly session: Session
  /** Records that the customer requires HTTP/1.1 from now on. */
  readonly http1Required: () => void
}

/** An exchange that waits for a connection. */
export interface Waiter {
  /** Called at most once. Must send immediately, because the connection is not reserved, and must not throw. */
  readonly ready: (way: Way) => void
  /** Called at most once, if no connection can be had. Must not throw. */
  readonly failed: (error: Error, stage: Stage) => void
}

/** A place in the queue, and how to give it up. */
export interface Place {
  giveUp: () => void
}

/** The client of these connections is closed. */
export class ClientClosed extends Error {
  override readonly name = "ClientClosed"
}
