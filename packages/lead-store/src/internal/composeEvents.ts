import type { Json } from "@lead-gateway/lossless-json"
import type { LeadEvent } from "../LeadHistory.ts"

/** A moment, in microseconds since 1970: as exact as Postgres has it, so that it sorts. */
export type Micros = number

/** What was decided on a lead, once for each time. */
export interface DecisionRow {
  readonly decided_at: Micros
  readonly verdict: "READY" | "REJECTED" | "PARKED"
  readonly details: Json
}

/** An attempt: one on record, or the open one (`ended_at` null). */
export interface AttemptRow {
  readonly attempt_no: number
  readonly requested_at: Micros
  readonly ended_at: Micros | null
  readonly success: boolean
  readonly outcome_unknown: boolean
  readonly is_probe: boolean
  readonly response_status: number | null
  readonly fault: "lead" | "customer" | "ours" | null
  readonly retry_at: Micros | null
}

/**
 * An event that has a row of its own: `replayed`, `held_back`, `snoozed`, `attempt_withdrawn` …, and what another row
 * said once: `attempt_opened` of an attempt that was withdrawn, `attempt_outcome_unknown` of one whose outcome became
 * known, `permanently_failed` of a lead that was replayed.
 */
export interface EventRow {
  readonly at: Micros
  readonly type: string
  readonly details: Json
}

/** The rows that a lead's story follows from. */
export interface StoryRows {
  readonly received_at: Micros
  readonly decisions: ReadonlyArray<DecisionRow>
  readonly attempts: ReadonlyArray<AttemptRow>
  readonly events: ReadonlyArray<EventRow>
  /** Where the lead has come to rest; null while something is left to do. */
  readonly settled: { readonly at: Micros; readonly state: string; readonly reason: string | null } | null
}

/**
 * Tells what happened to a lead, in order, from the rows that every step left anyway.
 *
 * In order of time; what one statement wrote, and so has one time, by cause before effect: received, decided, attempt
 * opened, its outcome, what followed from it.
 */
export const composeEvents = (rows: StoryRows): ReadonlyArray<LeadEvent> =>
  [
    { rank: 0, at: rows.received_at, type: "received", details: {} },
    ...rows.decisions.map(({ decided_at, details, verdict }) => ({
      rank: 1,
      at: decided_at,
      type: verdict.toLowerCase(),
      details,
    })),
    ...rows.attempts.flatMap((attempt) => attemptEvents(attempt, rows.attempts)),
    ...[...rows.events, ...endEvent(rows.settled)].map((event) => ({ ...event, rank: rankOf(event.type) })),
  ]
    .sort((a, b) => a.at - b.at || a.rank - b.rank)
    .map(({ at, details, type }) => ({ at: dateOf(at), type, details }))

interface Ranked extends EventRow {
  readonly rank: number
}

const attemptEvents = (attempt: AttemptRow, all: ReadonlyArray<AttemptRow>): ReadonlyArray<Ranked> => {
  const { attempt_no, ended_at, fault, is_probe, response_status, retry_at } = attempt
  const opened: Ranked = {
    rank: 2,
    at: attempt.requested_at,
    type: "attempt_opened",
    details: { attempt_no, ...(is_probe && { probe: true }) },
  }
  if (ended_at === null) return [opened]
  const ended: Ranked = {
    rank: 3,
    at: ended_at,
    type: outcomeOf(attempt),
    details: {
      attempt_no,
      ...(response_status !== null && { status_code: response_status }),
      ...(fault !== null && { fault }),
    },
  }
  // The outcome came late: the retry had been scheduled before it, and the next attempt was under way.
  const isOvertaken = all.some((later) => later.attempt_no > attempt_no && later.requested_at <= ended_at)
  if (retry_at === null || attempt.success || isOvertaken) return [opened, ended]
  return [
    opened,
    ended,
    { rank: 4, at: ended_at, type: "retry_scheduled", details: { next_attempt_at: timestamp(retry_at) } },
  ]
}

const outcomeOf = ({ outcome_unknown, success }: AttemptRow): string => {
  if (outcome_unknown) return "attempt_outcome_unknown"
  return success ? "attempt_succeeded" : "attempt_failed"
}

/** Whoever was rejected or parked has that told by the decision. */
const endEvent = (settled: StoryRows["settled"]): ReadonlyArray<EventRow> => {
  if (settled?.state !== "DELIVERED" && settled?.state !== "PERMANENTLY_FAILED") return []
  const details = settled.reason === null ? {} : { reason: settled.reason }
  return [{ at: settled.at, type: settled.state.toLowerCase(), details }]
}

/** What an event of a row of its own follows among those of one moment. */
const rankOf = (type: string): number => {
  switch (type) {
    case "attempt_opened":
      return 2
    case "attempt_outcome_unknown":
      return 3
    case "delivered":
    case "permanently_failed":
      return 4
    default:
      return 5
  }
}

/** A moment as a `Date`, which has milliseconds. */
export const dateOf = (moment: Micros): Date => new Date(Math.floor(moment / 1000))

/** As times are written on the wire: `2026-01-21T10:35:00Z`. */
const timestamp = (moment: Micros): string => dateOf(moment).toISOString().replace(".000Z", "Z")
