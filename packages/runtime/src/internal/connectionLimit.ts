/** Bounds the connections of a server, and the requests in progress on them. */
import type { IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import { memoryLimit } from "../ByteBudget.ts"
import { type HttpResponse, type RequestCounter, respond, respondLast } from "../HttpResponse.ts"
import { stopReading } from "./stopReading.ts"

/** Whether a request may be handled; if not, it has been answered. */
type Admit = (request: IncomingMessage, response: HttpResponse) => boolean

/** A server that accepts connections. */
interface Connecting {
  readonly on: (event: "connection", open: (socket: Socket) => void) => unknown
}

/** One connection. */
interface Connection extends RequestCounter {
  readonly socket: Socket
  /** It is one more than may be open: it gets one answer, and others only to health checks. */
  readonly isSpare: boolean
  /** Requests without a complete answer. */
  unanswered: number
  latest: IncomingMessage | undefined
  /** When it was opened, or its newest request began. */
  since: number
  /** An answer has said that the connection closes: later requests on it get none (RFC 9112, 9.6). */
  isClosing: boolean
}

/** Connections beyond the limit, for answers of 503 and for health checks. The newest ones keep their places. */
const spareConnections = 16

/** Requests in progress on one connection (pipelining, RFC 9112, 9.3.2). */
const pipelined = 100

/** The checks of an orchestrator, which must not restart a process because it is busy. */
const healthPaths: ReadonlySet<string | undefined> = new Set(["/health", "/livez", "/readyz"])

/** How long a connection must have waited for its sender before it makes room for another one. */
const patienceMs = { idle: 1000, inRequest: 5000 }

/** How many connections are found at once that may make room, so that a full server does not search for each new one. */
const searchFor = 64

/**
 * Lets at most `max` connections be open, and as many requests be in progress.
 *
 * A new connection takes the place of the one that has waited longest for its sender: idle, or in the middle of a
 * request. If there is none, it is a spare one, which is answered 503 unless it asks for the process's health. So neither
 * idle nor slow senders keep others out. A request beyond a limit is answered 503, and its connection closes.
 */
export const limitConnections = (server: Connecting, max: number): Admit => {
  /** In the order in which they were opened. */
  const connections = new Map<Socket, Connection>()
  const spare = new Set<Connection>()
  const candidates: Array<Connection> = []
  let inProgress = 0

  const mayMakeRoom = (connection: Connection): boolean => {
    const { isClosing, isSpare, latest, since, socket, unanswered } = connection
    if (isSpare || isClosing || socket.destroyed) return false
    const waitedMs = performance.now() - since
    if (unanswered === 0) return waitedMs > patienceMs.idle
    return latest?.complete === false && waitedMs > patienceMs.inRequest
  }

  let nextSearch = 0
  const makeRoom = (): boolean => {
    if (candidates.length === 0 && performance.now() >= nextSearch) {
      for (const connection of connections.values()) {
        if (mayMakeRoom(connection) && candidates.push(connection) === searchFor) break
      }
      // From the oldest to the newest, taken from the end.
      candidates.reverse()
      if (candidates.length === 0) nextSearch = performance.now() + 100
    }
    for (let next = candidates.pop(); next !== undefined; next = candidates.pop()) {
      if (!mayMakeRoom(next)) continue
      forget(next)
      next.socket.destroy()
      return true
    }
    return false
  }

  const forget = (connection: Connection) => {
    if (!connections.delete(connection.socket)) return
    spare.delete(connection)
    inProgress -= connection.unanswered
    connection.unanswered = 0
  }

  const open = (socket: Socket) => {
    const isSpare = connections.size - spare.size >= max && !makeRoom()
    const connection: Connection = {
      socket,
      isSpare,
      unanswered: 0,
      latest: undefined,
      since: performance.now(),
      isClosing: false,
      answered: () => {
        if (connection.unanswered === 0) return
        connection.unanswered--
        inProgress--
        connection.since = performance.now()
      },
    }
    connections.set(socket, connection)
    socket.once("close", () => forget(connection))
    if (!isSpare) return
    spare.add(connection)
    if (spare.size <= spareConnections) return
    const [oldest] = spare
    oldest?.socket.destroy()
  }

  server.on("connection", open)

  return (request, response) => {
    const connection = connections.get(request.socket)
    // Its connection has made room, or has been answered for the last time: this was pipelined behind.
    if (connection === undefined || connection.isClosing) {
      stopReading(request.socket)
      return false
    }
    connection.latest = request
    connection.since = performance.now()
    connection.unanswered++
    inProgress++
    response.counter = connection
    const isBeyond = connection.isSpare || inProgress > max
    const isAdmitted = connection.unanswered <= pipelined && (!isBeyond || healthPaths.has(request.url))
    if (isAdmitted && !connection.isSpare) return true
    connection.isClosing = true
    response.shouldKeepAlive = false
    if (isAdmitted) return true
    if (connection.unanswered > 1) respondLast(response, busy)
    else respond(response, busy)
    return false
  }
}

const busy = {
  status: 503,
  body: { error: "too many requests at once (MAX_CONNECTIONS)" },
  headers: { "Retry-After": "1" },
}

/**
 * How many connections a process should have open at most: `asked`, or one for each 256 KiB of its memory and at most
 * 10,000; in any case fewer than the files that it may open (`ulimit -n`), of which the database, the queue and the log need
 * some.
 */
export const mostConnections = (asked = Math.min(10_000, Math.floor(memoryLimit() / (256 * 1024)))): number =>
  Math.max(1, Math.min(asked, openFiles() - 112 - spareConnections))

/** How many files this process may open. */
const openFiles = (): number => {
  const source: NodeJS.ProcessReport & { excludeNetwork?: boolean } = process.report
  const { excludeNetwork = false } = source
  // Otherwise the report looks up the names of all peers.
  source.excludeNetwork = true
  const { userLimits } = source.getReport() as {
    readonly userLimits?: { readonly open_files?: { readonly soft?: unknown } }
  }
  source.excludeNetwork = excludeNetwork
  const limit = userLimits?.open_files?.soft
  return typeof limit === "number" ? limit : Number.POSITIVE_INFINITY
}
