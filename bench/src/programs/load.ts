/**
 * Posts leads over kept-alive connections, one request at a time on each, and prints a `LoadReport`.
 *
 * A process of its own that works on raw sockets: next to the server that it measures it has to be cheap. It knows
 * of HTTP only what its own requests and small answers with a `Content-Length` need.
 */
import { type NetConnectOpts, connect } from "node:net"
import * as tls from "node:tls"
import { LatencyHistogram } from "../LatencyHistogram.ts"
import { leadRequest } from "../leadRequest.ts"
import type { Load, LoadReport } from "../LoadGenerator.ts"

const load = JSON.parse(process.argv[2] ?? "{}") as Load

const latencies = new LatencyHistogram()
const refusals: Record<string, number> = {}
let sent = 0
let acknowledged = 0
let measured = 0
let open = load.connections
const began = performance.now()
const measureFrom = began + (load.warmUpMs ?? 0)
const until = load.ms === undefined ? Infinity : measureFrom + load.ms
const most = load.leads ?? Infinity
let last = began

const refuse = (why: string) => {
  refusals[why] = (refusals[why] ?? 0) + 1
}

/** How many bytes the answer has in all, and whether its connection ends with it; undefined as long as its head is not complete. */
const read = (answer: Buffer): { readonly length: number; readonly isLast: boolean } | undefined => {
  const end = answer.indexOf("\r\n\r\n")
  if (end < 0) return undefined
  const head = answer.toString("latin1", 0, end)
  const length = /content-length: *(\d+)/i.exec(head)?.[1]
  if (length === undefined) throw new Error("an answer without Content-Length")
  return { length: end + 4 + Number(length), isLast: load.tls === true && /connection: close/i.test(head) }
}

/** By TLS as nginx has it: what it shows is a certificate of this machine. */
const openSocket = (options: NetConnectOpts) =>
  load.tls === true
    ? tls.connect({ ...options, rejectUnauthorized: false } as tls.ConnectionOptions)
    : connect(options)

const note = (answer: Buffer, latencyMs: number, now: number) => {
  const status = answer.toString("latin1", 9, 12)
  if (status === "200") acknowledged++
  else refuse(status)
  if (now < measureFrom || now > until) return
  measured++
  latencies.record(latencyMs)
}

const isOver = () => sent >= most || performance.now() >= until

const work = () => {
  const request = leadRequest(load.port, load.sending)
  let pending: Buffer | undefined
  let sentAt = 0
  const socket = openSocket({
    host: "127.0.0.1",
    port: load.port,
    noDelay: true,
    onread: {
      buffer: Buffer.alloc(16_384),
      callback: (bytes, chunk) => {
        const part = Buffer.from(chunk.buffer, chunk.byteOffset, bytes)
        const answer = pending === undefined ? part : Buffer.concat([pending, part])
        const found = read(answer)
        if (found === undefined || answer.length < found.length) {
          pending = Buffer.from(answer)
          return true
        }
        pending = undefined
        last = performance.now()
        note(answer, last - sentAt, last)
        if (found.isLast) goOn()
        else send()
        return true
      },
    },
  })
  const send = () => {
    if (isOver()) {
      socket.end()
      return
    }
    sentAt = performance.now()
    // The answer to the one before is there, so its bytes have left the buffer.
    socket.write(request.numbered(++sent))
  }
  /** nginx closes a connection after a thousand requests. */
  const goOn = () => {
    socket.end()
    if (isOver()) return
    open++
    work()
  }
  socket.on(load.tls === true ? "secureConnect" : "connect", send)
  socket.on("error", (error: Error) => refuse(error.message))
  socket.on("close", () => {
    if (--open === 0) report()
  })
}

const report = () => {
  const seconds = (load.ms ?? last - began) / 1000
  const figures: LoadReport = {
    acknowledged,
    refusals,
    perSecond: measured / seconds,
    p50Ms: latencies.quantile(0.5),
    p99Ms: latencies.quantile(0.99),
  }
  process.stdout.write(JSON.stringify(figures))
}

for (let connection = 0; connection < load.connections; connection++) work()
