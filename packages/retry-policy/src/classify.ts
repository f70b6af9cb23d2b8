import type { Classification } from "./Classification.ts"
import type { CompiledRetryPolicy } from "./CompiledRetryPolicy.ts"
import type { Outcome } from "./Outcome.ts"

/**
 * Says what an outcome means by a policy's classification: the first of its rows that has the outcome decides,
 * else the default table.
 *
 * | outcome | by the default table | fault | because |
 * |---|---|---|---|
 * | 2xx | delivered | none | |
 * | 400, 409, 413, 422 | give up | `lead` | it is about this lead's content; another lead may well pass |
 * | 429 | retry | `customer` | a quota: any lead would fail |
 * | other 3xx and 4xx, such as 301, 401, 404 | give up | `customer` | address or token: any lead would fail |
 * | 5xx, and what is no final status at all (1xx, below 100, from 600) | retry | `customer` | the API is broken |
 * | unreachable, timed out | retry | `customer` | the API is down |
 * | not sent | retry | `ours` | our configuration is wrong |
 * | outcome unknown | retry | `ours` | a worker died |
 *
 * Total: what is no outcome at all is taken for one that is unknown.
 */
export const classify = ({ classification }: CompiledRetryPolicy, outcome: Outcome): Classification => {
  switch (outcome?._tag) {
    case "Answered":
      return classification.statuses.get(outcome.status) ?? classification.anyStatus
    case "Unreachable":
      return classification.errors.get(outcome.kind) ?? classification.unreachable
    case "TimedOut":
      return classification.timeout
    case "NotSent":
      return classification.notSent
    default:
      return classification.outcomeUnknown
  }
}
