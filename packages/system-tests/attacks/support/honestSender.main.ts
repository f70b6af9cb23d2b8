/** Sends leads at a steady rate and measures how long each answer takes, from the moment when the lead was due. */
import { Agent, request } from "node:http"

/** How the senders fared. */
export interface HonestReport {
  /** How many answers each status had; `error` counts connections that failed. */
  readonly answers: Readonly<Record<string, number>>
  /** Milliseconds from when a lead was due to be sent to its answer. */
  readonly p50: number
  readonly p99: number
  readonly max: number
}

const [url = "", perSecond = ""] = process.argv.slice(2)
const intervalMs = 1000 / Number(perSecond)
const target = new URL("/webhooks/leads", url)
/** Each connection is used in its turn, so that none is idle for long. */
const agent = new Agent({ keepAlive: true, scheduling: "fifo" })
const body = JSON.stringify({
  email: "customer@example.com",
  phone: "+49123456789",
  zipcode: "66123",
  house: { is_owner: true },
  solar_offer_type: "Kaufen",
})

const answers: Record<string, number> = {}
const latencies: Array<number> = []
const underWay = new Set<Promise<void>>()

const send = (due: number): Promise<void> =>
  new Promise((resolve) => {
    const end = (what: string) => {
      answers[what] = (answers[what] ?? 0) + 1
      latencies.push(performance.now() - due)
      resolve()
    }
    request(target, {
      method: "POST",
      agent,
      headers: { "Content-Type": "application/json", "Content-Length": body.length },
    })
      .on("response", (response) => {
        response.resume().on("end", () => end(String(response.statusCode)))
        response.on("error", () => end("error"))
      })
      .on("error", () => end("error"))
      .end(body)
  })

// A sender of many leads, or the proxy before it, has its connections open: with 10 of them each lead may take 200 ms.
await Promise.all(Array.from({ length: 10 }, () => send(performance.now())))
latencies.length = 0

let next = performance.now()
const timer = setInterval(
  () => {
    for (; next <= performance.now(); next += intervalMs) {
      const sent = send(next)
      underWay.add(sent)
      void sent.then(() => underWay.delete(sent))
    }
  },
  Math.min(5, intervalMs),
)

const report = async () => {
  clearInterval(timer)
  await Promise.all(underWay)
  const sorted = latencies.toSorted((a, b) => a - b)
  const at = (part: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN
  const found: HonestReport = { answers, p50: at(0.5), p99: at(0.99), max: at(1) }
  process.send?.(found)
}

process.on("message", () => void report())
process.send?.("sending")
