/**
 * A strict reader of what a connection sends (RFC 9112), written apart from the product's: the oracle of how many requests
 * there are, and where each ends.
 */
import { type Doubt, doubtsOfHead } from "./doubts.ts"
import { type ReadRequest, type Stream, valuesOf } from "./Stream.ts"

class Malformed extends Error {}
class Incomplete extends Error {}

/** The most bytes that Node accepts as a head. Between these bounds, either outcome is right. */
const surelyTooLarge = 18_000

/** Reads everything that a connection sends. */
export const readRequests = (bytes: Buffer): Stream => {
  const requests: Array<ReadRequest> = []
  const text = bytes.toString("latin1")
  let at = 0
  for (;;) {
    // RFC 9112, 2.2: empty lines before a request, in whatever form, cannot be mistaken for anything.
    while (text[at] === "\r" || text[at] === "\n") at++
    if (at >= text.length) return { requests, tail: { kind: "clean" } }
    let head: ReadRequest | undefined
    try {
      const reader = new HeadReader(text, at)
      const framed = reader.head()
      head = framed.request
      const { body, chunks, end, doubts } = readBody(bytes, text, reader.at, framed.length, head.doubts)
      requests.push({ ...head, body, chunks, doubts })
      at = end
    } catch (error) {
      const method = /^[A-Z]+(?= )/.exec(text.slice(at, at + 40))?.[0] ?? ""
      if (error instanceof Malformed) {
        return { requests, tail: { kind: "malformed", why: error.message, method, head } }
      }
      if (error instanceof Incomplete) return { requests, tail: { kind: "incomplete", method, head } }
      throw error
    }
    if (head.closes && at < text.length) return { requests, tail: { kind: "after-close" } }
  }
}

/** The length of a body: that of `Content-Length`, or what its chunks say. */
type BodyLength = number | "chunked"

const line = /[^\r\n]*/y
const requestLine = /^([\w!#$%&'*+.^`|~-]+)( +)([\x21-\x7e\x80-\xff]+)( +)HTTP\/(\d\.\d)$/
const headerLine = /^([\w!#$%&'*+.^`|~-]+):[ \t]*((?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)[ \t]*$/

class HeadReader {
  readonly #text: string
  readonly #start: number
  at: number

  constructor(text: string, at: number) {
    this.#text = text
    this.#start = at
    this.at = at
  }

  /** The next line, which must end with CRLF. */
  line(): string {
    line.lastIndex = this.at
    const content = line.exec(this.#text)?.[0] ?? ""
    const end = this.at + content.length
    if (end - this.#start > surelyTooLarge) throw new Malformed("head too large")
    if (end >= this.#text.length || (end + 1 === this.#text.length && this.#text[end] === "\r")) {
      throw new Incomplete()
    }
    if (!this.#text.startsWith("\r\n", end)) throw new Malformed("bare CR or LF")
    this.at = end + 2
    return content
  }

  fields(): Array<readonly [string, string]> {
    const fields: Array<readonly [string, string]> = []
    for (let content = this.line(); content !== ""; content = this.line()) {
      const match = headerLine.exec(content)
      if (match === null) throw new Malformed("malformed header line")
      fields.push([(match[1] ?? "").toLowerCase(), match[2] ?? ""])
    }
    return fields
  }

  head(): { readonly request: ReadRequest; readonly length: BodyLength } {
    const match = requestLine.exec(this.line())
    if (match === null) throw new Malformed("malformed request line")
    const [, method = "", before = "", target = "", after = "", version = ""] = match
    if (version !== "1.0" && version !== "1.1") throw new Malformed("unknown version")
    const headers = this.fields()
    if (method === "CONNECT") throw new Malformed("a tunnel")
    const length = lengthOf(headers, version)
    const options = valuesOf(headers, "connection").join(",").toLowerCase().split(",")
    const has = (option: string) => options.some((one) => one.trim() === option)
    const request: ReadRequest = {
      method,
      target,
      version,
      headers,
      body: Buffer.alloc(0),
      chunks: 0,
      closes: has("close") || (version === "1.0" && !has("keep-alive")),
      doubts: doubtsOfHead({
        method,
        spaces: before.length > 1 ? before : after,
        target,
        version,
        headers,
        size: this.at - this.#start,
      }),
    }
    return { request, length }
  }
}

/** RFC 9112, 6.3. Whatever two servers might read in two ways has no length. */
const lengthOf = (headers: ReadRequest["headers"], version: string): BodyLength => {
  const codings = valuesOf(headers, "transfer-encoding")
  const lengths = valuesOf(headers, "content-length")
  if (codings.length > 0) {
    if (lengths.length > 0) throw new Malformed("content length beside transfer encoding")
    if (version === "1.0") throw new Malformed("transfer encoding in HTTP/1.0")
    const all = codings.join(",").toLowerCase().split(",")
    if (all.at(-1)?.trim() !== "chunked") throw new Malformed("unknown transfer encoding")
    return "chunked"
  }
  if (lengths.length > 1) throw new Malformed("two content lengths")
  if (lengths[0] === undefined) return 0
  if (!/^\d{1,15}$/.test(lengths[0])) throw new Malformed("malformed content length")
  return Number(lengths[0])
}

/** RFC 9112, 7.1.1: extensions are names with values, which may be quoted. */
const chunkLine =
  /^([\da-fA-F]{1,12})((?:;[\w!#$%&'*+.^`|~-]+(?:=(?:[\w!#$%&'*+.^`|~-]+|"[\t\x20!#-[\]-~]*"))?)+)?$/

const readBody = (
  bytes: Buffer,
  text: string,
  at: number,
  length: BodyLength,
  headDoubts: ReadonlySet<Doubt>,
): Pick<ReadRequest, "body" | "chunks" | "doubts"> & { readonly end: number } => {
  if (length !== "chunked") {
    if (at + length > bytes.length) throw new Incomplete()
    return { body: bytes.subarray(at, at + length), chunks: 0, end: at + length, doubts: headDoubts }
  }
  const doubts = new Set(headDoubts)
  const parts: Array<Buffer> = []
  for (;;) {
    const reader = new HeadReader(text, at)
    const match = chunkLine.exec(reader.line())
    if (match === null) throw new Malformed("malformed chunk size")
    const size = Number.parseInt(match[1] ?? "", 16)
    if (match[2] !== undefined) doubts.add("chunk extension")
    if (size === 0) {
      const trailers = reader.fields()
      if (trailers.some(([name]) => /^(?:content-length|transfer-encoding)$/.test(name))) {
        throw new Malformed("a length in trailers")
      }
      if (trailers.length > 0) doubts.add("trailers")
      return { body: Buffer.concat(parts), chunks: parts.length, end: reader.at, doubts }
    }
    const end = reader.at + size
    if (end + 2 > bytes.length) {
      if (end < bytes.length && text[end] !== "\r") throw new Malformed("malformed end of a chunk")
      throw new Incomplete()
    }
    if (!text.startsWith("\r\n", end)) throw new Malformed("malformed end of a chunk")
    parts.push(bytes.subarray(reader.at, end))
    at = end + 2
  }
}
