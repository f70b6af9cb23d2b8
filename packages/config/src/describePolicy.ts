/** What a retry policy does, on one line of the log: its waits, its age, what it retries. */
import { classify, type CompiledRetryPolicy, type Outcome, schedule } from "@lead-gateway/retry-policy"
import { Duration, Effect } from "effect"

/** A policy in short texts, for people. */
export interface PolicyDescription {
  readonly policy: string
  readonly attempts: number
  /** The waits before attempts 2, 3 and so on, such as `30s, 1m, 2m, 4m`; `none` for a single attempt. */
  readonly waits: string
  readonly max_age: string
  /** Such as `429, 500-599, no answer; 409 after an attempt that nobody saw`. */
  readonly retried: string
}

/** Describes a policy. What rows say of bodies and content types is left out. */
export const describePolicy = (policy: CompiledRetryPolicy): PolicyDescription => {
  const attempts = schedule(policy)
  const waits = attempts
    .slice(1)
    .map(({ earliestWaitMs, latestWaitMs }) => between(earliestWaitMs, latestWaitMs))
  return {
    policy: policy.version ?? "unnamed",
    attempts: attempts.length,
    waits: waits.length === 0 ? "none" : waitsText(waits),
    max_age: policy.maxAgeMs === Infinity ? "none" : duration(policy.maxAgeMs),
    retried: retriedText(policy),
  }
}

/** Logs what a policy does, once, when a worker starts. */
export const logPolicy = (policy: CompiledRetryPolicy): Effect.Effect<void> =>
  Effect.annotateLogs(Effect.logInfo("retry policy"), { ...describePolicy(policy) })

const duration = (ms: number): string => Duration.format(Duration.millis(ms))

const between = (earliestMs: number, latestMs: number): string =>
  earliestMs === latestMs ? duration(latestMs) : `${duration(earliestMs)} to ${duration(latestMs)}`

/** A policy may have a thousand attempts: the first of them show how the waits grow. */
const waitsText = (waits: ReadonlyArray<string>): string =>
  waits.length <= 10 ? waits.join(", ") : `${waits.slice(0, 9).join(", ")} … ${waits.at(-1)}`

const statuses = Array.from({ length: 400 }, (_, index) => 200 + index)

const retriedText = (policy: CompiledRetryPolicy): string => {
  const isRetried = (outcome: Outcome, before?: "unseen") =>
    classify(policy, outcome, before).means === "retry"
  const answered = (status: number): Outcome => ({ _tag: "Answered", status })
  const always = statuses.filter((status) => isRetried(answered(status)))
  const others = statuses.filter((status) => !always.includes(status))
  const asked = others.filter((status) => isRetried({ _tag: "Answered", status, retryAfter: "1" }))
  const unseen = others.filter((status) => !asked.includes(status) && isRetried(answered(status), "unseen"))
  const noAnswer = [{ _tag: "TimedOut" } as const, { _tag: "Unreachable", kind: "reset" } as const]
  return [
    [...ranges(always), ...(noAnswer.every((outcome) => isRetried(outcome)) ? ["no answer"] : [])].join(", "),
    ...(asked.length === 0 ? [] : [`${ranges(asked).join(", ")} with a Retry-After`]),
    ...(unseen.length === 0 ? [] : [`${ranges(unseen).join(", ")} after an attempt that nobody saw`]),
  ].join("; ")
}

/** Statuses in ascending order, as `429` or `500-599`. */
const ranges = (of: ReadonlyArray<number>): ReadonlyArray<string> => {
  const found: Array<[from: number, to: number]> = []
  for (const status of of) {
    const last = found.at(-1)
    if (last !== undefined && last[1] === status - 1) last[1] = status
    else found.push([status, status])
  }
  return found.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`))
}
