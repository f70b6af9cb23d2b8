import { notCompiled, wrongCall } from "@lead-gateway/document-check"
import type { Classification } from "./Classification.ts"
import { AnswerBody } from "./internal/AnswerBody.ts"
import { isCompiled } from "./internal/isCompiled.ts"
import { isReadable } from "./internal/retryAfter.ts"
import type { Case, ClassificationTable, Conditions } from "./internal/table.ts"
import type { Answered, Outcome } from "./Outcome.ts"

/**
 * Classifies an outcome by the first row of the policy whose conditions hold, else by the default table:
 *
 * | outcome | by the default table | fault | health | because |
 * |---|---|---|---|---|
 * | 2xx | delivered | none | `success` | |
 * | 409 after an attempt that nobody saw | retry | `customer` | `rejected` | it may still be at work on that attempt |
 * | 400, 409, 413, 422 | give up | `lead` | `rejected` | it is about the content of this lead; another one may be accepted |
 * | 429 | retry | `customer` | `rejected` | a quota: it is up, and busy |
 * | 3xx, 401, 403, 404, 410 | give up | `customer` | `unavailable` | address or token: any lead would fail |
 * | other 4xx | give up | `customer` | `rejected` | |
 * | 5xx, and any status from 600 to 999 | retry | `customer` | `unavailable` | the API is broken |
 * | unreachable, timed out | retry | `customer` | `unavailable` | the API is down |
 * | not sent, unsendable | retry | `ours` | `unknown` | our configuration is wrong |
 * | outcome unknown | retry | `ours` | `unknown` | a worker died |
 *
 * `before` is `"unseen"` if an earlier attempt of the same delivery ended so that nobody saw its outcome, see `isUnseen`.
 * An answer whose status is no integer from 200 to 999 is the network error `protocol`: 1xx does not end an exchange.
 * The body is parsed at most once, and only if a row that lists the status looks into it.
 *
 * Total for outcomes: any other value is classified like `OutcomeUnknown`. A policy that was not compiled is a
 * `TypeError`, and so is any other `before`.
 */
export const classify = (
  policy: { readonly classification: ClassificationTable },
  outcome: Outcome,
  before?: "unseen",
): Classification => {
  if (!isCompiled(policy)) throw notCompiled("classify", "policy", policy, "compilePolicy")
  if (!isBefore(before)) throw wrongCall("classify", "before", before, beforeExpected)
  return classified(policy.classification, outcome, before)
}

/** Whether a value says what went before. Null stands for nothing, as it does for the numbers of `decide`. */
export const isBefore = (before: unknown): boolean =>
  before === undefined || before === "unseen" || before === null

export const beforeExpected = '"unseen" or nothing'

/** {@link classify} without the check of the call. */
export const classified = (
  table: ClassificationTable,
  outcome: Outcome,
  before: "unseen" | undefined,
): Classification => {
  try {
    return classificationIn(caseOf(table, outcome), outcome, before)
  } catch {
    // A getter or a proxy that throws is no outcome.
    return classificationIn(table.outcomeUnknown, undefined, before)
  }
}

const caseOf = (table: ClassificationTable, outcome: Outcome): Case => {
  switch (outcome?._tag) {
    case "Answered":
      return (
        (typeof outcome.status === "number" ? table.statuses[outcome.status - 200] : undefined) ??
        table.protocol
      )
    case "Unreachable":
      return table.errors.get(outcome.kind) ?? table.unreachable
    case "TimedOut":
      return table.timeout
    case "NotSent":
    case "AddressRefused":
      return table.notSent
    default:
      return table.outcomeUnknown
  }
}

/** The ordinary case needs no body: no row for this outcome asks for more than the outcome. */
const classificationIn = (
  first: Case,
  outcome: Outcome | undefined,
  before: "unseen" | undefined,
): Classification =>
  first.conditions === undefined && first.reason === undefined
    ? first.classification
    : firstThatHolds(first, outcome, before)

const firstThatHolds = (
  first: Case,
  outcome: Outcome | undefined,
  before: "unseen" | undefined,
): Classification => {
  const answer = outcome?._tag === "Answered" ? outcome : undefined
  let body: AnswerBody | undefined
  const bodyOf = (answer: Answered): AnswerBody => (body ??= new AnswerBody(answer))
  let found = first
  while (found.conditions !== undefined && !hold(found.conditions, before, answer, bodyOf)) {
    if (found.otherwise === undefined) break
    found = found.otherwise
  }
  if (found.reason === undefined || answer === undefined) return found.classification
  const reason = bodyOf(answer).textAt(found.reason)
  return reason === undefined ? found.classification : { ...found.classification, reason }
}

const hold = (
  { body, contentTypes, isAfterUnseen, needsRetryAfter }: Conditions,
  before: "unseen" | undefined,
  answer: Answered | undefined,
  bodyOf: (answer: Answered) => AnswerBody,
): boolean =>
  (!isAfterUnseen || before === "unseen") &&
  (!needsRetryAfter || isReadable(answer?.retryAfter)) &&
  (contentTypes === undefined || isOneOf(contentTypes, answer?.contentType)) &&
  (body === undefined || (answer !== undefined && bodyOf(answer).meets(body)))

/** Whether a header names one of these types: case and parameters do not count (RFC 9110, section 8.3.1). */
const isOneOf = (types: ReadonlySet<string>, header: unknown): boolean => {
  if (typeof header !== "string") return false
  const type = (header.split(/[;,]/, 1)[0] ?? "").trim().toLowerCase()
  return types.has(type) || types.has(type.slice(0, type.indexOf("/") + 1))
}
