import type { RetryPolicy } from "../RetryPolicy.ts"
import { msOf } from "./duration.ts"

/** The attempts that a policy allows; of a fixed list one more than its waits, unless it says otherwise. */
export const maxAttemptsOf = ({ backoff, max_attempts }: RetryPolicy): number =>
  max_attempts ?? (backoff.kind === "fixed" ? backoff.waits.length + 1 : 1)

/** What caps a backoff without a cap: growth goes on for ever, nobody waits for ever. */
export const defaultCap = "30d"

/** Whole milliseconds between the end of attempt n − 1 and attempt n, for attempts 1 (0), 2, … */
export const waitsOf = (policy: RetryPolicy): ReadonlyArray<number> => {
  const waitAt = growthOf(policy)
  return Array.from({ length: maxAttemptsOf(policy) }, (_, index) =>
    index === 0 ? 0 : Math.ceil(waitAt(index - 1)),
  )
}

/** The wait by its number, from 0. */
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
