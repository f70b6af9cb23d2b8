/** Text read from a stream of bytes, never more than a number of bytes of it. */
export interface CappedText {
  /** Takes the next bytes; `false` once there were more than the cap. */
  readonly add: (chunk: Uint8Array) => boolean
  /** The text so far. A character cut in two at its end is left out, or is U+FFFD if the text is complete. */
  readonly text: (complete: boolean) => string
}

/** Decodes UTF-8 as it comes. Invalid bytes become U+FFFD, and so does NUL, which Postgres cannot store. */
export const cappedText = (maxBytes: number): CappedText => {
  const decoder = new TextDecoder()
  let text = ""
  let room = maxBytes
  return {
    add: (chunk) => {
      text += decoder.decode(chunk.subarray(0, Math.max(room, 0)), { stream: true })
      room -= chunk.length
      return room >= 0
    },
    text: (complete) => (complete ? text + decoder.decode() : text).replaceAll("\0", "\ufffd"),
  }
}
