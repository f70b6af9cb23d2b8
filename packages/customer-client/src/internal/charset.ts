/** Decodes bytes to text, piece by piece: a `TextDecoder`, or what stands in for one. */
export interface CharsetDecoder {
  readonly decode: (bytes?: Uint8Array, options?: { readonly stream?: boolean }) => string
}

/** Makes the decoder of one text. */
export type Charset = () => CharsetDecoder

/**
 * The charset of a content type: `latin1` for `text/plain; charset=ISO-8859-1`. `undefined` for UTF-8, which is also the
 * charset of JSON (RFC 8259, section 8.1), of a content type without charset, and of an unknown one.
 *
 * Names are those of the WHATWG Encoding Standard, so ISO-8859-1 and US-ASCII are windows-1252.
 */
export const charsetOf = (contentType: string | undefined): Charset | undefined => {
  if (contentType === undefined || !/charset/i.test(contentType)) return undefined
  const [, label = ""] = /;\s*charset\s*=\s*["']?([^\s;"',]+)/i.exec(contentType) ?? []
  try {
    const decoder = new TextDecoder(label)
    if (decoder.encoding === "utf-8") return undefined
    return decoder.encoding === "windows-1252" ? () => windows1252 : () => new TextDecoder(label)
  } catch {
    return undefined
  }
}

/** Not by `TextDecoder`: that of Node 22.13 to 22.19 and 24.0 to 24.6 leaves 0x80 to 0x9F as they are (nodejs/node#56542). */
const windows1252: CharsetDecoder = {
  decode: (bytes = new Uint8Array()) =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      .toString("latin1")
      .replace(/[\x80-\x9f]/g, (character) => upper[character.charCodeAt(0) - 0x80] ?? character),
}

/** 0x80 to 0x9F of windows-1252, in order; five of them are unassigned, and stay as they are. */
const upper = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ"
