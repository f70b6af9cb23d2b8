/** What a usual client of Node does not show: HTTP/2, versions of TLS, an answer that never ends. */
import { connect as connectHttp2 } from "node:http2"
import { request } from "node:https"
import { PassThrough, type Readable } from "node:stream"
import { connect as connectTls, type SecureVersion } from "node:tls"

/** `GET /health` by HTTP/2. */
export const overHttp2 = (url: string, pem: string): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const session = connectHttp2(url, { ca: pem }).on("error", reject)
    const stream = session.request({ ":path": "/health" })
    let [status, text] = [0, ""]
    stream.on("response", (headers) => (status = headers[":status"] ?? 0))
    stream.on("data", (chunk: Buffer) => (text += chunk.toString()))
    stream.on("end", () => {
      session.close()
      resolve({ status, text })
    })
    stream.on("error", reject)
  })

/** The version of TLS in use when a client speaks no other one than this; `refused` if there is none. */
export const protocolWith = (url: string, pem: string, version: SecureVersion): Promise<string> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url)
    const socket = connectTls({
      host: hostname,
      port: Number(port),
      ca: pem,
      minVersion: version,
      maxVersion: version,
      // Otherwise this side already refuses old versions.
      ciphers: "DEFAULT@SECLEVEL=0",
    })
    socket.once("secureConnect", () => {
      resolve(socket.getProtocol() ?? "none")
      socket.destroy()
    })
    socket.once("error", () => resolve("refused"))
  })

/** The first of the server-sent events of leads. */
export const firstEvent = (url: string, pem: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const outgoing = request(`${url}/api/v1/events`, { ca: pem }, (incoming) => {
      let text = ""
      incoming.on("data", (chunk: Buffer) => {
        text += chunk.toString()
        const [event] = /^event: lead\n[^]*?\n\n/m.exec(text) ?? []
        if (event === undefined) return
        resolve(event)
        outgoing.destroy()
      })
    }).on("error", reject)
    outgoing.end()
  })

/** A stream of events that stays open: what has come so far, and when. */
export interface EventStream {
  readonly chunks: ReadonlyArray<{ readonly at: number; readonly text: string }>
  readonly isOpen: () => boolean
  readonly close: () => void
}

const record = (incoming: Readable, close: () => void): EventStream => {
  const chunks: Array<{ at: number; text: string }> = []
  let isOpen = true
  const end = () => (isOpen = false)
  incoming.on("data", (chunk: Buffer) => chunks.push({ at: Date.now(), text: chunk.toString() }))
  incoming.on("end", end).on("error", end).on("close", end)
  return { chunks, isOpen: () => isOpen, close }
}

/** `GET /api/v1/events` by HTTP/1.1. */
export const openStream = (url: string, pem: string): EventStream => {
  const body = new PassThrough()
  const outgoing = request(`${url}/api/v1/events`, { ca: pem }, (incoming) => incoming.pipe(body))
  outgoing.on("error", (error) => body.destroy(error)).end()
  return record(body, () => outgoing.destroy())
}

/** The same by HTTP/2. */
export const openStreamOverHttp2 = (url: string, pem: string): EventStream => {
  const session = connectHttp2(url, { ca: pem })
  const stream = session.request({ ":path": "/api/v1/events" })
  session.on("error", (error: Error) => stream.destroy(error))
  return record(stream, () => session.destroy())
}

/** The share of requests that each api has answered, by its port. */
export const sharesOf = (
  lines: ReadonlyArray<Readonly<Record<string, unknown>>>,
): ((port: number) => number) => {
  const answered = lines.map(({ upstream }) => String(upstream).split(", ").at(-1))
  return (port) => answered.filter((address) => address === `127.0.0.1:${port}`).length / answered.length
}
