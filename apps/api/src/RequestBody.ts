import { needsMending, storableJson } from "@lead-gateway/lead-store"
import { isJsonObject, parse, stringify } from "@lead-gateway/lossless-json"
import { Result } from "effect"
import type { IncomingMessage } from "node:http"
import type { Readable } from "node:stream"
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib"
import * as Answer from "./Answer.ts"

/** Why a body could not be read. */
export type BodyRefusal = "TooLarge" | "Malformed" | "Aborted"

/** The content encodings that {@link readBody} decodes. */
const decoders = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
} as const

type Encoding = keyof typeof decoders | "identity"

const encodingOf = (header: string | undefined): string => header?.trim().toLowerCase() || "identity"

/** Whether a request's `Content-Encoding` can be decoded: none, `identity`, `gzip`, `deflate` or `br`. */
export const isReadableEncoding = (header: string | undefined): boolean => {
  if (header === undefined) return true
  const encoding = encodingOf(header)
  return encoding === "identity" || Object.hasOwn(decoders, encoding)
}

/**
 * Reads and decompresses a body of at most `maxBytes`. Calls `done` once, with the body or the reason why there is none.
 *
 * The limit counts the bytes that are read, before and after decompression, so it holds for chunked and compressed bodies.
 * A body whose `Content-Length` exceeds it is not read at all. Nothing of a refused body is kept; `respond` discards the
 * rest.
 */
export const readBody = (
  request: IncomingMessage,
  maxBytes: number,
  done: (body: Buffer | BodyRefusal) => void,
): void => {
  const { headers } = request
  if (Number(headers["content-length"] ?? 0) > maxBytes) return done("TooLarge")
  const encoding = encodingOf(headers["content-encoding"]) as Encoding
  if (encoding === "identity") readStream(request, maxBytes, "Aborted", done)
  else readCompressed(request, decoders[encoding](), maxBytes, done)
}

/** Reads a stream to its end. Most bodies are one chunk, which is passed on without a copy. */
const readStream = (
  source: Readable,
  maxBytes: number,
  onError: BodyRefusal,
  done: (body: Buffer | BodyRefusal) => void,
): void => {
  let first: Buffer | undefined
  let more: Array<Buffer> | undefined
  let size = 0
  let isDone = false
  const finish = (body: Buffer | BodyRefusal) => {
    if (isDone) return
    isDone = true
    done(body)
  }
  source
    .on("data", (chunk: Buffer) => {
      size += chunk.length
      if (isDone) return
      if (size > maxBytes) {
        first = more = undefined
        finish("TooLarge")
      } else if (first === undefined) first = chunk
      else (more ??= [first]).push(chunk)
    })
    .on("end", () => finish(more === undefined ? (first ?? empty) : Buffer.concat(more, size)))
    // Stays attached: an error of a stream that is no longer read must not end the process.
    .on("error", () => finish(onError))
}

const empty = Buffer.alloc(0)

const readCompressed = (
  request: IncomingMessage,
  decoder: ReturnType<(typeof decoders)[keyof typeof decoders]>,
  maxBytes: number,
  done: (body: Buffer | BodyRefusal) => void,
): void => {
  let compressed = 0
  let isDone = false
  const finish = (body: Buffer | BodyRefusal) => {
    if (isDone) return
    isDone = true
    request.off("data", count).unpipe(decoder)
    decoder.destroy()
    done(body)
  }
  const count = (chunk: Buffer) => {
    compressed += chunk.length
    if (compressed > maxBytes) finish("TooLarge")
  }
  request
    .on("data", count)
    .on("error", () => finish("Aborted"))
    .on("close", () => {
      if (!request.complete) finish("Aborted")
    })
    .pipe(decoder)
  readStream(decoder, maxBytes, "Malformed", finish)
}

/** JSON is UTF-8 (RFC 8259). Other bytes are refused: replacing them would change the lead. */
const utf8 = new TextDecoder("utf-8", { fatal: true })

/**
 * A webhook's body as storable JSON text, or the answer that refuses it.
 *
 * The text is the body's own, unless it has characters that Postgres cannot store: NUL and lone surrogates become U+FFFD.
 */
export const payloadOf = (body: Uint8Array): string | Answer.Answer => {
  let text: string
  try {
    text = utf8.decode(body)
  } catch {
    return Answer.malformed()
  }
  const value = parse(text)
  if (Result.isFailure(value)) {
    const { message, reason } = value.failure
    return reason === "Syntax" ? Answer.malformed() : Answer.malformed(message)
  }
  if (!isJsonObject(value.success)) return Answer.malformed()
  return needsMending(text) ? stringify(storableJson(value.success)) : text
}
