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
