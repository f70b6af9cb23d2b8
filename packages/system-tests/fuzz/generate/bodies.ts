/** Bodies of requests: text in an encoding, perhaps compressed, perhaps broken. */
import { brotliCompressSync, constants, deflateSync, gzipSync } from "node:zlib"
import { maxBodyBytes } from "./Case.ts"
import type { Random } from "./Random.ts"

/** A body, and the header that says how it is compressed. */
export interface Body {
  /** Before it was compressed: what senders sign. */
  readonly plain: Buffer
  readonly bytes: Buffer
  readonly encoding: string | undefined
}

const broken = [
  [0xff, 0xfe],
  [0xc3, 0x28],
  [0xe2, 0x28, 0xa1],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xc0, 0xaf],
  [0x80],
] as const

const encodeText = (random: Random, text: string): Buffer =>
  random.weighted<() => Buffer>([
    [92, () => Buffer.from(text)],
    [2, () => Buffer.from(text, "latin1")],
    [1, () => Buffer.from(text, "utf16le")],
    [1, () => Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text, "utf16le").swap16()])],
    [
      4,
      () => {
        const whole = Buffer.from(text)
        const at = random.below(whole.length + 1)
        return Buffer.concat([whole.subarray(0, at), Buffer.from(random.pick(broken)), whole.subarray(at)])
      },
    ],
  ])()

const compressors = {
  gzip: (bytes: Buffer) => gzipSync(bytes, { level: 1 }),
  "x-gzip": (bytes: Buffer) => gzipSync(bytes, { level: 1 }),
  deflate: (bytes: Buffer) => deflateSync(bytes, { level: 1 }),
  br: (bytes: Buffer) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
} as const

const damage = (random: Random, bytes: Buffer): Buffer => {
  const at = random.below(bytes.length)
  return random.weighted<() => Buffer>([
    [6, () => bytes],
    [2, () => bytes.subarray(0, at)],
    [
      2,
      () => {
        const changed = Buffer.from(bytes)
        changed[at] = random.below(256)
        return changed
      },
    ],
    [1, () => Buffer.concat([bytes, bytes])],
  ])()
}

/** A text as a body. */
export const bodyOf = (random: Random, text: string): Body => {
  const bytes = encodeText(random, text)
  if (!random.chance(0.15)) {
    const encoding = random.chance(0.03)
      ? random.pick(["identity", "IDENTITY", "gzip", "zstd", "gzip, br", ""])
      : undefined
    return { plain: bytes, bytes, encoding }
  }
  const encoding = random.pick(["gzip", "x-gzip", "deflate", "br"])
  // A bomb: a few KiB that become more than is accepted.
  const content = random.chance(0.02) ? Buffer.alloc(maxBodyBytes * random.between(2, 8), 0x20) : bytes
  const name = random.chance(0.1) ? encoding.toUpperCase() : encoding
  return { plain: bytes, bytes: damage(random, compressors[encoding](content)), encoding: name }
}
