/** How signatures are written in a header. */
export interface SignatureForm {
  readonly separator: string | undefined
  /** What a signature begins with: the first that fits. */
  readonly prefixes: ReadonlyArray<string>
  readonly encoding: "hex" | "base64"
  /** The bytes of a signature. */
  readonly length: number
}

/** More signatures than this are not compared: each costs time. Senders write one for each of their secrets. */
const mostSignatures = 16

const trim = (text: string): string => text.replaceAll(/^[ \t]+|[ \t]+$/g, "")

/** The parts of a header, without white space around them. */
export const partsOf = (header: string, separator: string | undefined): ReadonlyArray<string> =>
  separator === undefined ? [header] : header.split(separator).map(trim)

/**
 * The signatures of a header that are well formed, as bytes of the right length. Other parts are ignored: they are of
 * other versions, or no signatures.
 */
export const signaturesIn = (
  header: string,
  { encoding, length, prefixes, separator }: SignatureForm,
): ReadonlyArray<Buffer> | "TooMany" => {
  const found: Array<Buffer> = []
  let count = 0
  for (const part of partsOf(header, separator)) {
    const prefix = prefixes.find((prefix) => part.startsWith(prefix))
    if (prefix === undefined) continue
    if (++count > mostSignatures) return "TooMany"
    const bytes = decoded(part.slice(prefix.length), encoding, length)
    if (bytes !== undefined) found.push(bytes)
  }
  return found
}

/** The bytes of a text that is strictly of the encoding, and of the length. Node itself skips what does not fit. */
const decoded = (text: string, encoding: "hex" | "base64", length: number): Buffer | undefined => {
  if (encoding === "hex") {
    return text.length === 2 * length && /^[0-9a-f]+$/i.test(text) ? Buffer.from(text, "hex") : undefined
  }
  if (text.length !== 4 * Math.ceil(length / 3)) return undefined
  const bytes = Buffer.from(text, "base64")
  return bytes.length === length && bytes.toString("base64") === text ? bytes : undefined
}
