import { Effect } from "effect"
import { createConnection } from "node:net"

/**
 * Sends raw bytes on one connection, part by part, and returns what is received until the api closes it: so the last
 * request should have `Connection: close`.
 */
export const exchange = (port: number, ...parts: ReadonlyArray<string | Uint8Array>): Effect.Effect<string> =>
  Effect.callback((resume) => {
    let received = ""
    const socket = createConnection({ port, host: "127.0.0.1" }, () => sendNext(0))
    const sendNext = (index: number) => {
      const part = parts[index]
      if (part !== undefined) socket.write(part, () => setTimeout(sendNext, 20, index + 1))
    }
    socket
      .setEncoding("utf8")
      .on("data", (text: string) => (received += text))
      .on("close", () => resume(Effect.succeed(received)))
      .on("error", (error) => resume(Effect.die(error)))
    return Effect.sync(() => socket.destroy())
  })

/** The statuses of a text of answers, in order. */
export const statuses = (text: string): ReadonlyArray<number> =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]))

/** A webhook as text. */
export const webhook = (body: string, ...headers: ReadonlyArray<string>): string =>
  [
    "POST /webhooks/leads HTTP/1.1",
    "Host: localhost",
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...headers,
    "",
    body,
  ].join("\r\n")
