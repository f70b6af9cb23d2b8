import type { Transform } from "node:stream"
import type { Head } from "./Call.ts"
import { type CappedText, cappedText } from "./cappedText.ts"
import { charsetOf } from "./charset.ts"
import { contentCoding } from "./contentCoding.ts"

/** Whoever waits for a body. */
export interface BodyEvents {
  /** No more of the body is read; `complete` says whether all of it was. May be called again, which is ignored. */
  readonly bodyRead: (complete: boolean) => void
}

/** What was read of a body, as `Answered` has it. */
export interface ReadBody {
  readonly body: string
  readonly truncated: boolean
  readonly unreadable: string | undefined
}

/**
 * The body of an answer: decodes its content coding and its charset, up to a number of bytes.
 *
 * Ordinary bodies have no coding and are read synchronously. A compressed one passes through a decoder of `node:zlib`, of
 * whose output at most `maxBytes` and one piece of 16 KiB are held, and of whose input not much more is accepted: so
 * neither a bomb nor an endless stream that yields nothing costs memory.
 */
export class AnswerBody {
  readonly #head: Head
  readonly #events: BodyEvents
  readonly #text: CappedText
  readonly #maxBytes: number
  #decoder: Transform | undefined
  #isUnknown = false
  #isBegun = false
  #isDecoded = false
  #isEnded = false
  #isWhole = true
  #held: Uint8Array | undefined
  #input = 0
  #unreadable: string | undefined

  constructor(head: Head, maxBytes: number, events: BodyEvents) {
    this.#head = head
    this.#events = events
    this.#maxBytes = maxBytes
    this.#text = cappedText(maxBytes, charsetOf(head.contentType))
  }

  /** Takes the next bytes. */
  add(chunk: Uint8Array): void {
    if (this.#isEnded) return
    if (this.#isBegun) return this.#pass(chunk)
    // Two bytes say what a body is.
    const first = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk])
    if (first.length < 2) this.#held = first
    else this.#begin(first)
  }

  /** No more bytes come; `complete` says whether all of them have. The events follow, now or later. */
  end(complete: boolean): void {
    if (this.#isEnded) return
    if (!this.#isBegun && this.#held !== undefined) this.#begin(this.#held)
    this.#isEnded = true
    this.#isWhole = complete
    if (this.#decoder === undefined) this.#events.bodyRead(complete)
    else this.#decoder.end()
  }

  /** Frees what decodes the body; no event follows. */
  close(): void {
    this.#decoder?.removeAllListeners("data").removeAllListeners("end").destroy()
  }

  /** What has been read so far. */
  read(complete: boolean): ReadBody {
    const body = this.#text.text(complete)
    const unreadable = this.#unreadable ?? this.#whyGarbled(body)
    return unreadable === undefined
      ? { body, truncated: !complete, unreadable }
      : { body: "", truncated: true, unreadable }
  }

  #whyGarbled(body: string): string | undefined {
    // The first byte of gzip, which begins no text.
    if (this.#decoder !== undefined && body.startsWith("\x1f")) return codedTwice
    return this.#isUnknown && body.includes("\ufffd") ? unknownCoding : undefined
  }

  #begin(first: Uint8Array): void {
    this.#isBegun = true
    const { decoder, isUnknown } = contentCoding(this.#head.contentEncoding, first)
    this.#isUnknown = isUnknown
    if (decoder !== undefined) this.#decodeBy(decoder)
    this.#pass(first)
  }

  #decodeBy(decoder: Transform): void {
    this.#decoder = decoder
    decoder.on("data", (piece: Uint8Array) => {
      this.#isDecoded = true
      this.#take(piece)
    })
    decoder.on("end", () => this.#events.bodyRead(this.#isWhole))
    // Also for a body that breaks off: what was decoded before has been read.
    decoder.on("error", () => {
      if (!this.#isDecoded && this.#isWhole) this.#unreadable = wrongCoding
      this.#events.bodyRead(false)
    })
  }

  #pass(chunk: Uint8Array): void {
    if (this.#decoder === undefined) return this.#take(chunk)
    const room = this.#maxBytes + overhead - this.#input
    this.#input += chunk.length
    this.#decoder.write(chunk.length > room ? chunk.subarray(0, room) : chunk)
    if (chunk.length > room) this.end(false)
  }

  #take(chunk: Uint8Array): void {
    if (!this.#text.add(chunk)) this.#events.bodyRead(false)
  }
}

/** What a coding may add to a body that it does not make smaller: heads and checksums. */
const overhead = 1024

const unknownCoding = "the body has a content coding that is not known"
const wrongCoding = "the body does not have the content coding that it is declared to have"
const codedTwice = "the body is compressed twice"
