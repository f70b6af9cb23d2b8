/**
 * Posts leads at a fixed rate over kept-alive connections, one request at a time on each, and prints `OpenLoadFigures`.
 * Writes the status of every lead, 16 bits each, to the file that its second argument names.
 *
 * A process of its own that works on raw sockets: next to the server that it measures it has to be cheap. It knows of
 * HTTP only its own requests, and answers that are one flat JSON object.
 */
import { writeFileSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { LatencyHistogram } from "../LatencyHistogram.ts"
import { leadRequest } from "../leadRequest.ts"
import type { OpenLoad, OpenLoadFigures, StatusReport } from "../OpenLoad.ts"

const load = JSON.parse(process.argv[2] ?? "{}") as OpenLoad
const [, , , answersFile = ""] = process.argv

const total = Math.round((load.perSecond * load.ms) / 1000)
const answers = new Uint16Array(total)
const request = leadRequest(load.port)

/** A connection that carries one lead after the other. */
interface Connection {
  readonly socket: Socket
  /** The index of the lead that waits for its answer; -1 for none. */
  lead: number
  sentAt: number
  closes: boolean
}

interface Tally {
  readonly latencies: LatencyHistogram
  answers: number
  over50: number
  max: number
}

const tallies = new Map<string, Tally>()
const lateness = new LatencyHistogram()
const idle: Array<Connection> = []
const sockets = new Set<Socket>()
let isOver = false
/** Leads before this index have been sent. */
let sent = 0
let answered = 0
let began = 0
const dueAt = (lead: number) => began + (lead * 1000) / load.perSecond

const note = (status: string, { lead, sentAt }: Pick<Connection, "lead" | "sentAt">) => {
  const ms = performance.now() - sentAt
  let tally = tallies.get(status)
  if (tally === undefined) {
    tally = { latencies: new LatencyHistogram(), answers: 0, over50: 0, max: 0 }
    tallies.set(status, tally)
  }
  tally.answers++
  tally.latencies.record(Math.max(0, ms))
  if (ms > 50) tally.over50++
  if (ms > tally.max) tally.max = ms
  answers[lead] = Number(status) || failed
  answered++
}

/** The status of a lead whose connection failed. */
const failed = 1

const closeBrace = "}".charCodeAt(0)

const openConnection = () => {
  let pending: Buffer | undefined
  const socket = connect({
    host: "127.0.0.1",
    port: load.port,
    noDelay: true,
    onread: {
      buffer: Buffer.alloc(4096),
      callback: (bytes, chunk) => {
        const part = Buffer.from(chunk.buffer, chunk.byteOffset, bytes)
        const answer = pending === undefined ? part : Buffer.concat([pending, part])
        if (answer[answer.length - 1] !== closeBrace) {
          pending = Buffer.from(answer)
          return true
        }
        pending = undefined
        note(answer.toString("latin1", 9, 12), connection)
        connection.lead = -1
        connection.closes = answer.includes("Connection: close")
        if (!connection.closes) becomeIdle(connection)
        return true
      },
    },
  })
  sockets.add(socket)
  const connection: Connection = { socket, lead: -1, sentAt: 0, closes: false }
  let why = "closed"
  socket.once("connect", () => becomeIdle(connection))
  socket.on("error", (error: NodeJS.ErrnoException) => (why = error.code ?? error.message))
  socket.on("close", () => {
    sockets.delete(socket)
    if (isOver) return
    const index = idle.indexOf(connection)
    if (index >= 0) idle.splice(index, 1)
    if (connection.lead >= 0) note(why, connection)
    openConnection()
  })
}

/** Whether leads are due and no connection is idle. To look for one all the time would take a core from the server. */
let isWaiting = false
const becomeIdle = (connection: Connection) => {
  idle.push(connection)
  if (!isWaiting) return
  isWaiting = false
  clearTimeout(timer)
  setImmediate(send)
}

let timer: ReturnType<typeof setTimeout> | undefined
/** Sends what is due, as far as there are connections; checks again every millisecond, or when a connection is idle. */
const send = () => {
  const now = performance.now()
  const due = Math.min(total, Math.floor(((now - began) * load.perSecond) / 1000) + 1)
  while (sent < due) {
    const connection = idle.pop()
    if (connection === undefined) break
    connection.lead = sent
    connection.sentAt = performance.now()
    lateness.record(Math.max(0, connection.sentAt - dueAt(sent)))
    // A copy: all connections share the buffer.
    connection.socket.write(Buffer.from(request.numbered(load.firstLead + sent)))
    sent++
  }
  if (answered >= total || now > dueAt(total) + 15_000) report()
  else {
    isWaiting = due > sent
    timer = setTimeout(send, isWaiting ? 100 : 1)
  }
}

const report = () => {
  const of = ({ answers, latencies, max, over50 }: Tally): StatusReport => ({
    answers,
    p50Ms: latencies.quantile(0.5),
    p99Ms: latencies.quantile(0.99),
    p999Ms: latencies.quantile(0.999),
    maxMs: max,
    over50Ms: over50,
  })
  if (answered < total) {
    for (let lead = 0; lead < sent; lead++)
      if (answers[lead] === 0) note("no answer", { lead, sentAt: dueAt(lead) })
  }
  const figures: OpenLoadFigures = {
    sent,
    statuses: Object.fromEntries([...tallies].map(([status, tally]) => [status, of(tally)])),
    senderLateMs: { p50: lateness.quantile(0.5), p99: lateness.quantile(0.99) },
  }
  writeFileSync(answersFile, answers)
  process.stdout.write(JSON.stringify(figures))
  isOver = true
  for (const socket of sockets) socket.destroy()
}

/** Opens all connections before the first lead is due, some at a time: their handshakes are not what is measured. */
const prepare = () => {
  for (let more = 0; more < 50 && sockets.size < load.connections; more++) openConnection()
  if (idle.length < load.connections && performance.now() < 10_000) setTimeout(prepare, 5)
  else {
    began = performance.now() + 20
    setTimeout(send, 20)
  }
}

prepare()
