/** Ends the reading of a connection that only has to be answered and closed. */
import type { Socket } from "node:net"

/** Node's parser: its callbacks are elements, whose indexes its class names. */
type Parser = Record<number, unknown> & {
  readonly constructor: Readonly<Record<(typeof callbacks)[number], number | undefined>>
}

/** What Node adds to the socket of a server's connection. */
type HttpSocket = Socket & { readonly parser?: Parser | null; _paused?: boolean }

/** What C++ calls. It skips those that are no functions. */
const callbacks = [
  "kOnMessageBegin",
  "kOnHeaders",
  "kOnHeadersComplete",
  "kOnBody",
  "kOnMessageComplete",
  "kOnExecute",
] as const

/**
 * Reads nothing more of a connection, and makes no requests and no chunks of what has been read already.
 *
 * A pause alone does not do it. Node's parser calls back for all of the 64 KiB that it has: for up to 10,000 chunks, or 2,000
 * pipelined requests, and it makes the socket flow again after each request. Every request without an answer then costs an
 * error with its stack when the connection closes. Nothing but closing is possible afterwards.
 */
export const stopReading = (socket: Socket): void => {
  const { parser } = socket as HttpSocket
  if (parser !== undefined && parser !== null && !stopped.has(socket)) {
    stopped.add(socket)
    const kept = callbacks.flatMap((name) => {
      const index = parser.constructor[name]
      return index === undefined ? [] : [[index, parser[index]] as const]
    })
    for (const [index] of kept) parser[index] = undefined
    // Before Node's own listener, which keeps the parser for another connection.
    socket.prependOnceListener("close", () => {
      for (const [index, callback] of kept) parser[index] = callback
    })
  }
  socket.pause()
  // Node resumes a connection when an answer is finished, when a request is discarded and when the system takes more; and it
  // may have done so in this turn already, which takes effect in the next one.
  socket.resume = () => socket
  ;(socket as HttpSocket)._paused = true
}

const stopped = new WeakSet<Socket>()
