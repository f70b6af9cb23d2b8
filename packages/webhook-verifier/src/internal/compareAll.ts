import { timingSafeEqual } from "node:crypto"

/**
 * The place of the first known value that is one of the candidates, or -1. All have the same length.
 *
 * Every one is compared with every other, whichever is equal, so that the time tells nothing of secrets.
 */
export const compareAll = (
  known: ReadonlyArray<Uint8Array>,
  candidates: ReadonlyArray<Uint8Array>,
  isEqual: (a: Uint8Array, b: Uint8Array) => boolean = timingSafeEqual,
): number => {
  let number = 0
  for (const [index, one] of known.entries()) {
    let matches = 0
    for (const candidate of candidates) matches |= Number(isEqual(one, candidate))
    number += (index + 1) * matches * Number(number === 0)
  }
  return number - 1
}
