import type { Frame } from "./program/Scope.ts"

/**
 * What a condition says of a payload, in Kleene's strong three-valued logic: it is unknown while a field is missing.
 *
 * The order of the numbers is the logic: `all` is the maximum, `any` the minimum, `not` the distance from
 * {@link Unmet}.
 */
export type Truth = 0 | 1 | 2

export const Met = 0
export const Unknown = 1
export const Unmet = 2

export const not = (truth: Truth): Truth => (Unmet - truth) as Truth

/** The truth of a condition that is either met or unmet. */
export const truthOf = (met: boolean): Truth => (met ? Met : Unmet)

/** Evaluates a condition on the value of a frame. */
export type Check = (frame: Frame) => Truth

/** The maximum of several truths: unmet as soon as one is. */
export const allCheck = (checks: ReadonlyArray<Check>): Check => {
  return (frame) => {
    let truth: Truth = Met
    for (const check of checks) {
      const next = check(frame)
      if (next === Unmet) return Unmet
      if (next > truth) truth = next
    }
    return truth
  }
}

/** The minimum of several truths: met as soon as one is. */
export const anyCheck = (checks: ReadonlyArray<Check>): Check => {
  return (frame) => {
    let truth: Truth = Unmet
    for (const check of checks) {
      const next = check(frame)
      if (next === Met) return Met
      if (next < truth) truth = next
    }
    return truth
  }
}

export const notCheck = (check: Check): Check => {
  return (frame) => not(check(frame))
}
