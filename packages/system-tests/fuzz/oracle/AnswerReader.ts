/** A strict reader of what the api answers (RFC 9112): the oracle of well-formed answers. */

/** One final answer. */
export interface Answer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
  /** How many `100 Continue` came before it. */
  readonly continues: number
  /** How many `102 Processing` came before it. */
  readonly processings: number
  /** Whether the api closes the connection after it. */
  readonly closes: boolean
  /** Whether it goes on until its reader closes the connection: `body` is what has come so far, as it came. */
  readonly isStream: boolean
}

/** What was read of the bytes so far. */
export interface Answers {
  readonly answers: ReadonlyArray<Answer>
  /** Whether a part of an answer follows. */
  readonly isPartial: boolean
  /** Why the bytes are no answers. */
  readonly fault: string | undefined
}

class Fault extends Error {}

const statusLine = /^HTTP\/1\.1 ([1-5]\d\d) [\x20-\x7e]+$/
const headerLine = /^([\w-]+): ([\x20-\x7e]*)$/

interface Head {
  readonly status: number
  readonly headers: Map<string, string>
  readonly end: number
}

/** Reads answers to requests with these methods. */
export const readAnswers = (bytes: Buffer, methods: ReadonlyArray<string>): Answers => {
  const answers: Array<Answer> = []
  let at = 0
  let [continues, processings] = [0, 0]
  try {
    while (at < bytes.length) {
      const head = readHead(bytes, at)
      if (head === undefined) return { answers, isPartial: true, fault: undefined }
      if (head.status < 200) {
        if (head.headers.size > 0) throw new Fault(`an unexpected ${head.status}`)
        if (head.status === 100) continues++
        else if (head.status === 102) processings++
        else throw new Fault(`an unexpected ${head.status}`)
        at = head.end
        continue
      }
      // The last answer of a connection may be to a head that is malformed or too large, whose method nobody knows: it has a body.
      const isLast =
        (head.status === 400 || head.status === 431) && head.headers.get("connection") === "close"
      const isHead = methods[answers.length] === "HEAD" && !(isLast && bytes.length > head.end)
      const isStream = !isHead && head.headers.get("content-type") === "text/event-stream"
      const body = isStream
        ? { content: bytes.subarray(head.end), end: bytes.length }
        : readBody(bytes, head, isHead)
      if (body === undefined) return { answers, isPartial: true, fault: undefined }
      const { status, headers } = head
      const closes = isStream || headers.get("connection") === "close"
      answers.push({ status, headers, body: body.content, continues, processings, closes, isStream })
      continues = processings = 0
      at = body.end
    }
    return { answers, isPartial: continues + processings > 0, fault: undefined }
  } catch (error) {
    if (error instanceof Fault) return { answers, isPartial: false, fault: error.message }
    throw error
  }
}

const readHead = (bytes: Buffer, at: number): Head | undefined => {
  const end = bytes.indexOf("\r\n\r\n", at)
  if (end < 0) return undefined
  const [first = "", ...lines] = bytes.toString("latin1", at, end).split("\r\n")
  const status = Number(statusLine.exec(first)?.[1])
  if (Number.isNaN(status)) throw new Fault(`a malformed status line: ${JSON.stringify(first.slice(0, 100))}`)
  const headers = new Map<string, string>()
  for (const line of lines) {
    const [, name = "", value = ""] = headerLine.exec(line) ?? []
    if (name === "") throw new Fault(`a malformed header: ${JSON.stringify(line.slice(0, 100))}`)
    if (headers.has(name.toLowerCase())) throw new Fault(`the header ${name} twice`)
    headers.set(name.toLowerCase(), value)
  }
  return { status, headers, end: end + 4 }
}

interface Body {
  readonly content: Buffer
  readonly end: number
}

const readBody = (bytes: Buffer, { status, headers, end }: Head, isHead: boolean): Body | undefined => {
  const length = headers.get("content-length")
  const coding = headers.get("transfer-encoding")
  if (length !== undefined && coding !== undefined) throw new Fault("a length beside a coding")
  if (isHead || status === 204 || status === 304) return { content: Buffer.alloc(0), end }
  if (coding !== undefined) return readChunks(bytes, end)
  if (length === undefined || !/^\d+$/.test(length)) throw new Fault("an answer without a length")
  const last = end + Number(length)
  return last > bytes.length ? undefined : { content: bytes.subarray(end, last), end: last }
}

const readChunks = (bytes: Buffer, start: number): Body | undefined => {
  const parts: Array<Buffer> = []
  for (let at = start; ;) {
    const line = bytes.indexOf("\r\n", at)
    if (line < 0) return undefined
    const size = bytes.toString("latin1", at, line)
    if (!/^[\da-f]+$/i.test(size)) throw new Fault("a malformed chunk")
    const from = line + 2
    const to = from + Number.parseInt(size, 16)
    if (to + 2 > bytes.length) return undefined
    if (bytes.toString("latin1", to, to + 2) !== "\r\n") throw new Fault("a malformed end of a chunk")
    if (to === from) return { content: Buffer.concat(parts), end: to + 2 }
    parts.push(bytes.subarray(from, to))
    at = to + 2
  }
}

/** Whether the api says that it, or Postgres, has more to do than time, or that the sender was too slow. */
export const isForLackOfTime = ({ body, status }: Answer): boolean =>
  status === 408 || (status === 503 && objectOf(body)?.["error"] === "overloaded")

/** The JSON object of an answer; undefined if its body is none. */
export const objectOf = (body: Buffer): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(body.toString())
    return typeof value === "object" && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
