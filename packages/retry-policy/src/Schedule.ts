import { notCompiled } from "@lead-gateway/document-check"
import type { CompiledRetryPolicy } from "./CompiledRetryPolicy.ts"
import { spread } from "./internal/backoff.ts"
import { isCompiled } from "./internal/isCompiled.ts"
import { printMs } from "./RetryPolicy.ts"

/** When an attempt begins if those before it failed without a `Retry-After`. All times in milliseconds. */
export interface ScheduledAttempt {
  /** Its number, from 1. */
  readonly attempt: number
  /** The wait after the end of the previous attempt, without jitter; 0 for the first attempt. */
  readonly waitMs: number
  /** The shortest and the longest wait under jitter. */
  readonly earliestWaitMs: number
  readonly latestWaitMs: number
  /** The earliest and the latest start, counted from the first attempt, if attempts take no time. */
  readonly earliestStartMs: number
  readonly latestStartMs: number
}

/**
 * The attempts of a policy and their times, without `Retry-After`.
 *
 * Omits attempts that would start after `max_age` even with the shortest waits. No start is later than `max_age`. The default policy waits 0, 30, 60, 120 and 240 s and starts after 0, 30, 90, 210 and 450 s.
 */
export const schedule = (policy: CompiledRetryPolicy): ReadonlyArray<ScheduledAttempt> => {
  if (!isCompiled(policy)) throw notCompiled("schedule", "policy", policy, "compilePolicy")
  const { jitter, maxAgeMs, waitsMs } = policy
  const attempts: Array<ScheduledAttempt> = []
  let earliestStartMs = 0
  let latestStartMs = 0
  for (const [index, waitMs] of waitsMs.entries()) {
    const earliestWaitMs = spread(jitter, waitMs, 0)
    const latestWaitMs = spread(jitter, waitMs, 1)
    earliestStartMs += earliestWaitMs
    latestStartMs = Math.min(latestStartMs + latestWaitMs, maxAgeMs)
    if (earliestStartMs > maxAgeMs) break
    attempts.push({
      attempt: index + 1,
      waitMs,
      earliestWaitMs,
      latestWaitMs,
      earliestStartMs,
      latestStartMs,
    })
  }
  return attempts
}

/**
 * Prints a policy's schedule: a table of the attempts, and below it their number and further limits. Of many attempts
 * in a row with the same wait, only the first two and the last are there, and a line with `…` for the others.
 *
 * ```text
 * attempt  waits    starts after
 *       1  -        0s
 *       2  30s      30s
 *       3  1m       1m 30s
 *
 * 3 attempts, the last one 1m 30s after the first, plus the time that attempts take.
 * A Retry-After puts an attempt off by up to 1d.
 * ```
 */
export const printSchedule = (policy: CompiledRetryPolicy): string => {
  if (!isCompiled(policy)) throw notCompiled("printSchedule", "policy", policy, "compilePolicy")
  const attempts = schedule(policy)
  const rows = attempts.flatMap(({ attempt, ...times }, index) => {
    if (isOneOfMany(attempts, index))
      return isOneOfMany(attempts, index - 1) ? [] : [["…".padStart(heads[0].length)]]
    return [
      [
        `${attempt}`.padStart(heads[0].length),
        attempt === 1 ? "-" : printBounds(times.earliestWaitMs, times.latestWaitMs),
        printBounds(times.earliestStartMs, times.latestStartMs),
      ],
    ]
  })
  return [...table([heads, ...rows]), "", ...remarks(policy, attempts)].join("\n")
}

/** Whether an attempt is neither one of the first two nor the last of those in a row with the same wait. */
const isOneOfMany = (attempts: ReadonlyArray<ScheduledAttempt>, index: number): boolean =>
  index >= 2 && [-2, -1, 1].every((step) => attempts[index + step]?.waitMs === attempts[index]?.waitMs)

const heads = ["attempt", "waits", "starts after"] as const

const printBounds = (earliestMs: number, latestMs: number): string =>
  earliestMs === latestMs ? printMs(latestMs) : `${printMs(earliestMs)} to ${printMs(latestMs)}`

const table = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  )
}

const remarks = (
  { maxAgeMs, maxAttempts, retryAfterCapMs }: CompiledRetryPolicy,
  attempts: ReadonlyArray<ScheduledAttempt>,
): ReadonlyArray<string> => {
  const { earliestStartMs = 0, latestStartMs = 0 } = attempts.at(-1) ?? {}
  const count = attempts.length
  const last = `the last one ${printBounds(earliestStartMs, latestStartMs)} after the first`
  return [
    count === 1 ? "1 attempt." : `${count} attempts, ${last}, plus the time that attempts take.`,
    ...(maxAgeMs === Infinity ? [] : [`None starts later than ${printMs(maxAgeMs)} after the first.`]),
    ...(count < maxAttempts ? [`${maxAttempts - count} more would start too late.`] : []),
    retryAfterCapMs === 0
      ? "Retry-After is ignored."
      : `A Retry-After puts an attempt off by up to ${printMs(retryAfterCapMs)}.`,
  ]
}
