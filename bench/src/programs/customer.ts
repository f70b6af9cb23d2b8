/** A customer that answers 200 at once, and remembers when requests came and for which leads. */
import { createServer } from "node:http"
import type { Arrivals } from "../Customer.ts"
import { leadNumberOf } from "../leadRequest.ts"

const answer = JSON.stringify({ status: "ok", id: "c0ffee00" })
const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(answer) }

const times: Array<number> = []
const leads = new Set<number>()

/** The times of the first, of those after each third, and of the last. */
const arrivals = (): Arrivals => {
  const last = times.length - 1
  return {
    requests: times.length,
    leads: leads.size,
    atMs: [0, 1, 2, 3].map((third) => times[Math.round((last * third) / 3)] ?? 0),
  }
}

createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  request.resume().on("end", () => {
    if (request.method === "GET") {
      response.end(JSON.stringify(arrivals()))
      return
    }
    times.push(performance.now())
    leads.add(leadNumberOf(String(request.headers["x-correlation-id"])))
    response.writeHead(200, headers).end(answer)
  })
}).listen(Number(process.argv[2]), "127.0.0.1")
