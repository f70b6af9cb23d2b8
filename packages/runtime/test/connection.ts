import { Effect, type Scope } from "effect"
import { EventEmitter } from "node:events"
import { createConnection } from "node:net"

/** One answer as it was received; names of headers in lower case. */
export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A connection that sends raw bytes: fetch cannot send malformed requests. */
export interface Connection {
  readonly send: (bytes: string | Uint8Array) => Effect.Effect<void>
  /** Sends FIN. */
  readonly end: Effect.Effect<void>
  /** Sends RST. */
  readonly cut: Effect.Effect<void>
  /** The next answer, `100 Continue` included. */
  readonly answer: Effect.Effect<WireAnswer>
  /** How it was closed: `"ended"` by FIN, or the error's code. */
  readonly closed: Effect.Effect<string>
  /** Whether it was reset, before or after its end. */
  readonly isCut: () => boolean
  /** Received text that is not a complete answer. */
  readonly rest: () => string
}

/** Opens a connection for the current scope. */
export const connect = (port: number): Effect.Effect<Connection, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => createConnection({ port, host: "127.0.0.1", allowHalfOpen: true })),
      (socket) => Effect.sync(() => socket.destroy()),
    ),
    (socket) => {
      const changes = new EventEmitter()
      let received = ""
      let closed: string | undefined
      let cut = false
      const change = (what: () => void) => {
        what()
        changes.emit("change")
      }
      socket
        .setNoDelay()
        .setEncoding("latin1")
        .on("data", (text: string) => change(() => (received += text)))
        .on("end", () => change(() => (closed ??= "ended")))
        .on("error", (error: NodeJS.ErrnoException) =>
          change(() => {
            closed ??= error.code ?? "error"
            cut = true
          }),
        )

      const waitFor = <A>(look: () => A | undefined) =>
        Effect.callback<A>((resume) => {
          const check = () => {
            const found = look()
            if (found === undefined) return
            changes.off("change", check)
            resume(Effect.succeed(found))
          }
          changes.on("change", check)
          check()
          return Effect.sync(() => changes.off("change", check))
        }).pipe(Effect.timeout("8 seconds"), Effect.orDie)

      return {
        send: (bytes) => Effect.sync(() => void socket.write(bytes)),
        end: Effect.sync(() => void socket.end()),
        cut: Effect.sync(() => void socket.resetAndDestroy()),
        answer: waitFor(() => {
          const found = parse(received)
          if (found === undefined) return
          received = received.slice(found.length)
          return found.answer
        }),
        closed: waitFor(() => closed),
        isCut: () => cut,
        rest: () => received,
      }
    },
  )

/** The first answer of a text, and its length; every answer here has a `Content-Length`. */
const parse = (text: string): { readonly answer: WireAnswer; readonly length: number } | undefined => {
  const end = text.indexOf("\r\n\r\n")
  if (end < 0) return undefined
  const [statusLine = "", ...lines] = text.slice(0, end).split("\r\n")
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":")
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const length = end + 4 + Number(headers["content-length"] ?? 0)
  if (text.length < length) return undefined
  const answer = { status: Number(statusLine.split(" ")[1]), headers, body: text.slice(end + 4, length) }
  return { answer, length }
}
