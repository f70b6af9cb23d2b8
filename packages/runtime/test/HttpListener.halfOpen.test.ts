import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { type HttpResponse, respond } from "@lead-gateway/runtime"
import { connect } from "./connection.ts"
import { assertError, measure, serve } from "./world.ts"

const post = (body: string, length = body.length) =>
  `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n${body}`

/** Answers after 100 ms. */
const slowly = (_: unknown, response: HttpResponse) =>
  void setTimeout(() => respond(response, { status: 200, body: {} }), 100)

describe("a sender that closes its half", { concurrent: true }, () => {
  it.live("after its request gets its answer, and then the end", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(slowly))
      yield* connection.send(post("abc"))
      yield* connection.end
      const answer = yield* connection.answer
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(answer.headers["connection"], "close")
      assert.strictEqual(yield* connection.closed, "ended")
    }),
  )

  it.live("after several requests gets all answers in order", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(measure))
      yield* connection.send(post("a") + post("ab") + post("abc"))
      yield* connection.end
      for (const bytes of [1, 2, 3]) {
        assert.match((yield* connection.answer).body, new RegExp(`"bytes":${bytes},`))
      }
      assert.strictEqual(yield* connection.closed, "ended")
      assert.strictEqual(connection.rest(), "")
    }),
  )

  it.live("with HTTP/1.0 gets its answer", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(slowly))
      yield* connection.send("GET / HTTP/1.0\r\n\r\n")
      yield* connection.end
      assert.strictEqual((yield* connection.answer).status, 200)
      assert.strictEqual(yield* connection.closed, "ended")
    }),
  )

  it.live("after an answer ends the connection", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(measure))
      yield* connection.send(post("abc"))
      yield* connection.answer
      yield* connection.end
      assert.strictEqual(yield* connection.closed, "ended")
      assert.strictEqual(connection.rest(), "")
    }),
  )

  it.live("without a request ends the connection", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(measure))
      yield* connection.end
      assert.strictEqual(yield* connection.closed, "ended")
      assert.strictEqual(connection.rest(), "")
    }),
  )

  it.live.each([
    ["the request line", "POST / HT"],
    ["the headers", "POST / HTTP/1.1\r\nHost: x\r\nContent-"],
    ["the body", post("abc", 10)],
    ["a chunk", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"],
    ["the chunks", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"],
    [
      "the trailers",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nA: b\r\n",
    ],
  ] as const)("in the middle of %s is answered 400 at once (RFC 9112, 8)", ([, text]) =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(measure))
      yield* connection.send(text)
      yield* connection.end
      const start = performance.now()
      assertError(yield* connection.answer, 400, "the request ended too early")
      assert.strictEqual(yield* connection.closed, "ended")
      assert.strictEqual(connection.rest(), "")
      assert.isBelow(performance.now() - start, 1_000)
    }),
  )

  it.live("in the middle of its second request has the first one answered before", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(measure))
      yield* connection.send(post("abc") + post("ab", 10))
      yield* connection.end
      assert.match((yield* connection.answer).body, /"bytes":3,/)
      assertError(yield* connection.answer, 400, "the request ended too early")
      assert.strictEqual(yield* connection.closed, "ended")
    }),
  )
})
