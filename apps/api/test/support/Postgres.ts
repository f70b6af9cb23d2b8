import { Effect, type Scope } from "effect"
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net"

/** A link to Postgres that can be cut and restored. */
export interface PostgresLink {
  /** The database's URL by way of the link. */
  readonly url: string
  /** Closes all connections, and every new one at once. */
  readonly cut: Effect.Effect<void>
  /** Forwards nothing any more, and closes nothing. */
  readonly freeze: Effect.Effect<void>
  readonly mend: Effect.Effect<void>
}

type State = "open" | "cut" | "frozen"

/** A proxy between an api and its Postgres for the current scope. */
export const makeLink = (
  databaseUrl: string,
  initial: State = "open",
): Effect.Effect<PostgresLink, never, Scope.Scope> =>
  Effect.gen(function* () {
    const target = new URL(databaseUrl)
    const sockets = new Set<Socket>()
    let state = initial
    const hold = (socket: Socket) => {
      sockets.add(socket)
      socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket))
    }
    const closeAll = () => {
      for (const socket of sockets) socket.destroy()
    }
    const server = yield* Effect.acquireRelease(
      Effect.callback<Server>((resume) => {
        const server = createServer((incoming) => {
          hold(incoming)
          if (state === "cut") incoming.destroy()
          if (state !== "open") return
          const outgoing = connect(Number(target.port), target.hostname)
          hold(outgoing)
          incoming.pipe(outgoing)
          outgoing.pipe(incoming)
          incoming.on("close", () => outgoing.destroy())
          outgoing.on("close", () => incoming.destroy())
        })
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.sync(() => {
          server.close()
          closeAll()
        }),
    )
    const url = new URL(databaseUrl)
    url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
    return {
      url: url.href,
      cut: Effect.sync(() => {
        state = "cut"
        closeAll()
      }),
      freeze: Effect.sync(() => {
        state = "frozen"
        for (const socket of sockets) socket.unpipe().pause()
      }),
      // Connections that were frozen in the middle of a message cannot be used any more.
      mend: Effect.sync(() => {
        if (state === "frozen") closeAll()
        state = "open"
      }),
    }
  })
