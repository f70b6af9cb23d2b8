/**
 * Posts leads over kept-alive connections, one request at a time on each, and prints a `LoadReport`.
 *
 * A process of its own that works on raw sockets: next to the server that it measures it has to be cheap. It knows
 * of HTTP only what its own requests and small answers with a `Content-Length` need.
 */
import { connect } from "node:net"
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

/** How many bytes the answer has in all; undefined as long as its head is not complete. */
const lengthOf = (answer: Buffer): number | undefined => {
  const head = answer.indexOf("\r\n\r\n")
  if (head < 0) return undefined
  const length = /content-length: *(\d+)/i.exec(answer.toString("latin1", 0, head))?.[1]
  if (length === undefined) throw new Error("an answer without Content-Length")
  return head + 4 + Number(length)
}

const note = (answer: Buffer, latencyMs: number, now: number) => {
  const status = answer.toString("latin1", 9, 12)
  if (status === "200") acknowledged++
  else refuse(status)
  if (now < measureFrom || now > until) return
  measured++
  latencies.record(latencyMs)
}

const work = () => {
  const request = leadRequest(load.port, load.sending)
  let pending: Buffer | undefined
  let sentAt = 0
  const socket = connect({
    host: "127.0.0.1",
    port: load.port,
    noDelay: true,
    onread: {
      buffer: Buffer.alloc(16_384),
      callback: (bytes, chunk) => {
        const part = Buffer.from(chunk.buffer, chunk.byteOffset, bytes)
        const answer = pending === undefined ? part : Buffer.concat([pending, part])
        const length = lengthOf(answer)
        if (length === undefined || answer.length < length) {
          pending = Buffer.from(answer)
          return true
        }
        pending = undefined
        last = performance.now()
        note(answer, last - sentAt, last)
        send()
        return true
      },
    },
  })
  const send = () => {
    if (sent >= most || performance.now() >= until) {
      socket.end()
      return
    }
    sentAt = performance.now()
    // The answer to the one before is there, so its bytes have left the buffer.
    socket.write(request.numbered(++sent))
  }
  socket.on("connect", send)
  socket.on("error", (error) => refuse(error.message))
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
