/**
 * The text of an operator's token: `lgt_`, 32 random bytes in base64url, and a checksum of six characters.
 *
 * The checksum is CRC-32 of what is before it. It is no secret: by it a scanner for leaked secrets recognises tokens, and a
 * mistyped one is refused without a look into Postgres.
 */
import { createHash, randomBytes } from "node:crypto"
import { crc32 } from "node:zlib"

const prefix = "lgt_"
const shape = /^lgt_[A-Za-z0-9_-]{49}$/

/** Makes a token of 256 random bits: 53 characters. */
export const makeToken = (): string => {
  const text = prefix + randomBytes(32).toString("base64url")
  return text + checksum(text)
}

/** Whether a text is a token by its shape and checksum. It may never have been made. */
export const isToken = (text: string): boolean =>
  shape.test(text) && text.slice(-checksumLength) === checksum(text.slice(0, -checksumLength))

/** SHA-256 of a token, in hex: what is stored of it. The token is random, so that no salt and no slow hash are needed. */
export const tokenHash = (token: string): string => createHash("sha256").update(token).digest("hex")

const checksumLength = 6

/** The four bytes of CRC-32 in base64url. */
const checksum = (text: string): string => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc32(text))
  return bytes.toString("base64url")
}
