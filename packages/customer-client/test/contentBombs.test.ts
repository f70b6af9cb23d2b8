import type { ServerResponse } from "node:http"
import { createGzip, gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { bodyOf, makeWorld, request } from "./support.ts"

/** A gigabyte of zeros, compressed as it is sent. */
const bomb = (response: ServerResponse) => {
  const zip = createGzip({ level: 9 })
  const block = Buffer.alloc(1024 ** 2, "x")
  let left = 1024
  response.writeHead(200, { "Content-Encoding": "gzip" })
  zip.pipe(response)
  response.on("close", () => zip.destroy())
  const more = () => {
    while (left > 0 && !zip.destroyed) {
      left--
      if (!zip.write(block)) return void zip.once("drain", more)
    }
    zip.end()
  }
  more()
}

describe("a bomb (https://github.com/amphp/http-client/pull/126)", () => {
  it.effect("is read up to the cap, and its connection closed", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeWorld({ answer: bomb })
      const expected = { body: "x".repeat(65_536), truncated: true, unreadable: undefined }
      assert.deepStrictEqual(bodyOf(yield* client.send(request)), expected)
      yield* customer.until(() => customer.connections().open === 0)
    }),
  )

  it.effect("costs little memory, even if a gigabyte arrives in one piece", () =>
    Effect.gen(function* () {
      const small = gzipSync(Buffer.alloc(64 * 1024 ** 2), { level: 9 }) // 64 KiB
      const { client } = yield* makeWorld(
        { answer: (response) => void response.writeHead(200, { "Content-Encoding": "gzip" }).end(small) },
        { maxResponseBytes: 100 },
      )
      const before = process.memoryUsage().arrayBuffers
      let peak = 0
      const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().arrayBuffers)), 1)
      const outcomes = yield* Effect.all(
        Array.from({ length: 20 }, () => client.send(request)),
        { concurrency: "unbounded" },
      )
      clearInterval(timer)
      for (const outcome of outcomes) {
        assert.deepStrictEqual(bodyOf(outcome), {
          body: "\ufffd".repeat(100),
          truncated: true,
          unreadable: undefined,
        })
      }
      assert.isBelow(peak - before, 32 * 1024 ** 2)
    }),
  )

  it.effect("that grows to nothing, without end, is not read without end", () =>
    Effect.gen(function* () {
      const { customer, client } = yield* makeWorld({
        answer: (response) => {
          response.writeHead(200, { "Content-Encoding": "gzip" })
          response.write(gzipSync("").subarray(0, 10))
          const nothing = Buffer.from("000000ffff".repeat(1000), "hex") // stored blocks of no byte, RFC 1951 §3.2.4
          const more = () => {
            while (!response.destroyed) if (!response.write(nothing)) return void response.once("drain", more)
          }
          more()
        },
      })
      const expected = { body: "", truncated: true, unreadable: undefined }
      assert.deepStrictEqual(bodyOf(yield* client.send(request)), expected)
      yield* customer.until(() => customer.connections().open === 0)
    }),
  )

  it.effect("leaves a text as long as the cap whole", () =>
    Effect.gen(function* () {
      const { client } = yield* makeWorld(
        {
          answer: (response) =>
            void response.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync("12345678")),
        },
        { maxResponseBytes: 8 },
      )
      assert.deepStrictEqual(bodyOf(yield* client.send(request)), {
        body: "12345678",
        truncated: false,
        unreadable: undefined,
      })
    }),
  )
})
