/** What one connection sends. */
import type { ApiName } from "./apis.ts"

/** What the sender does when all bytes are written, or in the middle of them. */
export type Ending =
  /** Waits for its answers, then closes. */
  | "wait"
  /** Closes its half at once (FIN), and reads on. */
  | "half-close"
  /** Resets the connection at once (RST): nobody learns what became of its requests. */
  | "reset"

/** A part of the bytes that is written at once, after a pause. */
export interface Write {
  readonly bytes: Buffer
  readonly pauseMs: number
}

/** One connection: which api, what is written, how it ends. The seed and the number determine every byte. */
export interface FuzzCase {
  readonly number: number
  /** Where it comes from: a corpus file's name, or how it was generated. */
  readonly origin: string
  /** Where it goes. */
  readonly api: ApiName
  readonly writes: ReadonlyArray<Write>
  readonly ending: Ending
}

/** All bytes of a case. */
export const bytesOf = ({ writes }: FuzzCase): Buffer => Buffer.concat(writes.map(({ bytes }) => bytes))

/** The same case with other bytes, written at once. */
export const withBytes = (of: FuzzCase, bytes: Buffer): FuzzCase => ({
  ...of,
  writes: [{ bytes, pauseMs: 0 }],
})

/** The largest body that the apis accept: the default. */
export const maxBodyBytes = 1024 * 1024
