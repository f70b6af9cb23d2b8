/** The upper bound for a Node server: reads the body and answers with about the size of a receipt. */
import { createServer } from "node:http"
import { settings } from "./shared/settings.ts"

const receipt = JSON.stringify({
  lead_id: 123_456,
  status: "RECEIVED",
  correlation_id: "00000000-0000-4000-8000-000000000000",
})
const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(receipt) }

createServer((request, response) => {
  const chunks: Array<Buffer> = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => response.writeHead(200, headers).end(receipt))
}).listen(settings.port(), "127.0.0.1")
