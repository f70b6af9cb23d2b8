/** Closes a connection in a way that its sender can read the last answer, and that leaves nothing behind in the system. */
import type { ServerResponse } from "node:http"
import type { Socket } from "node:net"

/**
 * Sends FIN, and resets the connection if its sender has not closed it after a time (RFC 9112, 9.6).
 *
 * A close without reset would leave what the sender has not read in the system's buffer, up to 4 MiB, for minutes.
 */
export const closeGently = (socket: Socket, withinMs: number): void => {
  if (socket.writableEnded) return
  socket.end()
  const timer = setTimeout(() => socket.resetAndDestroy(), withinMs)
  socket.once("close", () => clearTimeout(timer))
}

/** How long a sender that does not close may go on sending after the last answer. */
const lingerMs = 1_000

/**
 * Makes Node close a connection in stages after its last answer (RFC 9112, 9.6).
 *
 * Node would close both directions at once. What the sender still sends, a request behind the last one for instance, is then
 * answered by the system with a reset, which may destroy the answer before it is read. Not a reset at the end: the last
 * bytes of a large answer may be still on their way.
 */
export const lingerAfterLast = (socket: Socket): void => {
  socket.destroySoon = endAndLinger
}

function endAndLinger(this: Socket): void {
  if (this.writableEnded || this.destroyed) return
  // As Node's own does: what the system has not taken yet comes first.
  this.once("finish", linger).end()
}

function linger(this: Socket): void {
  const timer = setTimeout(() => this.destroy(), lingerMs)
  this.once("close", () => clearTimeout(timer))
}

/** Does something when a response is finished, if there is one that is not. */
export const afterwards = (response: ServerResponse | undefined, then: () => void): void => {
  if (response === undefined || response.closed) then()
  else response.once("close", then)
}
