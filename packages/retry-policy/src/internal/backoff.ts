import { msOf, type RetryPolicy } from "../RetryPolicy.ts"

/** The most attempts of a policy: `max_attempts`, or for a fixed list by default one more than its waits. */
export const maxAttemptsOf = ({ backoff, max_attempts }: RetryPolicy): number =>
  max_attempts ?? (backoff.kind === "fixed" ? backoff.waits.length + 1 : 1)

/** The cap of an exponential or linear backoff that names none. */
export const defaultCap = "30d"

/** Whole milliseconds between the end of attempt n − 1 and attempt n, for attempts 1 (0), 2, … */
export const waitsOf = (policy: RetryPolicy): ReadonlyArray<number> => {
  const waitAt = growthOf(policy)
  return Array.from({ length: maxAttemptsOf(policy) }, (_, index) =>
    index === 0 ? 0 : Math.ceil(waitAt(index - 1)),
  )
}

/** The wait as a function of its number, from 0, before rounding. */
const growthOf = ({ backoff, cap = defaultCap }: RetryPolicy): ((index: number) => number) => {
  if (backoff.kind === "fixed") {
    const waits = backoff.waits.map(msOf)
    return (index) => waits[Math.min(index, waits.length - 1)] ?? 0
  }
  const capMs = msOf(cap)
  const baseMs = msOf(backoff.base)
  if (backoff.kind === "linear") {
    const stepMs = msOf(backoff.step)
    return (index) => Math.min(baseMs + stepMs * index, capMs)
  }
  const { factor = 2 } = backoff
  return (index) => Math.min(baseMs * factor ** index, capMs)
}

/** How waits are randomised. */
export type Jitter = "none" | "full" | "equal"

/**
 * Applies jitter to a wait, in whole milliseconds: `random` from 0 for the shortest wait to 1 for the longest. Full and
 * equal jitter are those of "Exponential Backoff and Jitter" (AWS Architecture Blog, 2015). `random` is clamped to these
 * bounds; `NaN` counts as 1.
 */
export const spread = (jitter: Jitter, waitMs: number, random: number): number => {
  const share = Number.isNaN(random) ? 1 : Math.min(Math.max(random, 0), 1)
  switch (jitter) {
    case "none":
      return waitMs
    case "full":
      return Math.ceil(waitMs * share)
    case "equal":
      return Math.ceil(waitMs / 2 + (waitMs / 2) * share)
  }
}
