import { assert, describe, it } from "@effect/vitest"
import { ByteBudget, type HttpResponse, listen, respond } from "@lead-gateway/runtime"
import { Deferred, Duration, Effect, Result, Schema } from "effect"
import { randomBytes } from "node:crypto"
import { request } from "node:http"
import { connect, type Socket } from "node:net"
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib"
import { isReadableEncoding } from "../src/decompress.ts"
import { type BodyRefusal, makeBodyReader } from "../src/RequestBody.ts"

/** A server that reads bodies; the results come in the order in which they are known. */
const serveReader = Effect.fnUntraced(function* (options: {
  readonly maxBytes: number
  readonly inFlight?: number
}) {
  const budget = ByteBudget.make(options.inFlight ?? 10 * options.maxBytes)
  const reader = makeBodyReader({ maxBytes: options.maxBytes, budget })
  const results: Array<Buffer | BodyRefusal> = []
  const first = yield* Deferred.make<Buffer | BodyRefusal>()
  const responses: Array<HttpResponse> = []
  const { port } = yield* listen(
    { host: "127.0.0.1", port: 0, shutdownTimeout: Duration.zero },
    (_, response) => {
      responses.push(response)
      reader.read(response, (body) => {
        results.push(body)
        Deferred.doneUnsafe(first, Effect.succeed(body))
        if (typeof body === "string") respond(response, { status: 400, body: {} })
      })
    },
  )
  return { port, budget, reader, results, responses, first: Deferred.await(first) }
})

/** The result of reading a body that arrives in these parts. */
const read = (
  parts: ReadonlyArray<Uint8Array>,
  maxBytes: number,
  headers: Readonly<Record<string, string>> = {},
  end: "end" | "destroy" = "end",
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { budget, first, port, reader, responses } = yield* serveReader({ maxBytes })
      const outgoing = request({ port, host: "127.0.0.1", method: "POST", headers, agent: false })
      outgoing.on("error", () => {})
      const writeFrom = (index: number) => {
        const part = parts[index]
        if (part === undefined) outgoing[end]()
        else outgoing.write(part, () => writeFrom(index + 1))
      }
      writeFrom(0)
      const body = yield* first
      assert.strictEqual(budget.held() > 0, typeof body !== "string" && body.length > 0)
      for (const response of responses) reader.giveBack(response)
      assert.strictEqual(budget.held(), 0)
      outgoing.destroy()
      return typeof body === "string" ? Result.fail(body) : Result.succeed(body)
    }),
  )

const bytes = (length: number) => Buffer.alloc(length, "ä")

describe("a body", () => {
  it.live.prop(
    "is read whole, in whatever parts and encoding it comes",
    [
      Schema.Array(Schema.Uint8Array).check(Schema.isMaxLength(5)),
      Schema.Literals(["identity", "gzip", "deflate", "br"]),
    ],
    ([parts, encoding]) =>
      Effect.gen(function* () {
        const whole = Buffer.concat(parts)
        const encode = { identity: undefined, gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync }[
          encoding
        ]
        const sent = encode === undefined ? parts : [...encode(whole)].map((byte) => Uint8Array.of(byte))
        const result = yield* read(sent, 100_000, { "Content-Encoding": encoding })
        assert.deepStrictEqual(Result.getOrThrow(result), whole)
      }),
    { arbitrary: { runs: 20 } },
  )

  it.live("may have as many bytes as are allowed, and not one more", () =>
    Effect.gen(function* () {
      for (const headers of [{}, { "Content-Length": "1000" }]) {
        const result = yield* read([bytes(400), bytes(600)], 1000, headers)
        assert.lengthOf(Result.getOrThrow(result), 1000)
      }
      for (const headers of [{}, { "Content-Length": "1001" }]) {
        assert.deepStrictEqual(yield* read([bytes(400), bytes(601)], 1000, headers), Result.fail("TooLarge"))
      }
    }),
  )

  it.live("is too large when its text is, or what it comes as", () =>
    Effect.gen(function* () {
      const headers = { "Content-Encoding": "gzip" }
      const bomb = gzipSync(bytes(1_000_000))
      assert.deepStrictEqual(yield* read([bomb], 10_000, headers), Result.fail("TooLarge"))
      const nothing = Array.from({ length: 200 }, () => gzipSync(""))
      assert.deepStrictEqual(yield* read(nothing, 1000, headers), Result.fail("TooLarge"))
    }),
  )

  it.live("is malformed when it cannot be decompressed", () =>
    Effect.gen(function* () {
      for (const encoding of ["gzip", "x-gzip", "deflate", "br"]) {
        const headers = { "Content-Encoding": encoding }
        assert.deepStrictEqual(yield* read([bytes(10)], 1000, headers), Result.fail("Malformed"))
      }
    }),
  )

  it.live("is aborted when its sender goes away", () =>
    Effect.gen(function* () {
      for (const headers of [{}, { "Content-Encoding": "gzip" }]) {
        const result = yield* read([gzipSync(bytes(100)).subarray(0, 20)], 1000, headers, "destroy")
        assert.deepStrictEqual(result, Result.fail("Aborted"))
      }
    }),
  )
})

