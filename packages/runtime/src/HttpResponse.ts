/** A response that knows its request's correlation id, and the two ways to send it: `respond` and `sendJson`. */
import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from "node:http"
import type * as CorrelationId from "./CorrelationId.ts"

/**
 * Node's response, and the correlation id of its request.
 *
 * The id is a field and not a header set in advance: writing all headers at once costs Node half as much as starting with
 * `setHeader`.
 */
export class HttpResponse extends ServerResponse {
  /** Set by the listener before a handler sees the response. */
  correlationId = "" as CorrelationId.CorrelationId
}

/** A complete answer. */
export interface Reply {
  readonly status: number
  /** A JSON object; `correlation_id` is added as its last field. */
  readonly body: object
  readonly headers?: OutgoingHttpHeaders
}

/** How much of an unread body is read and discarded before the connection is closed. */
export interface RestLimits {
  readonly bytes: number
  readonly ms: number
}

const restLimits: RestLimits = { bytes: 64 * 1024 * 1024, ms: 10_000 }

/** Discarding more than this costs more than a new connection. */
const worthKeepingAlive = 256 * 1024

/**
 * Answers a request, whether or not its body has been read.
 *
 * A sender that is still sending can read the answer: closing immediately would reset the connection and lose it. So the
 * rest of the body is discarded, at most 64 MiB or 10 s of it, and then the connection is closed; it is kept alive if
 * the rest is at most 256 KiB. Does nothing if the request was already answered or its sender has disconnected.
 */
export const respond = (response: HttpResponse, reply: Reply, limits: RestLimits = restLimits): void => {
  if (response.headersSent || response.destroyed) return
  const text = JSON.stringify({ ...reply.body, correlation_id: response.correlationId })
  const { req: request } = response
  if (!request.complete && Number(request.headers["content-length"] ?? 0) > worthKeepingAlive) {
    response.shouldKeepAlive = false
  }
  response.writeHead(reply.status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(text),
    "X-Correlation-ID": response.correlationId,
    "Cache-Control": "no-store",
    ...reply.headers,
  })
  if (request.complete || !hasBody(request)) response.end(text)
  else endAfterRest(response, text, limits)
}

/**
 * Answers 200 with a JSON text to a request whose body has been read, as cheaply as Node can.
 *
 * The text must be ASCII and contain the correlation id. Does nothing if the request was already answered or its sender
 * has disconnected.
 */
export const sendJson = (response: HttpResponse, text: string): void => {
  if (response.headersSent || response.destroyed) return
  response.writeHead(200, [
    "Content-Type",
    "application/json",
    "Content-Length",
    text.length,
    "X-Correlation-ID",
    response.correlationId,
    "Cache-Control",
    "no-store",
  ])
  // With `latin1` Node does not look for characters that UTF-8 encodes differently.
  response.end(text, "latin1")
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined

/** Sends the text at once, and ends the response when the body has been read, so that nothing is left unread. */
const endAfterRest = (response: HttpResponse, text: string, limits: RestLimits): void => {
  const { req: request, shouldKeepAlive } = response
  const { socket } = request
  const cut = () => socket.destroy()
  const timer = setTimeout(cut, limits.ms)
  let rest = 0
  request
    .on("data", (chunk: Buffer) => {
      rest += chunk.length
      if (rest > limits.bytes) cut()
    })
    .once("end", () => response.end())
    .once("close", () => clearTimeout(timer))
    .resume()
  // Where a response has no body, as for HEAD, a write alone sends no headers.
  response.flushHeaders()
  response.write(text, () => {
    if (!shouldKeepAlive) socket.end()
  })
}
