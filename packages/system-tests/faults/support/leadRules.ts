/**
 * The invariants that hold for each lead under every fault. Each rule returns its violations.
 */
import type { LeadFacts } from "./Facts.ts"
import type { AttemptRow } from "./Rows.ts"

const isSuccess = (status: number | undefined | null) =>
  status !== undefined && status !== null && status >= 200 && status < 300

/** Times of the customer and of Postgres, both of one machine, differ by rounding. */
const roundingMs = 2

/** The customer may notice the end of one connection and the next request together, in any order. */
const noticedTogetherMs = 100

/** Whether the attempt was ever completed as unknown, even if its outcome was recorded later. */
export const wasUnknown = (lead: LeadFacts, attempt: AttemptRow): boolean =>
  attempt.unknown ||
  lead.events.some((event) => event.type === "attempt_outcome_unknown" && event.attemptNo === attempt.no)

/** The longest stall of the customer process that overlaps this period. */
const stalledMs = ({ stalls }: LeadFacts, from: number, to: number): number =>
  Math.max(0, ...stalls.filter((one) => one.to >= from && one.from <= to).map((one) => one.to - one.from))

const pairs = <A>(list: ReadonlyArray<A>): ReadonlyArray<readonly [A, A]> =>
  list.flatMap((one, index) => {
    const next = list[index + 1]
    return next === undefined ? [] : [[one, next] as const]
  })

/** An attempt is recorded before its request reaches the customer. */
export const onRecordBefore = ({ attempts, exchanges }: LeadFacts): ReadonlyArray<string> =>
  exchanges.flatMap((exchange, index) => {
    const opened = attempts.filter((attempt) => attempt.requestedAt <= exchange.at + roundingMs).length
    return opened > index ? [] : [`request ${index + 1} came when ${opened} attempts were on record`]
  })

/** No two attempts overlap; an unknown attempt may be completed late, when its outcome is recorded. */
export const oneOwner = (lead: LeadFacts): ReadonlyArray<string> => [
  ...pairs(lead.attempts).flatMap(([before, after]) =>
    wasUnknown(lead, before) || (before.endedAt !== null && before.endedAt <= after.requestedAt)
      ? []
      : [`attempt ${after.no} was opened before attempt ${before.no} had ended`],
  ),
  ...pairs(lead.exchanges).flatMap(([before, after], index) => {
    // A request may be read late, even after the one that followed it: then it is over at once.
    const over = Math.min(before.closedAt ?? Infinity, after.closedAt ?? Infinity)
    const together = over - Math.max(before.at, after.at)
    return together <= noticedTogetherMs + stalledMs(lead, before.at, over)
      ? []
      : [`the customer had requests ${index + 1} and ${index + 2} open together for ${together} ms`]
  }),
  ...(lead.attempts.every((attempt, index) => attempt.no === index + 1)
    ? []
    : ["its attempts are not numbered 1, 2, 3"]),
]

/** While workers and Postgres are up, every outcome is recorded. */
export const allIsSeen = (lead: LeadFacts): ReadonlyArray<string> =>
  lead.attempts
    .filter((attempt) => wasUnknown(lead, attempt))
    .map(({ no }) => `attempt ${no} has an unknown outcome, though nobody was away`)

/** After a success that we saw, nothing is sent any more. */
export const nothingAfterSuccess = ({ attempts }: LeadFacts): ReadonlyArray<string> => {
  const ends = attempts.flatMap((attempt) =>
    attempt.success && attempt.endedAt !== null ? [attempt.endedAt] : [],
  )
  const first = Math.min(...ends)
  return attempts.flatMap((attempt) =>
    attempt.requestedAt > first ? [`attempt ${attempt.no} was opened after a success was on record`] : [],
  )
}

/** All requests of a lead carry one key and the same bytes. */
export const sameRequest = ({ exchanges }: LeadFacts): ReadonlyArray<string> => [
  ...(new Set(exchanges.map((exchange) => exchange.idempotencyKey)).size > 1 ? ["several keys"] : []),
  ...(exchanges.some((exchange) => exchange.idempotencyKey === "") ? ["a request without a key"] : []),
  ...(new Set(exchanges.map((exchange) => exchange.body)).size > 1 ? ["several bodies"] : []),
]

/** An answer on record is one that the customer gave, and as often. */
export const answersAreReal = ({ attempts, exchanges }: LeadFacts): ReadonlyArray<string> => {
  const given = exchanges.map((exchange) => exchange.status)
  return attempts.flatMap(({ no, status }) => {
    if (status === null) return []
    const index = given.indexOf(status)
    if (index < 0) return [`attempt ${no} records ${status}, which the customer did not answer`]
    given.splice(index, 1)
    return []
  })
}

const terminal = ["DELIVERED", "REJECTED", "PERMANENTLY_FAILED"]

/** A terminal status is never left: afterwards only outcomes come, and no attempt is opened. */
export const terminalIsFinal = ({ attempts, row }: LeadFacts): ReadonlyArray<string> => {
  const { endedAt } = row
  if (terminal.includes(row.status) !== (endedAt !== null)) {
    return [endedAt === null ? `it is ${row.status} and has no end` : `it has ended and is ${row.status}`]
  }
  return attempts
    .filter((attempt) => endedAt !== null && attempt.requestedAt > endedAt)
    .map(({ no }) => `attempt ${no} was opened after the lead had ended`)
}

/** A lead ends as its payload and its attempts say. */
export const endsAsItMust = (lead: LeadFacts): ReadonlyArray<string> => {
  const { attempts, exchanges, row, sent } = lead
  const succeeded = attempts.some((attempt) => attempt.success)
  const had = exchanges.some((exchange) => isSuccess(exchange.status))
  const state = `${row.status} (${row.reason ?? "no reason"})`
  if (row.status === "DELIVERED") {
    return [
      ...(succeeded ? [] : ["DELIVERED without an attempt that succeeded"]),
      ...(had ? [] : ["DELIVERED, and the customer never answered 2xx"]),
      ...(sent === undefined || sent.expected === "DELIVERED"
        ? []
        : [`DELIVERED instead of ${sent.expected}`]),
    ]
  }
  if (succeeded) return [`${state}, though an attempt succeeded`]
  if (sent === undefined) return []
  switch (sent.expected) {
    case "REJECTED":
    case "PARKED":
      return [
        ...(row.status === (sent.expected === "PARKED" ? "FAILED" : "REJECTED")
          ? []
          : [`${state} instead of ${sent.expected}`]),
        ...(attempts.length + exchanges.length === 0 ? [] : ["an attempt for a lead that is not to be sent"]),
      ]
    case "DELIVERED":
      return [`${state} instead of DELIVERED`]
  }
}

/** Why a lead was sent once more. */
export type Cause = "answered with failure" | "outcome unknown" | "timeout or reset" | "no cause"

/** The causes of a lead's further requests, one for each request after the first. */
export const causesOfRepeats = (lead: LeadFacts): ReadonlyArray<Cause> => {
  const reasons = lead.attempts.flatMap((attempt): ReadonlyArray<Cause> => {
    if (wasUnknown(lead, attempt)) return ["outcome unknown"]
    if (attempt.success) return []
    return attempt.status === null ? ["timeout or reset"] : ["answered with failure"]
  })
  return lead.exchanges.slice(1).map((_, index) => reasons[index] ?? "no cause")
}
