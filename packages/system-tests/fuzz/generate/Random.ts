import { createHash } from "node:crypto"

/** Reproducible random choices. Each call advances it, so a case's choices must be made in one order. */
export interface Random {
  /** A whole number from 0 up to `below - 1`. */
  readonly below: (below: number) => number
  /** A whole number from `min` to `max`, both included. */
  readonly between: (min: number, max: number) => number
  /** True with this probability. */
  readonly chance: (probability: number) => boolean
  readonly pick: <const All extends readonly [unknown, ...ReadonlyArray<unknown>]>(from: All) => All[number]
  /** One of these by weight: `weighted([[3, "often"], [1, "rarely"]])`. */
  readonly weighted: <A>(from: readonly [readonly [number, A], ...ReadonlyArray<readonly [number, A]>]) => A
}

/** The random choices of these words: the same for the same words. The generator is sfc32 (PractRand). */
export const randomBy = (...words: ReadonlyArray<string | number>): Random => {
  const hash = createHash("sha256").update(JSON.stringify(words)).digest()
  let [a, b, c, d] = [0, 4, 8, 12].map((at) => hash.readUInt32LE(at)) as [number, number, number, number]
  const next = (): number => {
    const sum = (a + b + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
  const below = (bound: number) => Math.floor(next() * bound)
  return {
    below,
    between: (min, max) => min + below(max - min + 1),
    chance: (probability) => next() < probability,
    pick: (from) => from[below(from.length)] ?? from[0],
    weighted: (from) => {
      let left = next() * from.reduce((sum, [weight]) => sum + weight, 0)
      return (from.find(([weight]) => (left -= weight) < 0) ?? from[0])[1]
    },
  }
}
