import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import { createServer, type IncomingMessage, request } from "node:http"
import type { AddressInfo } from "node:net"
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib"
import { isReadableEncoding, readBody } from "../src/RequestBody.ts"

/** The result of reading a body that arrives in these parts. */
const read = (
  parts: ReadonlyArray<Uint8Array>,
  maxBytes: number,
  headers: Readonly<Record<string, string>> = {},
  end: "end" | "destroy" = "end",
) =>
  Effect.callback<Result.Result<Buffer, string>>((resume) => {
    const server = createServer((incoming: IncomingMessage, response) => {
      readBody(incoming, maxBytes, (body) => {
        response.end()
        server.close()
        resume(Effect.succeed(typeof body === "string" ? Result.fail(body) : Result.succeed(body)))
      })
    }).listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      const outgoing = request({ port, host: "127.0.0.1", method: "POST", headers, agent: false })
      outgoing.on("error", () => {})
      const writeFrom = (index: number) => {
        const part = parts[index]
        if (part === undefined) outgoing[end]()
        else outgoing.write(part, () => writeFrom(index + 1))
      }
      writeFrom(0)
    })
  })

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
