/** Closes a connection in a way that its sender can read the last answer, and that leaves nothing behind in the system. */
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
