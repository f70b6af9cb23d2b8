import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { type ClientRequest, type OutgoingHttpHeaders, request } from "node:http"
import { createConnection } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { gzipSync } from "node:zlib"
import { ask, assertError, type HttpAnswer } from "./support/Http.ts"
import { leadText } from "./support/leads.ts"
import { exchange, statuses, webhook } from "./support/raw.ts"
import { countLeads, World } from "./support/World.ts"

const maxBodyBytes = 10_000
const secret = "open-sesame-please"
const auth = { sharedSecrets: [secret], operatorTokens: ["operator-token"] } as const
const withSecret = `X-Shared-Secret: ${secret}`
const MiB = 1024 * 1024

/** Sends a webhook whose body a function writes, and returns everything that is received. */
const send = (
  port: number,
  headers: OutgoingHttpHeaders,
  write: (outgoing: ClientRequest) => Promise<void>,
  path = "/webhooks/leads",
) =>
  Effect.callback<HttpAnswer & { readonly wasAsked: boolean }>((resume) => {
    let wasAsked = false
    const options = { port, host: "127.0.0.1", method: "POST", path, headers, agent: false }
    const outgoing = request(options, (incoming) => {
      const { headers, statusCode: status = 0 } = incoming
      let text = ""
      incoming
        .setEncoding("utf8")
        .on("data", (chunk: string) => (text += chunk))
        .on("end", () => resume(Effect.succeed({ status, headers, text, wasAsked })))
    })
    outgoing
      .on("continue", () => (wasAsked = true))
      .on("error", (error) => resume(Effect.die(error)))
      .flushHeaders()
    void write(outgoing)
  })

