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

/** An event that has a row of its own: `replayed`, `held_back`, `snoozed`, `attempt_withdrawn` … */
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
 * In order of time; what one statement wrote, and so may have one time, by cause before effect: received, decided,
 * attempt opened, its outcome, what followed from it. An end that a replay has undone has an event row of its own.
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
    ...[...rows.events, ...endEvent(rows.settled)].map((event) => placed(event, rows)),
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

/**
 * An end follows the outcome that it came from. Both were written by one statement, in either order; so an end takes
 * the time of the nearest such outcome that a statement's length can have parted it from, between the same replays.
 */
const placed = (event: EventRow, { attempts, events }: StoryRows): Ranked => {
  if (event.type !== "delivered" && event.type !== "permanently_failed") return { ...event, rank: 5 }
  const distance = (moment: Micros) => Math.abs(moment - event.at)
  const replays = events.flatMap(({ at, type }) => (type === "replayed" ? [at] : []))
  const start = Math.max(-Infinity, ...replays.filter((at) => at <= event.at))
  const end = Math.min(Infinity, ...replays.filter((at) => at > event.at))
  const nearest = attempts
    .flatMap(({ ended_at, success }) =>
      ended_at !== null && success === (event.type === "delivered") ? [ended_at] : [],
    )
    .filter((moment) => moment > start && moment < end)
    .reduce((best, moment) => (distance(moment) < distance(best) ? moment : best), Infinity)
  return { ...event, rank: 4, at: distance(nearest) <= longestStatement ? nearest : event.at }
}

/** Postgres cancels a statement that takes longer. */
const longestStatement: Micros = 30_000_000

/** A moment as a `Date`, which has milliseconds. */
export const dateOf = (moment: Micros): Date => new Date(Math.floor(moment / 1000))

/** As times are written on the wire: `2026-01-21T10:35:00Z`. */
const timestamp = (moment: Micros): string => dateOf(moment).toISOString().replace(".000Z", "Z")
