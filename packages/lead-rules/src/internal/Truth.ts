/**
 * What a condition says of a payload, by strong Kleene logic: `Missing` is "cannot be told".
 *
 * The numbers are the logic: `all` is the largest, `any` the smallest, `not` the distance from {@link Unmet}.
 */
export type Truth = 0 | 1 | 2

export const Met = 0
export const Missing = 1
export const Unmet = 2

export const not = (truth: Truth): Truth => (Unmet - truth) as Truth

/** Of what is either met or not. */
export const truthOf = (met: boolean): Truth => (met ? Met : Unmet)