describe("chunks", () => {
  const chunked = (text: string, size: number) => {
    const parts: Array<string> = []
    for (let at = 0; at < text.length; at += size) {
      const part = text.slice(at, at + size)
      parts.push(`${part.length.toString(16)}\r\n${part}\r\n`)
    }
    return `${parts.join("")}0\r\n\r\n`
  }
  const head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
  const readText = (text: string, maxBytes: number) =>
    Effect.gen(function* () {
      const server = yield* serveReader({ maxBytes })
      const socket = yield* openSocket(server.port)
      socket.write(head + text)
      return { ...server, socket, body: yield* server.first }
    })

  it.live.each([200, 512, 1460, 16_384])("of %i bytes make a body of 1 MiB", (size) =>
    Effect.gen(function* () {
      const text = "x".repeat(1024 ** 2)
      const { body } = yield* readText(chunked(text, size), text.length)
      assert.isTrue(typeof body !== "string" && body.toString() === text)
    }).pipe(Effect.scoped),
  )

  it.live("of one byte make a body of 300 bytes, as senders with tiny writes have", () =>
    Effect.gen(function* () {
      const text = "0123456789".repeat(30)
      const { body } = yield* readText(chunked(text, 1), 1_000_000)
      assert.strictEqual(String(body), text)
    }).pipe(Effect.scoped),
  )

  it.live.each([1, 2, 16, 100])("of %i bytes are refused when there are too many", (size) =>
    Effect.gen(function* () {
      const { body, socket } = yield* readText(chunked("x".repeat(1_000_000), size), 1_000_000)
      assert.strictEqual(body, "TooManyChunks")
      yield* Effect.promise(() => new Promise((resolve) => socket.once("close", resolve)))
    }).pipe(Effect.scoped),
  )

  it.live("of a compressed body count as well", () =>
    Effect.gen(function* () {
      const server = yield* serveReader({ maxBytes: 1_000_000 })
      const socket = yield* openSocket(server.port)
      const text = gzipSync(randomBytes(20_000))
      socket.write(head.replace("\r\n\r\n", "\r\nContent-Encoding: gzip\r\n\r\n"))
      socket.write(chunked(text.toString("latin1"), 1), "latin1")
      assert.strictEqual(yield* server.first, "TooManyChunks")
    }).pipe(Effect.scoped),
  )
})

