import { type Duration, Effect } from "effect"
import type { IncomingMessage, Server } from "node:http"
import type { Socket } from "node:net"
import type { HttpResponse } from "../HttpResponse.ts"

/** A server, and each of its connections with the newest response on it. */
export interface Listener {
  readonly server: Server<typeof IncomingMessage, typeof HttpResponse>
  readonly connections: Map<Socket, HttpResponse | undefined>
  readonly stopWatching: () => void
}

/** Accepts no connection any more, and lets requests in progress finish within a time; then it closes all connections. */
export const stopListener = (listener: Listener, within: Duration.Duration): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    listener.server.close(() => resume(Effect.void))
    windUp(listener)
  }).pipe(
    Effect.timeoutOption(within),
    Effect.andThen(
      Effect.sync(() => {
        listener.server.closeAllConnections()
        listener.stopWatching()
      }),
    ),
  )

/** Node closes idle connections itself; this makes each response in progress the last one on its connection. */
const windUp = ({ connections }: Listener): void => {
  for (const [socket, latest] of connections) {
    if (latest === undefined) {
      if (socket.bytesRead === 0) socket.destroy()
    } else if (!latest.headersSent) latest.shouldKeepAlive = false
    else latest.once("close", () => socket.destroySoon())
  }
}
