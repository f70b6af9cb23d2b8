import { randomUUID } from "node:crypto"
import { STATUS_CODES } from "node:http"
import type { Duplex } from "node:stream"

/** Node's error codes for what is no request, and what it is answered; all others are 400. */
const statusOf: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/**
 * Answers what never became a request (no HTTP, headers too large, too slow) in the form of all other errors,
 * and closes its connection.
 */
export const answerBrokenRequest = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy()
    return
  }
  const status = statusOf[error.code ?? ""] ?? 400
  const text = STATUS_CODES[status] ?? "Bad Request"
  const id = randomUUID()
  const body = JSON.stringify({ error: text.toLowerCase(), correlation_id: id })
  socket.end(
    [
      `HTTP/1.1 ${status} ${text}`,
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Correlation-ID: ${id}`,
      "Connection: close",
      "",
      body,
    ].join("\r\n"),
  )
}
