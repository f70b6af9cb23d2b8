import type { Transform } from "node:stream"
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from "node:zlib"

/** Makes the decoder of a body, from its first bytes; `undefined` if they show that it is not compressed. */
type MakeDecoder = (first: Uint8Array) => Transform | undefined

/**
 * The codings of RFC 9110, section 8.4.1, and of RFC 8878 (zstd).
 *
 * Servers get two of them wrong: a body that is declared as gzip is sent as it is, and a body of deflate has no zlib
 * header (RFC 1950), or is gzip. Browsers read all of these.
 */
const decoders: Readonly<Record<string, MakeDecoder>> = {
  gzip: (first) => (isGzip(first) ? createGunzip() : undefined),
  "x-gzip": (first) => (isGzip(first) ? createGunzip() : undefined),
  deflate: (first) => {
    if (isGzip(first)) return createGunzip()
    return isZlib(first) ? createInflate() : createInflateRaw()
  },
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
}

/** How a body is read. */
export interface ContentCoding {
  /** Decodes it; `undefined` for a body that is text as it comes. */
  readonly decoder: Transform | undefined
  /** It is declared to have a coding that is not known, or several, so that it may not be text. */
  readonly isUnknown: boolean
}

/**
 * Determines how to read a body, from its `Content-Encoding` header and its first bytes, two or more unless
 * it has fewer.
 *
 * A body that is not declared as compressed, but begins as gzip does, is gzip: no text has these bytes. A coding that
 * is none (`UTF-8`, `none`) says nothing about the body.
 */
export const contentCoding = (contentEncoding: string | undefined, first: Uint8Array): ContentCoding => {
  if (contentEncoding === undefined && !isGzip(first)) return asItComes
  const [coding, ...more] = (contentEncoding ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity")
  const make =
    coding !== undefined && more.length === 0 && Object.hasOwn(decoders, coding)
      ? decoders[coding]
      : undefined
  if (make !== undefined) return { decoder: make(first), isUnknown: false }
  return { decoder: isGzip(first) ? createGunzip() : undefined, isUnknown: coding !== undefined }
}

/** Of ordinary bodies. */
const asItComes: ContentCoding = { decoder: undefined, isUnknown: false }

/** Whether bytes begin as gzip does (RFC 1952). */
const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/** Whether bytes begin with a zlib header (RFC 1950): deflate, a window of at most 32 KiB, and the check of both bytes. */
const isZlib = ([method = 0, flags = 0]: Uint8Array): boolean =>
  (method & 0x0f) === 8 && method >> 4 <= 7 && (method * 256 + flags) % 31 === 0
