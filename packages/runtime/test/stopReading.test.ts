import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { respond } from "../src/HttpResponse.ts"
import { connect } from "./connection.ts"
import { serve } from "./world.ts"

const post = (path: string, length: string) => `POST ${path} HTTP/1.1\r\nHost: x\r\n${length}\r\n\r\n`
const chunked = "Transfer-Encoding: chunked"

/** Refuses `/refused`, and answers other requests with the length of their bodies. Counts the chunks of refused ones. */
const serveCounting = Effect.gen(function* () {
  let chunks = 0
  const port = yield* serve((request, response) => {
    if (request.url === "/refused") {
      request.on("data", () => chunks++)
      return respond(response, { status: 413, body: { error: "payload too large" } })
    }
    let length = 0
    request
      .on("data", (chunk: Buffer) => (length += chunk.length))
      .on("end", () => respond(response, { status: 200, body: { length } }))
  })
  return { port, chunks: () => chunks }
})

describe("a connection that is read no more", () => {
  it.live("costs nothing for the chunks that have arrived already", () =>
    Effect.gen(function* () {
      const { chunks, port } = yield* serveCounting
      const sender = yield* connect(port)
      yield* sender.send(post("/refused", chunked) + "1\r\nx\r\n".repeat(10_000))
      assert.strictEqual((yield* sender.answer).status, 413)
      yield* sender.closed
      assert.isAtMost(chunks(), 300)
    }),
  )

  it.live("leaves its parser to the next connection as it was", () =>
    Effect.gen(function* () {
      const { port } = yield* serveCounting
      for (let i = 0; i < 5; i++) {
        const refused = yield* connect(port)
        yield* refused.send(post("/refused", "Content-Length: 100000") + "x".repeat(50_000))
        assert.strictEqual((yield* refused.answer).status, 413)
        yield* refused.cut
        yield* Effect.sleep("50 millis")
        const sender = yield* connect(port)
        for (const length of ["Content-Length: 3", "Content-Length: 3"]) {
          yield* sender.send(post("/taken", length) + "abc")
          const { body, status } = yield* sender.answer
          assert.strictEqual(status, 200)
          assert.match(body, /"length":3\b/)
        }
      }
    }),
  )

  it.live("ends, however much its sender sends", () =>
    Effect.gen(function* () {
      const { port } = yield* serveCounting
      const sender = yield* connect(port)
      yield* sender.send(post("/refused", "Content-Length: 100000000") + "x".repeat(20_000_000))
      assert.strictEqual((yield* sender.answer).status, 413)
      assert.match(yield* sender.closed, /ended|ECONNRESET|EPIPE/)
    }),
  )
})
