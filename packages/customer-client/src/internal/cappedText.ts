import type { Charset, CharsetDecoder } from "./charset.ts"

/** Text read from a stream of bytes, never more than a number of bytes of it. */
export interface CappedText {
  /** Takes the next bytes; `false` once there were more than the cap. */
  readonly add: (chunk: Uint8Array) => boolean
  /** The text so far. A character cut in two at its end is left out, or is U+FFFD if the text is complete. */
  readonly text: (complete: boolean) => string
}

/**
 * Decodes text as it comes, UTF-8 unless there is another charset. Invalid bytes become U+FFFD, and so does NUL, which
 * Postgres cannot store.
 *
 * Most answers arrive in one piece and need no streaming decoder, which is expensive to create.
 */
export const cappedText = (maxBytes: number, charset?: Charset): CappedText => {
  let first: Uint8Array | undefined
  let pieces: Pieces | undefined
  let room = maxBytes
  return {
    add: (chunk) => {
      const piece = chunk.length > room ? chunk.subarray(0, Math.max(room, 0)) : chunk
      room -= chunk.length
      if (first === undefined) first = piece
      else (pieces ??= decodePieces(first, charset)).add(piece)
      return room >= 0
    },
    text: (complete) => {
      if (first === undefined) return ""
      const text =
        complete && pieces === undefined
          ? (charset?.() ?? whole).decode(first)
          : (pieces ?? decodePieces(first, charset)).text(complete)
      return text.replaceAll("\0", "\ufffd")
    },
  }
}

interface Pieces {
  readonly add: (piece: Uint8Array) => void
  readonly text: (complete: boolean) => string
}

const decodePieces = (first: Uint8Array, charset: Charset | undefined): Pieces => {
  const decoder: CharsetDecoder = charset?.() ?? new TextDecoder()
  let text = decoder.decode(first, { stream: true })
  return {
    add: (piece) => void (text += decoder.decode(piece, { stream: true })),
    text: (complete) => (complete ? text + decoder.decode() : text),
  }
}

/** Stateless between complete texts, so all calls share it. */
const whole = new TextDecoder()
