/** Listeners to live events, as many consoles would be. */
import { Effect, type Scope } from "effect"
import { once } from "node:events"
import { connect } from "node:net"

/** Opens so many streams of events for the current scope, reads and discards them; returns when all have begun. */
export const listen = (port: number, listeners: number): Effect.Effect<void, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(() => Promise.all(Array.from({ length: listeners }, () => openStream(port)))),
    (sockets) => Effect.sync(() => sockets.forEach((socket) => socket.destroy())),
  ).pipe(Effect.asVoid)

const openStream = async (port: number) => {
  const socket = connect({ port, host: "127.0.0.1" })
  socket.write(`GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
  const [head] = (await once(socket, "data")) as [Buffer]
  if (!head.toString("latin1").startsWith("HTTP/1.1 200")) throw new Error("a listener was refused")
  return socket.resume()
}
