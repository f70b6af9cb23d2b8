import { createHash } from "node:crypto"

/**
 * Chance that repeats itself: the same seed and the same words give the same number.
 *
 * Nothing depends on the order of asking, so what many senders do at once is the same in each run.
 */
export interface Draw {
  /** A number from 0 up to 1, by these words. */
  readonly fraction: (...words: ReadonlyArray<string | number>) => number
  /** A whole number from `min` to `max`, both included. */
  readonly between: (min: number, max: number, ...words: ReadonlyArray<string | number>) => number
  /** One of these. */
  readonly pick: <A>(from: readonly [A, ...ReadonlyArray<A>], ...words: ReadonlyArray<string | number>) => A
}

/** Chance by this seed. */
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
