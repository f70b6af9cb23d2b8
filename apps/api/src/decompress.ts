import { brotliDecompress, gunzip, inflate, type ZlibOptions } from "node:zlib"

/** Decompresses a whole body. */
type Decompress = (
  body: Buffer,
  options: ZlibOptions,
  done: (error: NodeJS.ErrnoException | null, text: Buffer) => void,
) => void

/** The content encodings that can be decoded. */
const decoders: Readonly<Record<string, Decompress>> = {
  gzip: gunzip,
  "x-gzip": gunzip,
  deflate: inflate,
  br: brotliDecompress,
}

/** What became of a compressed body. */
export type Decompressed = Buffer | "TooLarge" | "Malformed"

const encodingOf = (header: string): string => header.trim().toLowerCase() || "identity"

/** Whether a request's `Content-Encoding` can be decoded: none, `identity`, `gzip`, `deflate` or `br`. */
export const isReadableEncoding = (header: string | undefined): boolean => {
  if (header === undefined) return true
  const encoding = encodingOf(header)
  return encoding === "identity" || Object.hasOwn(decoders, encoding)
}

/** Whether a body of this `Content-Encoding` is compressed. */
export const isCompressed = (header: string | undefined): boolean =>
  header !== undefined && encodingOf(header) !== "identity"

/** As many as Node has threads for. A Brotli decoder can take several MiB beside its text. */
const atOnce = 4

/**
 * Decompresses whole bodies, four at a time; the others wait. `done` is called once, with the text of at most `maxBytes`, or
 * with the reason why there is none.
 *
 * A body is decompressed when all of it is there, so that slow senders hold no decoder.
 */
export const decompress = (
  body: Buffer,
  encoding: string,
  maxBytes: number,
  done: (text: Decompressed) => void,
): void => {
  waiting.push({ body, encoding: encodingOf(encoding), maxBytes, done })
  startNext()
}

interface Job {
  readonly body: Buffer
  readonly encoding: string
  readonly maxBytes: number
  readonly done: (text: Decompressed) => void
}

const waiting: Array<Job> = []
let underWay = 0

const startNext = (): void => {
  if (underWay === atOnce) return
  const job = waiting.shift()
  if (job === undefined) return
  const { body, done, encoding, maxBytes } = job
  underWay++
  decoders[encoding]?.(body, { maxOutputLength: maxBytes }, (error, text) => {
    underWay--
    startNext()
    if (error === null) done(text)
    else done(error.code === "ERR_BUFFER_TOO_LARGE" ? "TooLarge" : "Malformed")
  })
}
