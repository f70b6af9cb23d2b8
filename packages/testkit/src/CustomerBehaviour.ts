import type { OutgoingHttpHeaders, ServerResponse } from "node:http"

/** How the customer answers one request: one of {@link CustomerBehaviour}, or any `{ answer }`. */
export interface CustomerBehaviour {
  readonly answer: (response: ServerResponse) => void
}

interface Answer {
  /** 200 by default. */
  readonly status?: number
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string
}

/** Behaviours, normal and faulty. All read the request first. */
export const CustomerBehaviour = {
  /** Answers, at once or after `delayMs`. */
  reply: ({ status = 200, headers, body = "", delayMs = 0 }: Answer & { readonly delayMs?: number } = {}) =>
    behaviour((response) => {
      const answer = () => response.writeHead(status, headers).end(body)
      if (delayMs === 0) answer()
      else stopWith(response, setTimeout(answer, delayMs))
    }),

  /** Never answers, and keeps the connection open. */
  hang: () => behaviour(() => {}),

  /** Closes the connection (FIN) without an answer. */
  hangUp: () => behaviour((response) => response.socket?.destroy()),

  /** Resets the connection (RST) without an answer. */
  resetBeforeAnswer: () => behaviour((response) => response.socket?.resetAndDestroy()),

  /** Sends the head and `body`, announces 1000 bytes more, and resets the connection. */
  resetMidAnswer: ({ status = 200, headers, body = "" }: Answer = {}) =>
    behaviour((response) => {
      response.writeHead(status, { ...headers, "Content-Length": Buffer.byteLength(body) + 1000 })
      response.flushHeaders()
      response.write(body, () => response.socket?.resetAndDestroy())
    }),

  /** Sends the head at once and the body byte by byte, one every `everyMs`. */
  slowBody: ({ status = 200, headers, body = "", everyMs }: Answer & { readonly everyMs: number }) =>
    behaviour((response) => {
      response.writeHead(status, { ...headers, "Content-Length": Buffer.byteLength(body) }).flushHeaders()
      drip(
        response,
        body,
        everyMs,
        (byte) => response.write(byte),
        () => response.end(),
      )
    }),

  /** Sends a body of this many bytes, all "x", as fast as it is read. */
  hugeBody: ({ status = 200, headers, bytes }: Omit<Answer, "body"> & { readonly bytes: number }) =>
    behaviour((response) => {
      response.writeHead(status, { ...headers, "Content-Length": bytes })
      let remaining = bytes
      const writeMore = () => {
        while (remaining > 0 && !response.destroyed) {
          const chunk = block.subarray(0, remaining)
          remaining -= chunk.length
          if (!response.write(chunk)) return void response.once("drain", writeMore)
        }
        if (remaining === 0) response.end()
      }
      writeMore()
    }),

  /** Sends this text unchanged, valid HTTP or not; with `everyMs` byte by byte. The connection stays open. */
  raw: ({ text, everyMs }: { readonly text: string; readonly everyMs?: number }) =>
    behaviour((response) => {
      if (everyMs === undefined) response.socket?.write(text)
      else
        drip(
          response,
          text,
          everyMs,
          (byte) => response.socket?.write(byte),
          () => {},
        )
    }),
}

const behaviour = (answer: (response: ServerResponse) => void): CustomerBehaviour => ({ answer })

const block = Buffer.alloc(64 * 1024, "x")

const drip = (
  response: ServerResponse,
  text: string,
  everyMs: number,
  write: (byte: Uint8Array) => void,
  end: () => void,
) => {
  const bytes = Buffer.from(text)
  let sent = 0
  const timer = setInterval(() => {
    if (sent < bytes.length) return write(bytes.subarray(sent, ++sent))
    clearInterval(timer)
    end()
  }, everyMs)
  stopWith(response, timer)
}

const stopWith = (response: ServerResponse, timer: NodeJS.Timeout) =>
  response.once("close", () => clearTimeout(timer))
