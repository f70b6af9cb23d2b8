/** Readers that take nothing of their answers, and senders that close their half after the request. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { sendHonestly } from "./support/honestSenders.ts"
import { type RawSocket, rawSocket, statusOf } from "./support/rawSocket.ts"
import { makeTarget, peakMiB, residentMiB, type Target } from "./support/Target.ts"

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`

const webhook = (body: string) =>
  `POST /webhooks/leads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

/** Stores a lead of nearly 1 MiB, and returns its id. */
const storeLargeLead = async ({ port }: Target): Promise<number> => {
  const socket = await rawSocket(port)
  await socket.write(webhook(JSON.stringify({ notes: Array.from({ length: 900 }, () => "x".repeat(1100)) })))
  const received = await socket.until(/"correlation_id"/)
  assert.strictEqual(statusOf(received), 200, received.slice(0, 300))
  socket.socket.destroy()
  return Number(/"lead_id":(\d+)/.exec(received)?.[1])
}

/** Sends requests on a connection of its own and takes nothing of the answers. */
const askAndReadNothing = async (port: number, text: string): Promise<RawSocket> => {
  const socket = await rawSocket(port)
  socket.socket.pause()
  // What the api does not read stays in this process.
  socket.socket.write(text)
  return socket
}

/** Waits until the system has no connection from these ports any more: a socket that reads nothing does not notice. */
const waitUntilClosed = (ports: ReadonlyArray<number>, withinMs: number) =>
  Effect.promise(async () => {
    const open = () => {
      const established = readFileSync("/proc/net/tcp", "utf8").matchAll(
        /^ *\d+: \w+:(\w{4}) \w+:\w{4} 01 /gm,
      )
      const local = new Set(Array.from(established, ([, port = ""]) => Number.parseInt(port, 16)))
      return ports.flatMap((port, i) => (local.has(port) ? [i] : []))
    }
    const end = Date.now() + withinMs
    while (open().length > 0) {
      assert.isBelow(Date.now(), end, `still open: ${open().join(", ")}`)
      await sleep(250)
    }
  })

describe("readers", () => {
  it.live(
    "that take nothing are cut, and their answers are bounded together",
    () =>
      Effect.gen(function* () {
        const target = yield* makeTarget({ memoryMiB: 512 })
        const history = `/stats/leads/${yield* Effect.promise(() => storeLargeLead(target))}/history`
        const senders = yield* sendHonestly(target.url)
        const { pid } = target.api

        const attacks = [
          ...Array.from({ length: 12 }, () => get(history).repeat(50)),
          ...Array.from({ length: 6 }, () => get("/openapi.json").repeat(300)),
          ...Array.from({ length: 3 }, () => "HELLO\r\n\r\n".repeat(20_000)),
        ]
        const readers = yield* Effect.promise(() =>
          Promise.all(attacks.map((text) => askAndReadNothing(target.port, text))),
        )
        // Three of them take a little: a kilobyte a second.
        const drip = setInterval(
          () => readers.slice(0, 3).forEach(({ socket }) => void socket.read(100)),
          100,
        )
        yield* Effect.addFinalizer(() => Effect.sync(() => clearInterval(drip)))
        const ports = readers.map(({ socket }) => socket.localPort ?? 0)
        yield* Effect.sleep("2 seconds")
        const health = yield* Effect.promise(() => fetch(`${target.url}/health`))
        assert.strictEqual(health.status, 200, "an orchestrator is answered meanwhile")
        yield* waitUntilClosed(ports, 20_000)

        const answer = yield* Effect.promise(() => fetch(target.url + history))
        assert.strictEqual(answer.status, 200, "nothing is held any more")
        assert.isAbove((yield* Effect.promise(() => answer.text())).length, 900_000)
        const { answers, p99 } = yield* senders.report
        const { "200": stored = 0, "503": refused = 0, ...others } = answers
        assert.deepStrictEqual(others, {})
        assert.isAtMost(refused, stored / 100, "a turn of the event loop with two histories is a long one")
        assert.isBelow(p99, 200)
        assert.isBelow(residentMiB(pid), 400)
        assert.isBelow(peakMiB(pid), 400)
      }).pipe(Effect.scoped),
    60_000,
  )
})

describe("senders", () => {
  it.live("that close their half after the request are answered, whichever way they send", () =>
    Effect.gen(function* () {
      const { port, url } = yield* makeTarget()
      const lead = JSON.stringify({ phone: "+49123456789", zipcode: "66123", house: { is_owner: true } })
      const chunked = webhook(lead).replace(
        /Content-Length[^]*$/,
        `Transfer-Encoding: chunked\r\n\r\n${lead.length.toString(16)}\r\n${lead}\r\n0\r\n\r\n`,
      )
      const old = webhook(lead).replace("HTTP/1.1\r\nHost: 127.0.0.1", "HTTP/1.0")
      const receipts = yield* Effect.promise(() =>
        Promise.all(
          [webhook(lead), chunked, old, webhook(lead) + webhook(lead)].map(async (text) => {
            const { ended, socket } = await rawSocket(port)
            socket.end(text)
            return ended()
          }),
        ),
      )
      const ids = receipts.flatMap((text) =>
        [...text.matchAll(/"lead_id":(\d+)/g)].map(([, id]) => Number(id)),
      )
      assert.sameMembers(ids, [1, 2, 3, 4, 5])

      const cut = yield* Effect.promise(async () => {
        const { ended, socket } = await rawSocket(port)
        socket.end(webhook(lead).slice(0, -1))
        return ended(1_000)
      })
      assert.strictEqual(statusOf(cut), 400)
      assert.include(cut, '{"error":"the request ended too early",')
      const counts = yield* Effect.promise(async () => (await fetch(`${url}/stats/leads/counts`)).json())
      assert.strictEqual((counts as { readonly total: number }).total, 5, "each is stored once")
    }).pipe(Effect.scoped),
  )
})
