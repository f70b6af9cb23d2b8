/** Serves HTTP on Node: `listen` calls a handler for each request, `handlerOf` makes a handler of an `HttpRouter`. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { CurrentCorrelationId, withErrorBodies } from "@lead-gateway/api-contract"
import { Duration, Effect, type Layer, Option, Schema, type Scope } from "effect"
import { HttpRouter, HttpServerRequest } from "effect/http"
import { createServer, IncomingMessage, type Server } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import * as CorrelationId from "./CorrelationId.ts"
import { HttpResponse } from "./HttpResponse.ts"
import {
  answerBrokenRequest,
  continueWhenRead,
  refuseConnection,
  refuseRequest,
} from "./internal/protocolAnswers.ts"

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

/** A server, and each of its connections with the newest response on it. */
interface Listener {
  readonly server: Server<typeof IncomingMessage, typeof HttpResponse>
  readonly connections: Map<Socket, HttpResponse | undefined>
}

/**
 * Listens until the scope closes, and returns the address in use.
 *
 * Every request has a correlation id: the sender's `X-Correlation-ID` if it is valid, otherwise a new one. Malformed
 * requests are answered here, in the form of all other errors. `Expect: 100-continue` is answered when the handler
 * starts to read the body. When the scope closes, no new connection is accepted, requests in progress may finish, and
 * then all connections are closed.
 */
export const listen = (
  options: HttpListenerOptions,
  handler: Handler,
): Effect.Effect<AddressInfo, ListenFailed, Scope.Scope> =>
  Effect.acquireRelease(start(options, handler), (listener) => stop(listener, options.shutdownTimeout)).pipe(
    Effect.map(({ server }) => server.address() as AddressInfo),
  )

const start = (options: HttpListenerOptions, handler: Handler): Effect.Effect<Listener, ListenFailed> =>
  Effect.callback((resume) => {
    const { host, port } = options
    const listener = makeListener(options, handler)
    const { server } = listener
    const failed = (error: NodeJS.ErrnoException) =>
      resume(Effect.fail(new ListenFailed({ host, port, code: error.code ?? error.message })))
    server.once("error", failed)
    server.listen(port, host, () => {
      server.off("error", failed)
      // A connection that cannot be accepted does not end the server; its sender tries again.
      server.on("error", () => {})
      resume(Effect.succeed(listener))
    })
    return Effect.sync(() => server.close())
  })

const makeListener = (
  { requestTimeout = Duration.seconds(30) }: HttpListenerOptions,
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
  const connections: Listener["connections"] = new Map()
  const receive = (handler: Handler) => (request: IncomingMessage, response: HttpResponse) => {
    const id = correlationId(request)
    response.correlationId = id
    connections.set(request.socket, response)
    // A stop must not wait for the next request on a keep-alive connection.
    if (!server.listening) response.shouldKeepAlive = false
    handler(request, response, id)
  }
  const onRequest = receive((request, response, id) => {
    // RFC 9112, 3.2.
    const lacksHost = request.headers.host === undefined && request.httpVersion === "1.1"
    return lacksHost ? refuseRequest(400, response) : handler(request, response, id)
  })
  server
    .on("connection", (socket: Socket) => {
      connections.set(socket, undefined)
      socket.once("close", () => connections.delete(socket))
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
    .on("connect", (_, socket) => refuseConnection(socket.resume(), 501))
    .on("clientError", (error, socket) =>
      answerBrokenRequest(error, socket, connections.get(socket as Socket)),
    )
  return { server, connections }
}

const correlationId = (request: IncomingMessage): CorrelationId.CorrelationId =>
  Option.getOrElse(
    CorrelationId.fromHeader(request.headers["x-correlation-id"]?.toString()),
    CorrelationId.make,
  )

const stop = (listener: Listener, within: Duration.Duration): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    listener.server.close(() => resume(Effect.void))
    windUp(listener)
  }).pipe(
    Effect.timeoutOption(within),
    Effect.andThen(Effect.sync(() => listener.server.closeAllConnections())),
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

/**
 * Turns a router's layer into a {@link Handler}.
 *
 * Every failure is answered with the body of all errors, and what the router logs carries the request's correlation id.
 * Build it in a scope that outlives the listener's.
 */
export const handlerOf = <A, E, R>(routes: Layer.Layer<A, E, R>) =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const app = yield* HttpRouter.toHttpEffect(routes)
    const answer = Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
      const id = String(NodeHttpServerRequest.toServerResponse(request).getHeader("X-Correlation-ID"))
      return withErrorBodies(app).pipe(
        Effect.provideService(CurrentCorrelationId, id),
        Effect.annotateLogs("correlation_id", id),
      )
    })
    const handle = yield* NodeHttpServer.makeHandler(answer, { scope })
    const handler: Handler = (request, response, correlationId) => {
      response.setHeader("X-Correlation-ID", correlationId)
      handle(request, response)
    }
    return handler
  })
