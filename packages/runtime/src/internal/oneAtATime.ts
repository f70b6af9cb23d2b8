/** Handles the requests of a connection one after the other. */
import type { Socket } from "node:net"
import type { Handler } from "../HttpListener.ts"
import type { HttpResponse } from "../HttpResponse.ts"

/**
 * A handler that begins a request when the one before it on the same connection is answered and sent.
 *
 * A sender may send many requests at once and read nothing (RFC 9112, 9.3.2). Their answers can only leave in order, so
 * without this the later ones would be computed and kept. How many may wait is the listener's to bound.
 */
export const oneAtATime = (handler: Handler): Handler => {
  /** The requests that wait, of each connection with a request under way. */
  const lanes = new WeakMap<Socket, Array<() => void>>()
  const begin = (socket: Socket, response: HttpResponse, handle: () => void) => {
    const goOn = () => {
      const next = socket.destroyed ? undefined : lanes.get(socket)?.shift()
      if (next === undefined) lanes.delete(socket)
      // Not at once: while the system takes every answer, one connection would keep out all others.
      else setImmediate(next)
    }
    // One that waited may have been refused by the listener meanwhile, because its body is broken.
    if (response.closed) return goOn()
    response.once("close", goOn)
    if (!response.headersSent) handle()
  }
  return (request, response, correlationId) => {
    const { socket } = request
    const handle = () => begin(socket, response, () => handler(request, response, correlationId))
    const waiting = lanes.get(socket)
    if (waiting !== undefined) return void waiting.push(handle)
    lanes.set(socket, [])
    handle()
  }
}
