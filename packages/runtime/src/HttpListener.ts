/** Serves HTTP on Node: `listen` calls a handler for each request. */
import { Duration, Effect, Option, Schema, type Scope } from "effect"
import { createServer, IncomingMessage } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import * as CorrelationId from "./CorrelationId.ts"
import { HttpResponse, type RequestObserver, respondLast } from "./HttpResponse.ts"
import { limitConnections, mostConnections } from "./internal/connectionLimit.ts"
import { lingerAfterLast } from "./internal/lingeringClose.ts"
import {
  afterEnd,
  answerBrokenRequest,
  continueWhenRead,
  refuseRequest,
  refuseTunnel,
  waitFor,
} from "./internal/protocolAnswers.ts"
import { faultOf } from "./internal/requestHead.ts"
import { type Listener, stopListener } from "./internal/stopListener.ts"
import { stopReading } from "./internal/stopReading.ts"
import { cutSlowReaders, defaultPace, type ReadingPace } from "./internal/slowReaders.ts"

/**
 * Answers one request by `respond`, `sendJson` or a router's handler, which set the header `X-Correlation-ID`. A handler
 * that writes its answer itself must set it too.
 */
export type Handler = (
  request: IncomingMessage,
  response: HttpResponse,
  correlationId: CorrelationId.CorrelationId,
) => void

/** Where to listen and how to stop. */
export interface HttpListenerOptions {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  /** How long requests in progress may take when the listener closes. */
  readonly shutdownTimeout: Duration.Duration
  /** How long a sender may take to send one request; 30 s unless set. For the headers at most 10 s. */
  readonly requestTimeout?: Duration.Duration
  /** How fast a sender must read its answers; 120 KiB in 15 s unless set. */
  readonly readingPace?: ReadingPace
  /** Connections at once, and requests in progress on all of them; by the process's memory and open files unless set. */
  readonly maxConnections?: number | undefined
  /** Are told of each request, when it begins and when it ends; nobody by default. */
  readonly observers?: ReadonlyArray<RequestObserver> | undefined
}

/** The process cannot listen on the address: it is in use, not of this machine, or not permitted. */
export class ListenFailed extends Schema.TaggedError<ListenFailed>()("ListenFailed", {
  host: Schema.String,
  port: Schema.Int,
  code: Schema.String,
}) {
  override get message(): string {
    const why: Record<string, string> = {
      EADDRINUSE: "another program listens there",
      EADDRNOTAVAIL: "this machine has no such address",
      EACCES: "not allowed",
      ENOTFOUND: "no such host",
    }
    return `cannot listen on ${this.host}:${this.port}: ${why[this.code] ?? this.code}`
  }
}

/**
 * Listens until the scope closes, and returns the address in use.
 *
 * Every request has a correlation id: the sender's `X-Correlation-ID` if it is valid, otherwise a new one. Malformed
 * requests are answered here, in the form of all other errors; paths that are not written as routes are, with 404.
 * `Expect: 100-continue` is answered when the handler starts to read the body. A sender may close its half of the
 * connection after its request; one that does not read its answer is cut. When the scope closes, no new connection is
 * accepted, requests in progress may finish, and then all connections are closed.
 */
export const listen = (
  options: HttpListenerOptions,
  handler: Handler,
): Effect.Effect<AddressInfo, ListenFailed, Scope.Scope> =>
  Effect.acquireRelease(start(options, handler), (listener) =>
    stopListener(listener, options.shutdownTimeout),
  ).pipe(Effect.map(({ server }) => server.address() as AddressInfo))

const start = (options: HttpListenerOptions, handler: Handler): Effect.Effect<Listener, ListenFailed> =>
  Effect.callback((resume) => {
    const { host, port } = options
    const listener = makeListener(options, handler)
    const { server } = listener
    const failed = (error: NodeJS.ErrnoException) =>
      resume(Effect.fail(new ListenFailed({ host, port, code: error.code ?? error.message })))
    server.once("error", failed)
    // One connection is accepted in a turn of the event loop; those that wait meanwhile should not have to try again.
    server.listen(port, host, 4096, () => {
      server.off("error", failed)
      // A connection that cannot be accepted does not end the server; its sender tries again.
      server.on("error", () => {})
      resume(Effect.succeed(listener))
    })
    return Effect.sync(() => server.close())
  })

