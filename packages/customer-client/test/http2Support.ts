import { readFileSync } from "node:fs"
import {
  createSecureServer,
  type Http2SecureServer,
  type SecureServerOptions,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2"
import type { AddressInfo } from "node:net"
import { getCACertificates, setDefaultCACertificates } from "node:tls"
import type { CustomerClientOptions } from "@lead-gateway/customer-client"
import { Effect } from "effect"
import { makeClient } from "./support.ts"

/** A self-signed certificate for localhost, for these tests alone. */
const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8")
export const cert = fixture("localhost.cert.pem")
export const key = fixture("localhost.key.pem")

/** This process trusts the certificate, until the scope closes. */
export const trusting = Effect.acquireRelease(
  Effect.sync(() => {
    const before = getCACertificates("default")
    setDefaultCACertificates([...before, cert])
    return before
  }),
  (before) => Effect.sync(() => setDefaultCACertificates(before)),
)

/** What a customer does with the number-th request that it gets, counted from 1. */
export type StreamBehaviour = (stream: ServerHttp2Stream, number: number) => void

/** A customer with HTTP/2 on localhost, and what it has seen. */
export const makeHttp2Customer = Effect.fnUntraced(function* (
  answer: StreamBehaviour = (stream) => respond(stream),
  options: SecureServerOptions = {},
) {
  yield* trusting
  const seen = {
    requests: [] as Array<Seen>,
    sessions: new Set<ServerHttp2Session>(),
    made: 0,
    reset: [] as Array<number>,
  }
  const waiting = new Set<() => void>()
  const changed = () => waiting.forEach((look) => look())
  const server = yield* Effect.acquireRelease(
    Effect.promise(async () => {
      const server = createSecureServer({ cert, key, allowHTTP1: true, ...options })
      server.on("session", (session) => {
        seen.sessions.add(session)
        seen.made++
        session.on("error", () => {})
        session.on("close", () => {
          seen.sessions.delete(session)
          changed()
        })
      })
      server.on("stream", (stream, headers) => {
        stream.on("error", () => {})
        stream.on("close", () => {
          seen.reset.push(stream.rstCode)
          changed()
        })
        const chunks: Array<Buffer> = []
        stream.on("data", (chunk: Buffer) => chunks.push(chunk))
        const number = seen.requests.push({ headers, body: () => Buffer.concat(chunks).toString() })
        changed()
        answer(stream, number)
      })
      server.on("request", (request, response) => {
        if (request.httpVersionMajor === 1) request.resume().on("end", () => response.end("by HTTP/1.1"))
      })
      server.on("tlsClientError", () => {})
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
      return server
    }),
    (server) => Effect.promise(() => end(server, seen.sessions)),
  )
  const until = (condition: () => boolean) =>
    Effect.callback<void>((resume) => {
      const look = () => {
        if (!condition()) return
        waiting.delete(look)
        resume(Effect.void)
      }
      waiting.add(look)
      look()
      return Effect.sync(() => waiting.delete(look))
    })
  return { url: `https://localhost:${(server.address() as AddressInfo).port}/leads`, server, seen, until }
})

interface Seen {
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: () => string
}

/** A customer with HTTP/2 and a client for it. */
export const makeHttp2World = Effect.fnUntraced(function* (
  answer?: StreamBehaviour,
  { server, ...options }: Partial<Omit<CustomerClientOptions, "url">> & { server?: SecureServerOptions } = {},
) {
  const customer = yield* makeHttp2Customer(answer, server)
  const client = yield* makeClient({ url: customer.url, ...options })
  return { customer, client }
})

/** Answers when the whole request is here. */
export const respond = (stream: ServerHttp2Stream, status = 200, body = "thanks") => {
  stream.on("end", () => {
    stream.respond({ ":status": status })
    stream.end(body)
  })
}

const end = (server: Http2SecureServer, sessions: ReadonlySet<ServerHttp2Session>) =>
  new Promise<void>((done) => {
    server.close(() => done())
    for (const session of sessions) session.destroy()
  })
