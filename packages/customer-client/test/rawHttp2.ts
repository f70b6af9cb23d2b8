import { EventEmitter, once } from "node:events"
import { createServer, type TLSSocket } from "node:tls"
import type { AddressInfo } from "node:net"
import { Effect } from "effect"
import { cert, key, trusting } from "./http2Support.ts"

const types = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7, window: 8 }

const frame = (
  type: keyof typeof types,
  flags: number,
  stream: number,
  payload: ReadonlyArray<number> | Buffer,
) => {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(types[type], 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, Buffer.from(payload)])
}

const word = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]

/** Frames of HTTP/2 (RFC 9113), for customers that do what no library lets them. */
export const frames = {
  settings: (settings: ReadonlyArray<readonly [id: number, value: number]> = []) =>
    frame(
      "settings",
      0,
      0,
      settings.flatMap(([id, value]) => [0, id, ...word(value)]),
    ),
  /** `:status: 200`, in HPACK's static table. */
  ok: (stream: number) => frame("headers", 0x4, stream, [0x88]),
  /** A head of these bytes of HPACK. */
  headers: (stream: number, block: ReadonlyArray<number>) => frame("headers", 0x4, stream, block),
  /** `:status: 200` with `content-length: 9`. */
  okOf9: (stream: number) => frame("headers", 0x4, stream, [0x88, 0x0f, 0x0d, 1, 0x39]),
  data: (stream: number, text: string, flags = 0) => frame("data", flags, stream, Buffer.from(text)),
  reset: (stream: number, code: number) => frame("reset", 0, stream, word(code)),
  window: (bytes: number) => frame("window", 0, 0, word(bytes)),
  goaway: (last: number, code: number) => frame("goaway", 0, 0, [...word(last), ...word(code)]),
}

/**
 * A customer that chooses HTTP/2 and then writes what it is told, after the client's preface and for each
 * request; it counts the requests that have begun.
 */
export const makeRawHttp2Customer = Effect.fnUntraced(function* (script: {
  readonly first?: Buffer
  readonly answer?: (socket: TLSSocket, stream: number) => void
}) {
  yield* trusting
  const seen = { connections: 0, requests: 0 }
  const sockets = new Set<TLSSocket>()
  const began = new EventEmitter()
  const server = yield* Effect.acquireRelease(
    Effect.promise(async () => {
      const server = createServer({ cert, key, ALPNProtocols: ["h2"] }, (socket) => {
        seen.connections++
        sockets.add(socket)
        socket.on("error", () => {})
        let rest = Buffer.alloc(0)
        let isPreface = true
        socket.on("data", (chunk) => {
          rest = Buffer.concat([rest, chunk])
          if (isPreface) {
            if (rest.length < 24) return
            rest = rest.subarray(24)
            isPreface = false
            socket.write(script.first ?? frames.settings())
          }
          while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
            const type = rest.readUInt8(3)
            const stream = rest.readUInt32BE(5)
            rest = rest.subarray(9 + rest.readUIntBE(0, 3))
            if (type !== types.headers) continue
            seen.requests++
            began.emit("request")
            script.answer?.(socket, stream)
          }
        })
      })
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
      return server
    }),
    (server) =>
      Effect.promise(() => {
        for (const socket of sockets) socket.destroy()
        return new Promise<void>((done) => server.close(() => done()))
      }),
  )
  /** Waits until this many requests have begun. */
  const requests = (count: number) =>
    Effect.promise(async () => {
      while (seen.requests < count) await once(began, "request")
    })
  return { url: `https://localhost:${(server.address() as AddressInfo).port}/leads`, seen, requests }
})
