import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { createConnection, type Socket } from "node:net"
import { respond } from "../src/HttpResponse.ts"
import { mostConnections } from "../src/internal/connectionLimit.ts"
import { connect } from "./connection.ts"
import { assertError, refuse, serve } from "./world.ts"

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`
const tooMany = "too many requests at once (MAX_CONNECTIONS)"

/** Answers at once, but never a request for `/slow`. */
const serveLimited = (maxConnections: number) =>
  serve(
    (request, response) => {
      if (request.url !== "/slow") respond(response, { status: 200, body: {} })
    },
    { maxConnections },
  )

/** A connection with a request in progress. */
const busy = Effect.fnUntraced(function* (port: number) {
  const connection = yield* connect(port)
  yield* connection.send(get("/slow"))
  return connection
})

describe("a connection beyond the limit", { concurrent: true }, () => {
  it.live("is answered 503 with Retry-After and closed, while health checks are answered", () =>
    Effect.gen(function* () {
      const port = yield* serveLimited(3)
      for (let i = 0; i < 3; i++) yield* busy(port)
      yield* Effect.sleep("50 millis")
      for (const path of ["/health", "/livez", "/readyz"]) {
        const probe = yield* connect(port)
        yield* probe.send(get(path))
        assert.strictEqual((yield* probe.answer).status, 200)
        assert.strictEqual(yield* probe.closed, "ended")
      }
      const sender = yield* connect(port)
      yield* sender.send(get("/webhooks/leads"))
      const answer = yield* sender.answer
      assertError(answer, 503, tooMany)
      assert.strictEqual(answer.headers["retry-after"], "1")
      assert.strictEqual(yield* sender.closed, "ended")
    }),
  )

  it.live("is one of a few: the newest ones keep their places", () =>
    Effect.gen(function* () {
      const port = yield* serveLimited(1)
      yield* busy(port)
      const oldest = yield* connect(port)
      yield* Effect.sleep("50 millis")
      for (let i = 0; i < 16; i++) yield* connect(port)
      assert.match(yield* oldest.closed, /ended|ECONNRESET/)
      const probe = yield* connect(port)
      yield* probe.send(get("/livez"))
      assert.strictEqual((yield* probe.answer).status, 200)
    }),
  )

  it.live("takes the place of one that is idle for a second", () =>
    Effect.gen(function* () {
      const port = yield* serveLimited(2)
      const silent = yield* connect(port)
      const used = yield* connect(port)
      yield* used.send(get("/"))
      yield* used.answer
      yield* Effect.sleep("1100 millis")
      const first = yield* connect(port)
      yield* first.send(get("/"))
      assert.strictEqual((yield* first.answer).status, 200)
      assert.match(yield* silent.closed, /ended|ECONNRESET/)
      const second = yield* connect(port)
      yield* second.send(get("/"))
      assert.strictEqual((yield* second.answer).status, 200)
      assert.match(yield* used.closed, /ended|ECONNRESET/)
      yield* first.send(get("/"))
      assert.strictEqual((yield* first.answer).status, 200)
    }),
  )

  it.live("takes the place of one whose request has not come to its end for five seconds", () =>
    Effect.gen(function* () {
      const port = yield* serve(() => {}, { maxConnections: 1 })
      const slow = yield* connect(port)
      yield* slow.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nx")
      yield* Effect.sleep("5200 millis")
      const probe = yield* connect(port)
      assert.match(yield* slow.closed, /ended|ECONNRESET/)
      assert.isFalse(probe.isCut())
    }),
  )
})

describe("requests on one connection", () => {
  it.live("are answered as far as they are pipelined within bounds, then refused and not read", () =>
    Effect.gen(function* () {
      const paths: Array<string | undefined> = []
      const answers: Array<() => void> = []
      const port = yield* serve(
        (request, response) => {
          paths.push(request.url)
          answers.push(() => respond(response, { status: 200, body: {} }))
        },
        { maxConnections: 1000 },
      )
      const connection = yield* connect(port)
      yield* connection.send(Array.from({ length: 10_000 }, (_, i) => get(`/${i}`)).join(""))
      yield* Effect.sleep("300 millis")
      assert.lengthOf(paths, 100)
      for (const answer of answers) answer()
      for (let i = 0; i < 100; i++) assert.strictEqual((yield* connection.answer).status, 200)
      assertError(yield* connection.answer, 503, tooMany)
      assert.match(yield* connection.closed, /ended|ECONNRESET/)
      assert.strictEqual(connection.rest(), "")
      assert.lengthOf(paths, 100)
    }),
  )

  it.live("are not read beyond what is handled, also while the answers are not read", () =>
    Effect.gen(function* () {
      const port = yield* serve((_, response) =>
        respond(response, { status: 200, body: { text: "x".repeat(1000) } }),
      )
      const socket = createConnection({ port, host: "127.0.0.1" }).on("error", () => {})
      yield* Effect.addFinalizer(() => Effect.sync(() => socket.destroy()))
      const before = process.cpuUsage()
      socket.pause().write(get("/").repeat(50_000))
      yield* Effect.sleep("1500 millis")
      socket.destroy()
      yield* Effect.sleep("500 millis")
      const { system, user } = process.cpuUsage(before)
      // Where all of them wait at the end, Node discards them in the square of their number: in two seconds or more.
      assert.isBelow((system + user) / 1000, 1000)
    }),
  )

  it.live("count with those of other connections", () =>
    Effect.gen(function* () {
      const port = yield* serveLimited(20)
      const first = yield* connect(port)
      yield* first.send(get("/slow").repeat(15))
      const second = yield* connect(port)
      yield* Effect.sleep("50 millis")
      yield* second.send(get("/slow").repeat(5))
      yield* Effect.sleep("50 millis")
      const third = yield* connect(port)
      yield* third.send(get("/"))
      assertError(yield* third.answer, 503, tooMany)
      const probe = yield* connect(port)
      yield* probe.send(get("/health"))
      assert.strictEqual((yield* probe.answer).status, 200)
    }),
  )

  it.live("are as many as one likes one after the other", () =>
    Effect.gen(function* () {
      const connection = yield* connect(yield* serve(refuse, { maxConnections: 1 }))
      for (let i = 0; i < 300; i++) {
        yield* connection.send(get("/"))
        assert.strictEqual((yield* connection.answer).status, 413)
      }
    }),
  )

  it.live("count no more once their sender has gone", () =>
    Effect.gen(function* () {
      const slow: Array<Socket> = []
      const port = yield* serve(
        ({ socket, url }, response) => {
          if (url === "/slow") slow.push(socket)
          else respond(response, { status: 200, body: {} })
        },
        { maxConnections: 20 },
      )
      const until = (holds: () => boolean) => Effect.repeat(Effect.sleep("5 millis"), { until: holds })
      for (let i = 0; i < 10; i++) {
        const gone = yield* busy(port)
        yield* gone.send(get("/slow").repeat(15))
        yield* until(() => slow.length === 16)
        yield* gone.cut
        yield* until(() => slow.every(({ closed }) => closed))
        slow.length = 0
      }
      const connection = yield* connect(port)
      yield* connection.send(get("/"))
      assert.strictEqual((yield* connection.answer).status, 200)
    }),
  )
})

describe("the most connections", () => {
  it("are what is asked, but not more than files may be open", () => {
    assert.strictEqual(mostConnections(5), 5)
    assert.isBelow(mostConnections(1_000_000_000), 1_000_000_000)
    assert.isAtMost(mostConnections(), 10_000)
    assert.isAtLeast(mostConnections(), 1)
  })
})
