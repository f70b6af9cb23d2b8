import { createHash } from "node:crypto"

/**
 * Reproducible random numbers: the same seed and the same words give the same number.
 *
 * The order of calls does not matter, so concurrent senders behave alike in each run.
 */
export interface Draw {
  /** A number from 0 up to 1, by these words. */
  readonly fraction: (...words: ReadonlyArray<string | number>) => number
  /** A whole number from `min` to `max`, both included. */
  readonly between: (min: number, max: number, ...words: ReadonlyArray<string | number>) => number
  /** One of these. */
  readonly pick: <A>(from: readonly [A, ...ReadonlyArray<A>], ...words: ReadonlyArray<string | number>) => A
}

/** Random numbers from this seed. */
export const drawBy = (seed: string): Draw => {
  const fraction: Draw["fraction"] = (...words) =>
    createHash("sha256")
      .update(JSON.stringify([seed, ...words]))
      .digest()
      .readUInt32BE() /
    2 ** 32
  return {
    fraction,
    between: (min, max, ...words) => min + Math.floor(fraction(...words) * (max - min + 1)),
    pick: (from, ...words) => from[Math.floor(fraction(...words) * from.length)] ?? from[0],
  }
}
