/** A response that knows its request's correlation id, and the two ways to send it: `respond` and `sendJson`. */
import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import type * as CorrelationId from "./CorrelationId.ts"
import { RequestFacts } from "./RequestFacts.ts"
import { escapeSteering } from "./internal/escapeSteering.ts"
import { afterwards, closeGently } from "./internal/lingeringClose.ts"
import { securityHeaderList, securityHeaders } from "./internal/securityHeaders.ts"
import { stopReading } from "./internal/stopReading.ts"

const none: ReadonlyArray<never> = []

/**
 * Node's response, and what belongs to its request.
 *
 * The correlation id is a field and not a header set in advance: writing all headers at once costs Node half as much as
 * starting with `setHeader`.
 */
export class HttpResponse extends ServerResponse {
  /** Set by the listener before a handler sees the response. */
  correlationId = "" as CorrelationId.CorrelationId
  /** The bytes that a byte budget counts for this request; for who holds them. */
  heldBytes = 0
  /** Where the request is counted until it is answered; set by the listener. */
  counter: RequestCounter | undefined = undefined
  /** The response to the request before on the connection, if it was not finished: with pipelining, it is sent first. */
  earlier: HttpResponse | undefined = undefined
  /** What is known of the request, for its log line and its span. */
  readonly facts = new RequestFacts()
  /** Who is told once of the request's end; set by the listener. */
  observers: ReadonlyArray<RequestObserver> = none

  /** Node calls this when the response has been handed to the system. */
  override detachSocket(socket: Socket): void {
    super.detachSocket(socket)
    // So are all earlier ones: one that pipelines forever must not keep them all.
    this.earlier = undefined
    this.counter?.answered()
    this.conclude(true)
  }

  /** Ends the request for its observers: it was answered completely, or (false) its sender has gone. */
  conclude(isAnswered: boolean): void {
    const { observers } = this
    this.observers = none
    for (const observer of observers) observer.ended(this, isAnswered)
  }
}

/** Counts the requests of one connection. */
export interface RequestCounter {
  /** One of them has been answered completely. */
  readonly answered: () => void
}

/** Is told of every request of a listener. Plain functions: they run for each. */
export interface RequestObserver {
  /** A request begins: its head was read. */
  readonly began?: (response: HttpResponse) => void
  /** It was answered completely, or its sender has gone: called once. */
  readonly ended: (response: HttpResponse, isAnswered: boolean) => void
}

/** A complete answer. */
export interface Reply {
  readonly status: number
  /** A JSON object; `correlation_id` is added as its last field. */
  readonly body: object
  readonly headers?: OutgoingHttpHeaders
}

/** How much is still read from a sender whose body is refused. */
export interface RestLimits {
  /** Of the body, before reading stops. The last chunk counts as well, so up to 64 KiB more are read. */
  readonly bytes: number
  /** How long the sender has to end its body, and then to take the answer and to close. */
  readonly ms: number
}

/** A chunk counts as so many bytes more, so that discarding single bytes ends early. */
const costOfChunk = 64

const restLimits: RestLimits = { bytes: 16 * 1024, ms: 1000 }

/** How long the sender of a pipeline that is cut short has to take the answers before. */
const pipelineMs = 5000

/**
 * Answers a request, whether or not its body has been read.
 *
 * A refused body is not read to its end. Of one that does not say that it is longer, at most 16 KiB are discarded, and if
 * that is all, the connection is kept alive. Otherwise reading stops and the connection closes as a lingering close (as in nginx): the answer, FIN, and up to
 * one second for the sender to read it, since a reset may destroy an answer on its way (RFC 9112, 9.6). Does nothing if
 * the request was already answered or its sender has disconnected.
 */
export const respond = (response: HttpResponse, reply: Reply, limits: RestLimits = restLimits): void => {
  if (response.headersSent || response.destroyed) return
  const { req: request } = response
  if (!request.complete && declaredLength(request) > limits.bytes) {
    response.shouldKeepAlive = false
  }
  const text = writeHead(response, reply)
  if (request.complete || !hasBody(request)) response.end(text)
  else endAfterRest(response, text, limits)
}

/**
 * Answers a request as the last one of its connection, of which nothing more is read, by a lingering close: Node would
 * close at once, and with it discard answers to earlier requests that are still on their way.
 */
export const respondLast = (response: HttpResponse, reply: Reply): void => {
  if (response.headersSent || response.destroyed) return
  const { socket } = response.req
  response.shouldKeepAlive = false
  const text = writeHead(response, reply)
  writeText(response, text, () => closeGently(socket, pipelineMs))
  stopReading(socket)
}

/**
 * Sends an answer without ending it, and does something when the system has it.
 *
 * Of an answer without a body, as for HEAD, Node writes the head only if it is flushed, and calls back at once, although
 * the head waits for the answers before it.
 */
const writeText = (response: HttpResponse, text: string, then: () => void): void => {
  response.flushHeaders()
  response.write(text, () => afterwards(response.earlier, then))
}

/** Writes the head of an answer; returns its text. */
const writeHead = (response: HttpResponse, reply: Reply): string => {
  const text = escapeSteering(JSON.stringify({ ...reply.body, correlation_id: response.correlationId }))
  response.writeHead(reply.status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(text),
    "X-Correlation-ID": response.correlationId,
    ...securityHeaders,
    ...reply.headers,
  })
  return text
}

/**
 * Answers with a JSON text as cheaply as Node can: 200 and no header of its own, unless `status` and `headers` (names and
 * values by turns) say otherwise.
 *
 * The text must be ASCII and contain the correlation id. A short body that has not been read is discarded by Node. Does
 * nothing if the request was already answered or its sender has disconnected.
 */
export const sendJson = (
  response: HttpResponse,
  text: string,
  status = 200,
  headers: ReadonlyArray<string> = none,
): void => {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, [
    "Content-Type",
    "application/json",
    "Content-Length",
    text.length,
    "X-Correlation-ID",
    response.correlationId,
    ...securityHeaderList,
    ...headers,
  ])
  // With `latin1` Node does not look for characters that UTF-8 encodes differently.
  response.end(text, "latin1")
}

const declaredLength = ({ headers }: IncomingMessage): number => Number(headers["content-length"] ?? 0)

/** Whether a request has a body, be it an empty one. */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined

/**
 * Sends the text at once, and ends the response when the body has been read. A body that is longer than the limits, or
 * takes longer, is not read further: Node's `end` would read and discard all of it, so the response is not ended then.
 */
const endAfterRest = (response: HttpResponse, text: string, limits: RestLimits): void => {
  const { req: request, shouldKeepAlive } = response
  const { socket } = request
  let isStopped = false
  let isWritten = false
  const stop = () => {
    if (isStopped) return
    isStopped = true
    clearTimeout(timer)
    response.shouldKeepAlive = false
    stopReading(socket)
    // Answers to earlier requests of the connection come first.
    if (isWritten) closeGently(socket, limits.ms)
  }
  const timer = setTimeout(stop, limits.ms)
  let rest = 0
  const discard = (chunk: Buffer) => {
    rest += chunk.length + costOfChunk
    if (rest > limits.bytes) stop()
  }
  request
    .on("data", discard)
    .once("end", () => response.end())
    .once("close", () => clearTimeout(timer))
    .resume()
  writeText(response, text, () => {
    isWritten = true
    if (isStopped || !shouldKeepAlive) closeGently(socket, limits.ms)
  })
  // Discarding costs a copy of all that has arrived, 64 KiB as a rule.
  if (declaredLength(request) > limits.bytes) stop()
}
