import { timingSafeEqual } from "node:crypto"

/**
 * Whether one of the known values is one of the candidates. All have the same length.
 *
 * Every one is compared with every other, whichever is equal, so that the time tells nothing of secrets.
 */
export const compareAll = (
  known: ReadonlyArray<Uint8Array>,
  candidates: ReadonlyArray<Uint8Array>,
  isEqual: (a: Uint8Array, b: Uint8Array) => boolean = timingSafeEqual,
): boolean => {
  let matches = 0
  for (const one of known) for (const candidate of candidates) matches |= Number(isEqual(one, candidate))
  return matches !== 0
}
