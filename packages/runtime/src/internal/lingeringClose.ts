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

/** What is still read of a connection that is answered for the last time: enough to see that its sender has gone. */
const restBytes = 64 * 1024

/**
 * Handles no further request of a connection. At most 64 KiB are read, and discarded.
 *
 * `pause` alone is undone by Node's parser at the end of each request: thousands of pipelined requests would be read and kept,
 * and discarding so many takes Node seconds.
 */
export const stopReading = (socket: Socket): void => {
  if (stopped.has(socket)) return
  stopped.add(socket)
  let rest = restBytes
  // Without Node's own listener the parser gets nothing more.
  socket.removeAllListeners("data").on("data", (chunk: Buffer) => {
    rest -= chunk.length
    if (rest <= 0) socket.pause().resume = () => socket
  })
}

const stopped = new WeakSet<Socket>()
