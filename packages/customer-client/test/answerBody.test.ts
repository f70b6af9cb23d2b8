import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { AnswerBody, type ReadBody } from "../src/internal/answerBody.ts"

const encode = {
  gzip: gzipSync,
  deflate: deflateSync,
  raw: deflateRawSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
  none: (bytes: Buffer) => bytes,
}

const headerOf = { gzip: "gzip", deflate: "deflate", raw: "deflate", br: "br", zstd: "zstd", none: undefined }

/** Reads bytes, cut into pieces of this size, as the body of an answer. */
const read = (bytes: Buffer, contentEncoding: string | undefined, maxBytes: number, size: number) =>
  Effect.callback<ReadBody>((resume) => {
    const head = {
      status: 200,
      retryAfter: undefined,
      date: undefined,
      contentType: undefined,
      contentEncoding,
    }
    let isOver = false
    const body: AnswerBody = new AnswerBody(head, maxBytes, {
      bodyRead: (complete) => {
        if (isOver) return
        isOver = true
        const result = body.read(complete)
        body.close()
        resume(Effect.succeed(result))
      },
    })
    for (let i = 0; i < bytes.length; i += size) body.add(bytes.subarray(i, i + size))
    body.end(true)
  })

const Codings = Schema.Literals(["gzip", "deflate", "raw", "br", "zstd", "none"])
const Sizes = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 50 }))

/** What is stored of a text: UTF-8 without its BOM, U+FFFD for NUL and lone surrogates. */
const stored = (text: string) => new TextDecoder().decode(Buffer.from(text)).replaceAll("\0", "\ufffd")

describe("a body", () => {
  it.effect.prop(
    "is the text that was encoded, however it was and however it arrives",
    [Schema.String, Codings, Sizes],
    ([text, coding, size]) =>
      Effect.gen(function* () {
        const bytes = encode[coding](Buffer.from(`{${text}}`))
        const result = yield* read(bytes, headerOf[coding], 100_000, size)
        assert.deepStrictEqual(result, { body: stored(`{${text}}`), truncated: false, unreadable: undefined })
      }),
  )

  it.effect.prop(
    "is never longer than the cap, and a beginning of the text",
    [Schema.String, Codings, Sizes],
    ([text, coding, cap]) =>
      Effect.gen(function* () {
        const bytes = encode[coding](Buffer.from(`{${text}}`))
        const { body, truncated } = yield* read(bytes, headerOf[coding], cap, 7)
        assert.strictEqual(truncated, Buffer.byteLength(`{${text}}`) > cap)
        assert.isAtMost(Buffer.byteLength(body.replaceAll("\ufffd", "")), cap)
        if (!stored(text).includes("\ufffd")) assert.isTrue(stored(`{${text}}`).startsWith(body))
      }),
  )

  it.effect.prop(
    "of any bytes, declared as any coding, is some text or unreadable, and ends",
    [Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))), Schema.String, Sizes],
    ([bytes, coding, size]) =>
      Effect.gen(function* () {
        for (const declared of [coding, "gzip", "deflate", "br", "zstd", "gzip, br", undefined]) {
          const result = yield* read(Buffer.from(bytes), declared, 1000, size)
          assert.isTrue(result.body.isWellFormed())
          if (result.unreadable !== undefined) assert.deepInclude(result, { body: "", truncated: true })
        }
      }),
  )
})
