/** What the listener answers without a handler: malformed or incomplete requests, and `Expect: 100-continue`. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http"
import type { Socket } from "node:net"
import * as CorrelationId from "../CorrelationId.ts"
import { hasBody, type HttpResponse, respond } from "../HttpResponse.ts"
import { afterwards, closeGently } from "./lingeringClose.ts"
import { securityHeaderLines } from "./securityHeaders.ts"

/** The statuses for Node's error codes of malformed requests; all other codes are answered 400. */
const statusOf: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/** What is wrong, in plain words, for Node's error codes that say enough. */
const faultTexts: Readonly<Record<string, string>> = {
  HPE_UNEXPECTED_CONTENT_LENGTH: "more than one content length",
  HPE_INVALID_CONTENT_LENGTH: "invalid content length",
  HPE_INVALID_TRANSFER_ENCODING: "unsupported transfer encoding: only chunked",
  HPE_INVALID_HEADER_TOKEN: "malformed header",
  HPE_INVALID_URL: "invalid request target",
  HPE_INVALID_CHUNK_SIZE: "malformed chunk",
  HPE_INVALID_EOF_STATE: "the request ended too early",
  HPE_CLOSED_CONNECTION: "a request after connection: close",
}

/** The parser has one code for several faults of a length beside a coding; its own reason tells them apart. */
const bothLengths = /Content-Length can't be present|can't be present with Content-Length/

/** The error text of an HTTP status: `request timeout` for 408. */
const textOf = (status: number): string => (STATUS_CODES[status] ?? "error").toLowerCase()

const faultText = ({ code = "", message }: NodeJS.ErrnoException, status: number): string =>
  bothLengths.test(message) ? "content length beside transfer encoding" : (faultTexts[code] ?? textOf(status))

/** Answers a request with a status and a text, that of the status unless given, in the form of all other errors. */
export const refuseRequest = (status: number, response: HttpResponse, text = textOf(status)): void =>
  respond(response, { status, body: { error: text } })

/**
 * Answers malformed or incomplete requests (not HTTP, headers too large, too slow, a truncated body) in the form of all
 * other errors, and closes the connection.
 *
 * `latest` is the connection's newest response, if it has had any: the request it belongs to may be the broken
 * one, or may have to be answered first.
 */
export const answerBrokenRequest = (
  error: NodeJS.ErrnoException,
  socket: Socket,
  latest: HttpResponse | undefined,
): void => {
  // The rest of a refused request causes further errors.
  if (refused.has(socket)) return
  refused.add(socket)
  const status = statusOf[error.code ?? ""] ?? 400
  const text = faultText(error, status)
  if (error.code === "ECONNRESET") socket.destroy()
  // What follows the last answer, while the connection closes.
  else if (!socket.writable) return
  else if (latest === undefined) refuseConnection(socket, status, text)
  else if (latest.req.complete) afterwards(latest, () => refuseConnection(socket, status, text))
  // Answered before its body: the answers to it and to earlier requests are all that there is.
  else if (latest.headersSent) afterwards(latest.earlier, () => closeGently(socket, graceMs))
  else {
    latest.shouldKeepAlive = false
    refuseRequest(status, latest, text)
  }
}

const refused = new WeakSet<Socket>()

/** Time for the sender to read the answer, which is lost if the connection closes while the sender still writes. */
const graceMs = 1_000

/** Writes an answer to a connection that no longer carries valid HTTP, and closes it. */
const refuseConnection = (socket: Socket, status: number, text = textOf(status)): void => {
  if (!socket.writable) return
  const id = CorrelationId.make()
  const body = JSON.stringify({ error: text, correlation_id: id })
  socket.write(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Correlation-ID: ${id}`,
      ...securityHeaderLines,
      `Date: ${new Date().toUTCString()}`,
      "Connection: close",
      "",
      body,
    ].join("\r\n"),
  )
  closeGently(socket, graceMs)
}

/**
 * Called when a sender has closed its half: its last answer says that the connection closes, and a request that is not whole
 * is answered 400. As a rule Node's parser has reported that already, but it reports no fault of a request with `Upgrade`.
 */
export const afterEnd = (socket: Socket, latest: HttpResponse | undefined): void => {
  if (latest === undefined) return
  // A refusal follows. Node's end of the parser has just made the newest answer the last one.
  if (refused.has(socket)) Object.assign(latest, { _last: !latest.shouldKeepAlive })
  else if (!latest.req.complete) answerBrokenRequest(endedTooEarly, socket, latest)
  else if (!latest.headersSent) latest.shouldKeepAlive = false
}

const endedTooEarly = { name: "Error", message: "", code: "HPE_INVALID_EOF_STATE" }

/**
 * Answers `CONNECT` with 501 after the requests before it (`latest` is the newest response), and closes the connection.
 *
 * Node gives the connection away: it listens to its errors no more, and one that nobody listens to ends the process. Nor
 * does it say that the system takes more of a large answer to a request before.
 */
export const refuseTunnel = (socket: Socket, latest: HttpResponse | undefined): void => {
  socket
    .on("error", () => {})
    .on("drain", () => (socket as AnsweringSocket)._httpMessage?.emit("drain"))
    .resume()
  afterwards(latest, () => refuseConnection(socket, 501))
}

/** The response that Node is sending on a connection. */
interface AnsweringSocket extends Socket {
  readonly _httpMessage?: ServerResponse | null
}

/** Makes a response wait for that to the request before, all of which has arrived. */
export const waitFor = (earlier: HttpResponse, response: HttpResponse): void => {
  response.earlier = earlier
  forgetExpectation(earlier)
}

/**
 * Makes Node treat a request as if it had no `Expect: 100-continue`: it would close the connection after an answer without
 * `100 Continue`. There is no need to where a request has no body, or all of it has arrived (RFC 9110, 10.1.1).
 */
const forgetExpectation = (response: ServerResponse): void => {
  Object.assign(response, { _expect_continue: false })
}

/**
 * Sends `100 Continue` to a sender that waits for it (`Expect: 100-continue`) as soon as the handler reads the body. A
 * request that is answered without reading the body gets no `100 Continue`, nor does one without a body.
 */
export const continueWhenRead = (request: IncomingMessage, response: ServerResponse): void => {
  if (!hasBody(request)) return forgetExpectation(response)
  const onListener = (event: string | symbol) => {
    if (event !== "data" && event !== "readable") return
    request.off("newListener", onListener)
    if (!response.headersSent) response.writeContinue()
  }
  request.on("newListener", onListener)
}