const makeListener = (
  {
    maxConnections,
    observers = [],
    readingPace = defaultPace,
    requestTimeout = Duration.seconds(30),
  }: HttpListenerOptions,
  handler: Handler,
): Listener => {
  // Webhooks are short. A sender that needs longer has disconnected, or holds the connection open on purpose.
  const timeoutMs = Duration.toMillis(requestTimeout)
  const server = createServer<typeof IncomingMessage, typeof HttpResponse>({
    IncomingMessage,
    ServerResponse: HttpResponse,
    requestTimeout: timeoutMs,
    headersTimeout: Math.min(timeoutMs, 10_000),
    connectionsCheckingInterval: 1_000,
    // Longer than the 60 s of common proxies: the proxy closes first, and sends no request into a closing connection.
    keepAliveTimeout: 75_000,
    requireHostHeader: false,
  })
  // Node's own property, missing in its types: without it, an answer after the sender's FIN is discarded.
  Object.assign(server, { httpAllowHalfOpen: true })
  const connections: Listener["connections"] = new Map()
  const admit = limitConnections(server, mostConnections(maxConnections))
  const receive = (handler: Handler) => (request: IncomingMessage, response: HttpResponse) => {
    // The connection ends with the answer before: the sender would never learn what became of this request.
    const earlier = connections.get(request.socket)
    if (earlier?.shouldKeepAlive === false) return stopReading(request.socket)
    if (earlier?.closed === false) waitFor(earlier, response)
    const id = correlationId(request)
    response.correlationId = id
    response.facts.beganAt = performance.now()
    connections.set(request.socket, response)
    // A stop must not wait for the next request on a keep-alive connection. Of what follows an `Upgrade`, Node's parser
    // discards what has arrived already, although the upgrade is declined.
    if (!server.listening || request.headers.upgrade !== undefined) response.shouldKeepAlive = false
    response.observers = observers
    for (const observer of observers) observer.began?.(response)
    if (!admit(request, response)) {
      response.facts.isSilent = true
      return
    }
    const fault = faultOf(request)
    if (fault === undefined) return handler(request, response, id)
    const { error, status } = fault
    // What follows a request that can be read in two ways may be a part of it.
    if (status === 400) respondLast(response, { status, body: { error } })
    else refuseRequest(status, response, error)
  }
  const onRequest = receive(handler)
  server
    .on("connection", (socket: Socket) => {
      connections.set(socket, undefined)
      lingerAfterLast(socket)
      socket
        .once("close", () => {
          const latest = connections.get(socket)
          connections.delete(socket)
          for (let cut = latest; cut !== undefined; cut = cut.earlier)
            if (!cut.facts.isAwaited) cut.conclude(false)
        })
        .once("end", () => afterEnd(socket, connections.get(socket)))
    })
    .on("request", onRequest)
    .on("checkContinue", (request, response) => {
      continueWhenRead(request, response)
      onRequest(request, response)
    })
    .on(
      "checkExpectation",
      receive((_, response) => refuseRequest(417, response)),
    )
    .on("connect", (_, socket) => refuseTunnel(socket as Socket, connections.get(socket as Socket)))
    .on("clientError", (error, connection) => {
      const socket = connection as Socket
      answerBrokenRequest(error, socket, connections.get(socket))
    })
  return { server, connections, stopWatching: cutSlowReaders(connections, readingPace) }
}

const correlationId = (request: IncomingMessage): CorrelationId.CorrelationId =>
  Option.getOrElse(
    CorrelationId.fromHeader(request.headers["x-correlation-id"]?.toString()),
    CorrelationId.make,
  )
