import { CorrelationId } from "@lead-gateway/telemetry"
import { Duration, Effect, Option, Schema, type Scope } from "effect"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { randomUUID } from "node:crypto"
import type { AddressInfo } from "node:net"
import { answerBrokenRequest } from "./internal/brokenRequest.ts"

/** Answers one request. The correlation id is on the response already, and on the request's headers. */
export type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  correlationId: CorrelationId.CorrelationId,
) => void

/** Where to listen and how to stop. */
export interface HttpListenerOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** How long requests that are being answered may take when the listener closes. */
  readonly shutdownTimeout: Duration.Duration
}

/** The address cannot be listened on: taken, not this machine's, or not allowed. */
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
 * Every response carries `X-Correlation-ID`: the sender's, if it is one, else a new one. When the scope
 * closes no new connection is taken, requests that are being answered may end, and then all is cut.
 */
export const listen = (
  options: HttpListenerOptions,
  handler: Handler,
): Effect.Effect<AddressInfo, ListenFailed, Scope.Scope> =>
  Effect.acquireRelease(start(options, handler), (server) => stop(server, options.shutdownTimeout)).pipe(
    Effect.map((server) => server.address() as AddressInfo),
  )

const start = ({ host, port }: HttpListenerOptions, handler: Handler): Effect.Effect<Server, ListenFailed> =>
  Effect.callback((resume) => {
    const server = createServer(
      // A webhook is short: who takes longer than this to send one is gone, or wants to hold us up.
      { requestTimeout: 30_000, headersTimeout: 10_000, connectionsCheckingInterval: 1_000 },
      (request, response) => {
        const correlationId = name(request)
        response.setHeader("X-Correlation-ID", correlationId)
        // A stop must not wait for the next request of a connection that is kept alive.
        if (!server.listening) response.shouldKeepAlive = false
        handler(request, response, correlationId)
      },
    )
    server.on("clientError", answerBrokenRequest)
    const failed = (error: NodeJS.ErrnoException) =>
      resume(Effect.fail(new ListenFailed({ host, port, code: error.code ?? error.message })))
    server.once("error", failed)
    server.listen(port, host, () => {
      server.off("error", failed)
      resume(Effect.succeed(server))
    })
    return Effect.sync(() => server.close())
  })

const name = (request: IncomingMessage): CorrelationId.CorrelationId => {
  const given = CorrelationId.fromHeader(request.headers["x-correlation-id"]?.toString())
  const id = Option.getOrElse(given, () => CorrelationId.CorrelationId.make(randomUUID()))
  request.headers["x-correlation-id"] = id
  return id
}

const stop = (server: Server, within: Duration.Duration): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    server.close(() => resume(Effect.void))
    server.closeIdleConnections()
  }).pipe(Effect.timeoutOption(within), Effect.andThen(Effect.sync(() => server.closeAllConnections())))