layer(World.layer({ maxBodyBytes, auth }), { excludeTestServices: true })("a sender", (it) => {
  describe("of too large a body", () => {
    const bodies = [
      { name: "that says its length", headers: { "Content-Length": 20 * MiB }, close: false },
      { name: "in chunks", headers: {}, close: false },
      { name: "and nothing else", headers: { "Content-Length": 20 * MiB }, close: true },
      { name: "in chunks and nothing else", headers: {}, close: true },
    ]

    it.effect.each(bodies)("$name reads the answer while it is still sending", ({ close, headers }) =>
      Effect.gen(function* () {
        const { port } = yield* World
        const connection = close ? { Connection: "close" } : { Connection: "keep-alive" }
        const answer = yield* send(
          port,
          { ...headers, ...connection, "X-Shared-Secret": secret },
          async (outgoing) => {
            for (let i = 0; i < 20; i++) {
              if (!outgoing.write(Buffer.alloc(MiB, " "))) await sleep(5)
            }
            outgoing.end()
          },
        )
        assertError(answer, 413, "payload too large")
      }),
    )

    it.effect("is answered before it sends any of it", () =>
      Effect.gen(function* () {
        const { port } = yield* World
        const headers = { "Content-Length": 20 * MiB, "X-Shared-Secret": secret }
        const answer = yield* send(port, headers, async () => {})
        assertError(answer, 413, "payload too large")
        assert.strictEqual(answer.headers["connection"], "close")
      }),
    )

    it.effect.each(["/nowhere", "/stats/leads/counts"])("to %s reads the answer too", (path) =>
      Effect.gen(function* () {
        const { port } = yield* World
        const answer = yield* send(
          port,
          { "Content-Length": 5 * MiB },
          async (outgoing) => {
            for (let i = 0; i < 5; i++) {
              outgoing.write(Buffer.alloc(MiB, " "))
              await sleep(5)
            }
            outgoing.end()
          },
          path,
        )
        assert.include([404, 405], answer.status)
      }),
    )
  })

  describe("that waits to be asked for its body", () => {
    const expecting = { Expect: "100-continue", "Content-Length": leadText.length }

    it.effect("is asked, and its lead is taken", () =>
      Effect.gen(function* () {
        const { port } = yield* World
        const headers = { ...expecting, "X-Shared-Secret": secret }
        const answer = yield* send(port, headers, (outgoing) =>
          Promise.resolve(void outgoing.once("continue", () => outgoing.end(leadText))),
        )
        assert.strictEqual(answer.status, 200)
        assert.isTrue(answer.wasAsked)
      }),
    )

    it.effect.each([
      { status: 401, error: "unauthorized", headers: {} },
      {
        status: 415,
        error: "unsupported media type; send application/json",
        headers: { "Content-Type": "text/plain", "X-Shared-Secret": secret },
      },
      {
        status: 413,
        error: "payload too large",
        headers: { "Content-Length": 20 * MiB, "X-Shared-Secret": secret },
      },
    ])("is not asked for a body that is refused anyway: $status", ({ error, headers, status }) =>
      Effect.gen(function* () {
        const { port } = yield* World
        const answer = yield* send(port, { ...expecting, ...headers }, async () => {})
        assertError(answer, status, error)
        assert.isFalse(answer.wasAsked)
      }),
    )
  })

  describe("of several requests on one connection", () => {
    const good = webhook(leadText, withSecret)
    const last = webhook(leadText, withSecret, "Connection: close")
    const refused = [
      { status: 400, text: webhook("{", withSecret) },
      { status: 401, text: webhook(leadText) },
      { status: 405, text: webhook(leadText).replace("POST", "PUT") },
      { status: 404, text: webhook(leadText).replace("leads", "lead") },
      { status: 413, text: webhook(" ".repeat(maxBodyBytes + 1), withSecret) },
      { status: 415, text: webhook(leadText, withSecret, "Content-Type: text/plain") },
    ]

    it.effect.each(refused)("goes on after $status", ({ status, text }) =>
      Effect.gen(function* () {
        const { port } = yield* World
        assert.deepStrictEqual(statuses(yield* exchange(port, text, good, last)), [status, 200, 200])
      }),
    )

    it.effect("gets its answers in order, however they are sent", () =>
      Effect.gen(function* () {
        const { port } = yield* World
        const texts = [good, ...refused.map(({ text }) => text), good, last]
        const expected = [200, ...refused.map(({ status }) => status), 200, 200]
        assert.deepStrictEqual(statuses(yield* exchange(port, texts.join(""))), expected)
        assert.deepStrictEqual(statuses(yield* exchange(port, ...texts)), expected)
      }),
    )

    it.effect("gets an answer to what is no request after the others", () =>
      Effect.gen(function* () {
        const { port } = yield* World
        const text = yield* exchange(port, `${good}HELLO\r\n\r\n`)
        assert.deepStrictEqual(statuses(text), [200, 400])
        assert.match(text, /\{"error":"bad request","correlation_id":"[0-9a-f-]{36}"\}$/)
      }),
    )
  })

  it.effect("that takes its time is waited for", () =>
    Effect.gen(function* () {
      const { port } = yield* World
      const whole = webhook(leadText, withSecret, "Connection: close")
      const parts = Array.from({ length: 10 }, (_, i) =>
        whole.slice((i * whole.length) / 10, ((i + 1) * whole.length) / 10),
      )
      assert.deepStrictEqual(statuses(yield* exchange(port, ...parts)), [200])
    }),
  )

  it.effect.each(["", "Content-Encoding: gzip"])(
    "that goes away in the middle leaves nothing behind (%s)",
    (header) =>
      Effect.gen(function* () {
        const world = yield* World
        const before = yield* countLeads(world)
        yield* Effect.promise(async () => {
          const socket = createConnection({ port: world.port, host: "127.0.0.1" })
          const headers = [
            "POST /webhooks/leads HTTP/1.1",
            "Host: localhost",
            "X-Correlation-ID: gone",
            withSecret,
            header,
          ]
          const lines = headers.filter((line) => line !== "")
          socket.write([...lines, "Content-Length: 1000", "", ""].join("\r\n"))
          const whole = header === "" ? Buffer.from(leadText) : gzipSync(leadText)
          socket.write(whole.subarray(0, 20))
          await sleep(50)
          socket.resetAndDestroy()
          await sleep(50)
        })
        assert.strictEqual(yield* countLeads(world), before)
        const log = yield* world.log
        const ofIt = log.filter(({ correlation_id }) => correlation_id === "gone")
        for (const { level, message } of ofIt)
          assert.deepStrictEqual([level, message], ["debug", "request aborted"])
        assert.strictEqual((yield* ask(world, { path: "/health" })).status, 200)
      }),
  )
})
