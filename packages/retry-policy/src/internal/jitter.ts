/** How chance spreads the waits. */
export type Jitter = "none" | "full" | "equal"

/**
 * The wait that chance makes of a wait, in whole milliseconds: `random` is its place, from 0 for the earliest to
 * 1 for the latest. Full and equal jitter are those of "Exponential Backoff and Jitter" (AWS Architecture Blog,
 * 2015). What is out of these bounds is brought back into them, and what is no number waits longest.
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
