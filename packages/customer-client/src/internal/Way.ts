import type { Socket } from "node:net"
import type { KeptConnections } from "./agent.ts"
import type { Stage } from "./failure.ts"
import type { Session } from "./session.ts"

/** What one request can be sent by, now. */
export type Way = Http1Way | Http2Way

/** By HTTP/1.1: this new connection, or without one a kept one. */
export interface Http1Way {
  readonly protocol: "http/1.1"
  readonly kept: KeptConnections
  readonly socket: Socket | undefined
}

/** By HTTP/2: a session that has room. */
export interface Http2Way {
  readonly protocol: "h2"
  readonly session: Session
  /** Takes note that the customer wants HTTP/1.1 from now on. */
  readonly http1Required: () => void
}

/** An exchange that wants a way for its request. */
export interface Waiter {
  /** Called at most once, and must send at once: nobody keeps the way for it. Must not throw. */
  readonly ready: (way: Way) => void
  /** Called at most once, if there is no way. Must not throw. */
  readonly failed: (error: Error, stage: Stage) => void
}

/** Where a waiter stands, and how it leaves. */
export interface Place {
  giveUp: () => void
}

/** The client of these connections is closed. */
export class ClientClosed extends Error {
  override readonly name = "ClientClosed"
}
