import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { type Handler, respond } from "@lead-gateway/runtime"
import { connect } from "./connection.ts"
import { assertError, measure, serve } from "./world.ts"

/** A second request, which must never be seen. */
const smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
const chunks = `0\r\n\r\n${smuggled}`
const start = "POST /seen HTTP/1.1\r\n"
const host = "Host: x\r\n"

const chunkedText = "unsupported transfer encoding: only chunked"
const bothText = "content length beside transfer encoding"

/** The section of the RFC, the fault, the request, and the answer's text. */
const shapes: ReadonlyArray<readonly [section: string, shape: string, text: string, error: string]> = [
  [
    "9112, 6.3",
    "CL.TE",
    `${start}${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`,
    bothText,
  ],
  [
    "9112, 6.3",
    "TE.CL",
    `${start}${host}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n${chunks}`,
    bothText,
  ],
  [
    "9112, 6.3",
    "a length of 0 and a coding",
    `${start}${host}Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`,
    bothText,
  ],
  [
    "9112, 6.3",
    "two lengths",
    `${start}${host}Content-Length: 0\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    "more than one content length",
  ],
  [
    "9112, 6.3",
    "equal lengths",
    `${start}${host}Content-Length: 1\r\nContent-Length: 1\r\n\r\nx${smuggled}`,
    "more than one content length",
  ],
  [
    "9112, 6.3",
    "a list of lengths",
    `${start}${host}Content-Length: 0, ${smuggled.length}\r\n\r\n${smuggled}`,
    "invalid content length",
  ],
  [
    "9110, 8.6",
    "a length with a sign",
    `${start}${host}Content-Length: +0\r\n\r\n${smuggled}`,
    "invalid content length",
  ],
  [
    "9110, 8.6",
    "a negative length",
    `${start}${host}Content-Length: -1\r\n\r\n${smuggled}`,
    "invalid content length",
  ],
  [
    "9110, 8.6",
    "a length in hexadecimal",
    `${start}${host}Content-Length: 0x0\r\n\r\n${smuggled}`,
    "invalid content length",
  ],
  [
    "9110, 8.6",
    "a length beyond 64 bits",
    `${start}${host}Content-Length: 18446744073709551616\r\n\r\n${smuggled}`,
    "invalid content length",
  ],
  [
    "9110, 8.6",
    "an empty length",
    `${start}${host}Content-Length:\r\n\r\n${smuggled}`,
    "invalid content length",
  ],
  [
    "9112, 6.1",
    "a further coding",
    `${start}${host}Transfer-Encoding: gzip, chunked\r\n\r\n${chunks}`,
    chunkedText,
  ],
  ["9112, 6.1", "identity", `${start}${host}Transfer-Encoding: identity\r\n\r\n${smuggled}`, chunkedText],
  [
    "9112, 6.1",
    "identity in a line of its own",
    `${start}${host}Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`,
    chunkedText,
  ],
  [
    "9112, 6.1",
    "an unknown coding",
    `${start}${host}Transfer-Encoding: xchunked\r\n\r\n${chunks}`,
    chunkedText,
  ],
  [
    "9112, 6.1",
    "chunked twice",
    `${start}${host}Transfer-Encoding: chunked, chunked\r\n\r\n${chunks}`,
    chunkedText,
  ],
  [
    "9112, 6.1",
    "chunked in two lines",
    `${start}${host}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`,
    chunkedText,
  ],
  [
    "9112, 6.1",
    "chunked, then another",
    `${start}${host}Transfer-Encoding: chunked, identity\r\n\r\n${chunks}`,
    chunkedText,
  ],
  [
    "9112, 6.1",
    "chunked in quotes",
    `${start}${host}Transfer-Encoding: "chunked"\r\n\r\n${chunks}`,
    chunkedText,
  ],
  [
    "9112, 6.1",
    "chunked with a parameter",
    `${start}${host}Transfer-Encoding: chunked;a=b\r\n\r\n${chunks}`,
    chunkedText,
  ],
  [
    "9112, 6.1",
    "no coding",
    `${start}${host}Transfer-Encoding:\r\nContent-Length: 5\r\n\r\n${chunks}`,
    chunkedText,
  ],
  [
    "9112, 6.1",
    "a coding in HTTP/1.0",
    `POST /seen HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`,
    "transfer encoding is not part of http/1.0",
  ],
  [
    "9110, 5.5",
    "a vertical tab before the coding",
    `${start}${host}Transfer-Encoding: \u000bchunked\r\n\r\n${chunks}`,
    "malformed header",
  ],
  [
    "9112, 5.1",
    "a space before the colon",
    `${start}${host}Transfer-Encoding : chunked\r\n\r\n${chunks}`,
    "malformed header",
  ],
  [
    "9112, 5.2",
    "a folded coding",
    `${start}${host}Transfer-Encoding:\r\n chunked\r\n\r\n${chunks}`,
    "malformed header",
  ],
  [
    "9112, 5.2",
    "a folded line",
    `${start}${host}A: b\r\n Content-Length: 5\r\n\r\n${smuggled}`,
    "malformed header",
  ],
  ["9112, 2.2", "a space before the first header", `${start} ${host}\r\n\r\n${smuggled}`, "bad request"],
  ["9112, 2.2", "bare LF", `POST /seen HTTP/1.1\nHost: x\n\n${smuggled}`, "bad request"],
  [
    "9112, 2.2",
    "bare LF after a header",
    `${start}Host: x\nContent-Length: 0\r\n\r\n${smuggled}`,
    "bad request",
  ],
  ["9112, 2.2", "bare CR in a header", `${start}Host: x\rA: b\r\n\r\n${smuggled}`, "bad request"],
  ["9110, 5.5", "NUL in a header", `${start}${host}A: b\0c\r\n\r\n${smuggled}`, "malformed header"],
  ["9112, 3.2", "two hosts", `${start}${host}Host: y\r\n\r\n${smuggled}`, "more than one host header"],
  ["9112, 3.2", "equal hosts", `${start}${host}${host}\r\n${smuggled}`, "more than one host header"],
  ["9112, 3.2", "no host", `${start}\r\n${smuggled}`, "missing host header"],
  [
    "9110, 7.2",
    "half an IPv6 address as host",
    `${start}Host: [::1\r\n\r\n${smuggled}`,
    "invalid host header",
  ],
  ["9110, 7.2", "a host with a space", `${start}Host: a b\r\n\r\n${smuggled}`, "invalid host header"],
  ["9110, 4.2.1", "an empty host", `${start}Host:\r\n\r\n${smuggled}`, "invalid host header"],
  [
    "9110, 8.3",
    "two content types",
    `${start}${host}Content-Type: application/json\r\nContent-Type: text/plain\r\n\r\n${smuggled}`,
    "more than one content type",
  ],
  [
    "9110, 8.3",
    "a list of content types",
    `${start}${host}Content-Type: application/json, text/plain\r\n\r\n${smuggled}`,
    "more than one content type",
  ],
  [
    "9110, 11.6.2",
    "two authorizations",
    `${start}${host}Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n${smuggled}`,
    "more than one authorization header",
  ],
  [
    "9110, 4.2.4",
    "a user in the target",
    `GET http://u:p@x/ HTTP/1.1\r\n${host}\r\n${smuggled}`,
    "invalid request target",
  ],
  [
    "9112, 3.2.2",
    "a target of another scheme",
    `GET ftp://x/ HTTP/1.1\r\n${host}\r\n${smuggled}`,
    "invalid request target",
  ],
  [
    "9112, 2.3",
    "HTTP/2.0",
    `GET /seen HTTP/2.0\r\n${host}Connection: keep-alive\r\n\r\n${smuggled}`,
    "unsupported http version",
  ],
  ["9112, 2.3", "HTTP/0.9", `GET /seen\r\n\r\n${smuggled}`, "unsupported http version"],
  ["9112, 3", "HTTP/1.2", `GET /seen HTTP/1.2\r\n${host}\r\n${smuggled}`, "bad request"],
  [
    "9112, 10.1.1",
    "an expectation beside two hosts",
    `${start}${host}Host: y\r\nExpect: a miracle\r\n\r\n${smuggled}`,
    "more than one host header",
  ],
]

/** Faults of bodies: the request is seen, but never as complete. */
const bodies: ReadonlyArray<readonly [section: string, shape: string, body: string, error: string]> = [
  ["9112, 7.1", "a size with a prefix", `0x0\r\n\r\n${smuggled}`, "malformed chunk"],
  ["9112, 7.1", "a size with a sign", `+0\r\n\r\n${smuggled}`, "malformed chunk"],
  ["9112, 7.1", "a size with a space", `0 \r\n\r\n${smuggled}`, "malformed chunk"],
  ["9112, 7.1", "a size beyond 64 bits", `10000000000000000\r\n\r\n${smuggled}`, "malformed chunk"],
  ["9112, 7.1", "a size that ends with LF", `1\nx\r\n0\r\n\r\n${smuggled}`, "bad request"],
  ["9112, 7.1", "a chunk that ends with LF", `1\r\nx\n0\r\n\r\n${smuggled}`, "bad request"],
  ["9112, 7.1", "a longer chunk than its size", `1\r\nxy\r\n0\r\n\r\n${smuggled}`, "bad request"],
  ["9112, 7.1.1", "an extension that ends with LF", `1;a\nx\r\n0\r\n\r\n${smuggled}`, "bad request"],
  ["9112, 7.1.2", "a length among the trailers", `0\r\nContent-Length: 5\r\n\r\n${smuggled}`, bothText],
  [
    "9112, 7.1.2",
    "a coding among the trailers",
    `0\r\nTransfer-Encoding: gzip\r\n\r\n${smuggled}`,
    chunkedText,
  ],
]

/** Serves, and records the targets of the requests that the handler sees. */
const observe = Effect.gen(function* () {
  const seen: Array<string | undefined> = []
  const handler: Handler = (request, response, id) => {
    seen.push(request.url)
    measure(request, response, id)
  }
  return { seen, connection: yield* connect(yield* serve(handler)) }
})

describe("a request that can be read in two ways", { concurrent: true }, () => {
  it.live.each(shapes)(
    "is answered once, 400, and nothing after it is read (RFC %s: %s)",
    ([, , text, error]) =>
      Effect.gen(function* () {
        const { connection, seen } = yield* observe
        yield* connection.send(text)
        const answer = yield* connection.answer
        assertError(answer, 400, error)
        assert.strictEqual(answer.headers["connection"], "close")
        yield* connection.closed
        assert.strictEqual(connection.rest(), "")
        assert.deepStrictEqual(seen, [])
      }),
  )

  it.live.each(bodies)("has no second answer (RFC %s: %s)", ([, , body, error]) =>
    Effect.gen(function* () {
      const { connection, seen } = yield* observe
      yield* connection.send(`${start}${host}Transfer-Encoding: chunked\r\n\r\n${body}`)
      assertError(yield* connection.answer, 400, error)
      yield* connection.closed
      assert.strictEqual(connection.rest(), "")
      assert.deepStrictEqual(seen, ["/seen"])
    }),
  )

  it.live("is answered after those before it, and what follows is not read", () =>
    Effect.gen(function* () {
      const { connection, seen } = yield* observe
      const good = `${start}${host}Content-Length: 1\r\n\r\nx`
      yield* connection.send(`${good}${start}${host}${host}\r\n${good}${smuggled}`)
      assert.strictEqual((yield* connection.answer).status, 200)
      assertError(yield* connection.answer, 400, "more than one host header")
      yield* connection.closed
      assert.strictEqual(connection.rest(), "")
      assert.deepStrictEqual(seen, ["/seen"])
    }),
  )

  it.live("cannot hide behind a body that is refused unread", () =>
    Effect.gen(function* () {
      const seen: Array<string | undefined> = []
      const port = yield* serve((request, response) => {
        seen.push(request.url)
        response.shouldKeepAlive = false
        respond(response, { status: 401, body: { error: "unauthorized" } })
      })
      const connection = yield* connect(port)
      yield* connection.send(`${start}${host}Content-Length: 3\r\n\r\nabc${smuggled}`)
      assertError(yield* connection.answer, 401, "unauthorized")
      yield* connection.closed
      assert.strictEqual(connection.rest(), "")
      assert.deepStrictEqual(seen, ["/seen"])
    }),
  )
})

describe("a request that can be read in one way only", () => {
  it.live.each([
    ["a coding in upper case", `${start}${host}Transfer-Encoding: CHUNKED\r\n\r\n1\r\nx\r\n0\r\n\r\n`],
    ["a tab before the coding", `${start}${host}Transfer-Encoding:\tchunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`],
    ["a length with zeros before it", `${start}${host}Content-Length: 01\r\n\r\nx`],
    ["empty lines before it", `\r\n\r\n${start}${host}Content-Length: 1\r\n\r\nx`],
    ["an extension of a chunk", `${start}${host}Transfer-Encoding: chunked\r\n\r\n1;a=b\r\nx\r\n0\r\n\r\n`],
    ["trailers", `${start}${host}Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nHost: y\r\n\r\n`],
  ])("is answered, and so is the next one: %s", ([, text = ""]) =>
    Effect.gen(function* () {
      const { connection, seen } = yield* observe
      yield* connection.send(text + smuggled)
      assert.match((yield* connection.answer).body, /"bytes":1,/)
      assert.strictEqual((yield* connection.answer).status, 200)
      assert.deepStrictEqual(seen, ["/seen", "/smuggled"])
    }),
  )
})
