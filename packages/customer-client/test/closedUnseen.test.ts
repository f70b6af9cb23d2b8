import { once } from "node:events"
import { Worker } from "node:worker_threads"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { cert, key, trusting } from "./http2Support.ts"
import { makeClient, request } from "./support.ts"

/** In a thread of its own a customer can close a connection while ours is busy and cannot see it. */
const customer = `
  const { createSecureServer } = require("node:http2")
  const { createServer } = require("node:net")
  const { parentPort, workerData } = require("node:worker_threads")
  const { closed, tls } = workerData
  const sockets = new Set()
  const server = tls
    ? createSecureServer({ ...tls, allowHTTP1: true }, (_, response) => response.end("ok"))
    : createServer((socket) => {
        socket.on("data", () => socket.write("HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok"))
      })
  server.on("connection", (socket) => {
    sockets.add(socket)
    socket.on("error", () => {})
  })
  server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port))
  parentPort.on("message", () => {
    const [socket] = sockets
    socket.on("close", () => {
      Atomics.store(closed, 0, 1)
      Atomics.notify(closed, 0)
    })
    socket.destroy()
  })
`

const makeCustomer = Effect.fnUntraced(function* (protocol: "http" | "https") {
  const tls = protocol === "https" ? { cert, key } : undefined
  if (tls !== undefined) yield* trusting
  const closed = new Int32Array(new SharedArrayBuffer(4))
  const worker = yield* Effect.acquireRelease(
    Effect.sync(() => new Worker(customer, { eval: true, workerData: { closed, tls } })),
    (worker) => Effect.promise(() => worker.terminate()),
  )
  const [port] = yield* Effect.promise(() => once(worker, "message") as Promise<[number]>)
  return {
    url: `${protocol}://localhost:${port}/`,
    /** Closes the first connection, and lets this thread see nothing of it until it is closed. */
    closeUnseen: () => {
      worker.postMessage("close", [])
      Atomics.wait(closed, 0, 0)
    },
  }
})

describe("a kept connection", () => {
  it.effect.each([
    ["HTTP/1.1", "http", "never"],
    ["HTTP/1.1 and TLS", "https", "never"],
    ["HTTP/2", "https", "auto"],
  ] as const)(
    "by %s that was closed while this process was busy is not used again",
    Effect.fnUntraced(function* ([, protocol, http2]) {
      const { closeUnseen, url } = yield* makeCustomer(protocol)
      const client = yield* makeClient({ url, http2 })
      assert.strictEqual((yield* client.send(request))._tag, "Answered")
      closeUnseen()
      assert.deepInclude(yield* client.send(request), { _tag: "Answered", status: 200 })
    }),
  )
})
