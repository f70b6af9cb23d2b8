import type { IncomingMessage, OutgoingHttpHeaders } from "node:http"
import type { HttpResponse } from "./HttpResponse.ts"

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

/** A rest that is larger than this costs more than a new connection. */
const worthKeepingAlive = 256 * 1024

/**
 * Answers a request, whether or not its body has been read.
 *
 * A sender that is still sending can read the answer: closing immediately would reset the connection and lose it. So the
 * rest of the body is discarded, at most 64 MiB or 10 s of it, and then the connection is closed; it is kept alive if
 * the rest is at most 256 KiB. Does nothing if the request was already answered or its sender has gone.
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
    ...reply.headers,
  })
  if (request.complete || !hasBody(request)) response.end(text)
  else endAfterRest(response, text, limits)
}

/**
 * Answers 200 with a JSON text to a request whose body has been read, as cheaply as Node can.
 *
 * The text must be ASCII and contain the correlation id. Does nothing if the request was already answered or its sender
 * has gone.
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
  ])
  // `latin1` spares Node the search for characters that UTF-8 encodes differently.
  response.end(text, "latin1")
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined

/** The text is sent at once; Node's own end comes with the end of the body, and then leaves nothing unread. */
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
  // By itself a write sends no headers where there may be no text, as for HEAD.
  response.flushHeaders()
  response.write(text, () => {
    if (!shouldKeepAlive) socket.end()
  })
}