describe("all bodies together", () => {
  const head = (length: number) => `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`
  const until = (what: () => boolean) =>
    Effect.gen(function* () {
      for (let i = 0; i < 500 && !what(); i++) yield* Effect.sleep("10 millis")
      assert.isTrue(what())
    })

  it.live("hold what has arrived, not what a Content-Length announces", () =>
    Effect.gen(function* () {
      const { budget, port, results } = yield* serveReader({ maxBytes: 60_000, inFlight: 100_000 })
      for (let i = 0; i < 10; i++) (yield* openSocket(port)).write(`${head(60_000)}x`)
      yield* until(() => budget.held() === 10)
      assert.deepStrictEqual(results, [])
    }).pipe(Effect.scoped),
  )

  it.live("hold what a great Content-Length announces, and leave a quarter to small ones", () =>
    Effect.gen(function* () {
      const { budget, port, results } = yield* serveReader({ maxBytes: 1_000_000, inFlight: 4_000_000 })
      for (let i = 0; i < 10; i++) (yield* openSocket(port)).write(`${head(1_000_000)}x`)
      yield* until(() => results.length === 7)
      assert.deepStrictEqual(new Set(results.map(String)), new Set(["Busy"]))
      assert.strictEqual(budget.held(), 3_000_000)
      ;(yield* openSocket(port)).write(head(60_000) + "x".repeat(60_000))
      yield* until(() => results.length === 8)
      assert.lengthOf(results[7] as Buffer, 60_000)
      assert.strictEqual(budget.held(), 3_060_000)
    }).pipe(Effect.scoped),
  )

  it.live("are refused before they are read when their Content-Length has no room", () =>
    Effect.gen(function* () {
      const { budget, port, responses, results } = yield* serveReader({ maxBytes: 1000, inFlight: 1500 })
      ;(yield* openSocket(port)).write(head(1000) + "x".repeat(600))
      yield* until(() => budget.held() === 600)
      ;(yield* openSocket(port)).write(head(1000))
      yield* until(() => results.length === 1)
      assert.deepStrictEqual(results, ["Busy"])
      assert.strictEqual(responses[1]?.heldBytes, 0)
      ;(yield* openSocket(port)).write(head(900) + "x".repeat(900))
      yield* until(() => results.length === 2)
      assert.strictEqual(budget.held(), 1500)
    }).pipe(Effect.scoped),
  )

  it.live("are refused where the budget ends, and give back what they held", () =>
    Effect.gen(function* () {
      const { budget, port, results } = yield* serveReader({ maxBytes: 60_000, inFlight: 100_000 })
      const sockets: Array<Socket> = []
      for (let i = 0; i < 10; i++) sockets.push(yield* openSocket(port))
      for (let round = 0; round < 6; round++) {
        for (const socket of sockets) {
          if (round === 0) socket.write(head(60_000))
          socket.write("x".repeat(10_000))
          yield* Effect.sleep("2 millis")
          assert.isAtMost(budget.held(), 100_000)
        }
      }
      yield* until(() => results.length === 10)
      const whole = results.filter((result) => typeof result !== "string")
      assert.isAtLeast(whole.length, 1)
      assert.strictEqual(results.length - whole.length, results.filter((one) => one === "Busy").length)
      assert.strictEqual(budget.held(), whole.length * 60_000)
    }).pipe(Effect.scoped),
  )

  it.live("make room: the one that has been incomplete longest, after a second", () =>
    Effect.gen(function* () {
      const { budget, port, results } = yield* serveReader({ maxBytes: 1000, inFlight: 1000 })
      ;(yield* openSocket(port)).write(head(1000) + "x".repeat(900))
      yield* until(() => budget.held() === 900)
      ;(yield* openSocket(port)).write(head(200) + "y".repeat(200))
      yield* until(() => results.length === 1)
      assert.deepStrictEqual(results, ["Busy"])
      yield* Effect.sleep("1 second")
      ;(yield* openSocket(port)).write(head(200) + "z".repeat(200))
      yield* until(() => results.length === 3)
      assert.deepStrictEqual(results.map(String), ["Busy", "Busy", "z".repeat(200)])
      assert.strictEqual(budget.held(), 200)
    }).pipe(Effect.scoped),
  )

  it.live("hold nothing of who has gone away", () =>
    Effect.gen(function* () {
      const { budget, port, results } = yield* serveReader({ maxBytes: 1000 })
      const socket = yield* openSocket(port)
      socket.write(head(1000) + "x".repeat(900))
      yield* until(() => budget.held() === 900)
      socket.destroy()
      yield* until(() => results.length === 1)
      assert.deepStrictEqual(results, ["Aborted"])
      assert.strictEqual(budget.held(), 0)
    }).pipe(Effect.scoped),
  )

  it.live("count as their text after decompression", () =>
    Effect.gen(function* () {
      const { budget, port, results } = yield* serveReader({ maxBytes: 100_000, inFlight: 100_000 })
      const body = gzipSync(bytes(60_000))
      const compressed = head(body.length).replace("\r\n\r\n", "\r\nContent-Encoding: gzip\r\n\r\n")
      for (const count of [1, 2]) {
        const socket = yield* openSocket(port)
        socket.write(compressed)
        socket.write(body)
        yield* until(() => results.length === count)
      }
      assert.lengthOf(results[0] as Buffer, 60_000)
      assert.strictEqual(results[1], "Busy")
      assert.isBelow(budget.held(), 60_000 + 2 * body.length)
    }).pipe(Effect.scoped),
  )
})

const openSocket = (port: number) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const socket = connect(port, "127.0.0.1").setNoDelay()
      socket.on("error", () => {}).resume()
      return socket
    }),
    (socket) => Effect.sync(() => socket.destroy()),
  )

describe("an encoding", () => {
  it("is readable when it is none, or one of four", () => {
    for (const name of [undefined, "", "identity", "gzip", "x-gzip", "deflate", "br", "GZIP", " Br "]) {
      assert.isTrue(isReadableEncoding(name), String(name))
    }
    for (const name of ["zstd", "compress", "gzip, br", "toString", "__proto__"]) {
      assert.isFalse(isReadableEncoding(name), name)
    }
  })
})
