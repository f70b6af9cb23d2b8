import { Effect, Schema } from "effect"
import type { IncomingMessage } from "node:http"
import type { Readable } from "node:stream"
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib"

/** Why a body could not be read. */
export class RequestBodyRefused extends Schema.TaggedError<RequestBodyRefused>()("RequestBodyRefused", {
  reason: Schema.Literals(["TooLarge", "Malformed", "Aborted"]),
}) {
  override get message(): string {
    return `the request body was refused: ${this.reason}`
  }
}

/** The content encodings that {@link readBody} undoes. */
const decoders = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
} as const

type Encoding = keyof typeof decoders | "identity"

const encodingOf = (header: string | undefined): string => header?.trim().toLowerCase() || "identity"

/** Tells whether a request's `Content-Encoding` can be read: none, `identity`, `gzip`, `deflate` or `br`. */
export const isReadableEncoding = (header: string | undefined): boolean => {
  const encoding = encodingOf(header)
  return encoding === "identity" || Object.hasOwn(decoders, encoding)
}

/**
 * Reads and decompresses a body of at most `maxBytes`.
 *
 * The limit counts what is read, before and after decompression, so neither a chunked body nor a
 * compressed one can be larger than it says. A body that says it is larger is not read at all. Nothing of
 * a refused body is kept; the rest of it is for whoever answers to discard.
 */
export const readBody = (
  request: IncomingMessage,
  maxBytes: number,
): Effect.Effect<Buffer, RequestBodyRefused> =>
  Effect.callback((resume) => {
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) {
      return resume(Effect.fail(new RequestBodyRefused({ reason: "TooLarge" })))
    }
    const source = decoded(request)
    const chunks: Array<Buffer> = []
    let compressed = 0
    let size = 0
    const finish = (result: Effect.Effect<Buffer, RequestBodyRefused>) => {
      request.off("data", countCompressed).off("close", onClose)
      source.off("data", onData).off("end", onEnd).off("error", onError)
      // Whatever still comes of a stream that nobody reads any more must not end the process.
      source.on("error", () => {})
      if (source !== request) {
        request.unpipe()
        source.destroy()
      }
      resume(result)
    }
    const refuse = (reason: RequestBodyRefused["reason"]) =>
      finish(Effect.fail(new RequestBodyRefused({ reason })))
    const countCompressed = (chunk: Buffer) => {
      compressed += chunk.length
      if (compressed > maxBytes) refuse("TooLarge")
    }
    const onData = (chunk: Buffer) => {
      size += chunk.length
      if (size > maxBytes) refuse("TooLarge")
      else chunks.push(chunk)
    }
    const onEnd = () => {
      const [first, ...more] = chunks
      finish(Effect.succeed(first !== undefined && more.length === 0 ? first : Buffer.concat(chunks, size)))
    }
    const onError = () => refuse(source === request ? "Aborted" : "Malformed")
    const onClose = () => {
      if (!request.complete) refuse("Aborted")
    }
    if (source !== request) request.on("data", countCompressed)
    request.on("close", onClose)
    source.on("data", onData).on("end", onEnd).on("error", onError)
  })

const decoded = (request: IncomingMessage): Readable => {
  const encoding = encodingOf(request.headers["content-encoding"]) as Encoding
  return encoding === "identity" ? request : request.pipe(decoders[encoding]())
}
