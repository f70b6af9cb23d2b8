/** Ids of traces and spans: hexadecimal, lower case, never all zero (W3C Trace Context, 3.2.2). */
import { hash, randomFillSync } from "node:crypto"

/** Random bytes are drawn 4 kB at a time. */
const bytes = Buffer.alloc(4096)
let at = bytes.length

const random = (size: number): string => {
  if (at + size > bytes.length) {
    randomFillSync(bytes)
    at = 0
  }
  const id = bytes.toString("hex", at, at + size)
  at += size
  return isZero.test(id) ? random(size) : id
}

const isZero = /^0+$/

/** A random trace id: 32 digits. */
export const randomTraceId = (): string => random(16)

/** A random span id: 16 digits. */
export const randomSpanId = (): string => random(8)

/**
 * The span id that belongs to a text: the same in every process, so that a span can be the parent of another one that a
 * later process records. Who does not know the text cannot guess it.
 */
export const derivedSpanId = (text: string): string => {
  const id = hash("sha256", text, "hex").slice(0, 16)
  return isZero.test(id) ? derivedSpanId(`${text}.`) : id
}
