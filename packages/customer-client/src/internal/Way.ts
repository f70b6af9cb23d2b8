import type { Stage } from "./failure.ts"
import type { Http1Way } from "./http1.ts"
import type { Http2Way } from "./http2.ts"

/** The connection that a request can use now. */
export type Way = Http1Way | Http2Way

/** An exchange that waits for a connection. */
export interface Waiter {
  /** Called at most once. Must send immediately, because the connection is not reserved, and must not throw. */
  readonly ready: (way: Way) => void
  /** Called at most once, if no connection can be had. Must not throw. */
  readonly failed: (error: Error, stage: Stage) => void
}

/** A place in the queue for a connection, and how to leave it. */
export interface Place {
  giveUp: () => void
}

/** The client of these connections was closed. */
export class ClientClosed extends Error {
  override readonly name = "ClientClosed"
}

/**
 * Makes a function that lets Node process what has already arrived, which may be the close of a connection, and then
 * calls its argument, which must not throw.
 *
 * That takes three turns of the event loop: the rest of the current one, one that polls the sockets, and one for the
 * events of HTTP/2. Calls within a turn are batched.
 */
export const makeReading = (): ((next: () => void) => void) => {
  let gathering: Array<() => void> | undefined
  return (next) => {
    if (gathering !== undefined) return void gathering.push(next)
    const batch = (gathering = [next])
    setImmediate(() => {
      gathering = undefined
      setImmediate(() => setImmediate(() => batch.forEach((next) => next())))
    })
  }
}
