/**
 * A lead's history: what people see of one lead, and how its events follow from the rows that every step leaves anyway.
 *
 * `LeadReader` returns it, and `internal/readHistory.ts` reads the rows. Nothing here asks the database.
 */
import {
  type Fault,
  type LeadEventType,
  leadEvents,
  type LeadId,
  type LeadState,
  type LeadStatus,
  type OmittedAttribute,
  type RejectionReason,
  type UnreadValue,
} from "@lead-gateway/lead"
import type { Json } from "@lead-gateway/lossless-json"

/** A lead in a list. */
export interface LeadSummary {
  readonly id: LeadId
  readonly receivedAt: Date
  readonly status: LeadStatus
  readonly rejectionReason: RejectionReason | null
}

/** One attempt to deliver. The response fields are null while it is open, and when no response came. */
export interface DeliveryAttempt {
  readonly attemptNo: number
  readonly attemptedAt: Date
  readonly success: boolean
  readonly statusCode: number | null
  /** Why it failed, or why the body of the response could not be read, also of a success. */
  readonly errorMessage: string | null
  /** From the request to the end of the response; null when the end was not observed. */
  readonly durationMs: number | null
  readonly fault: Fault | null
  /** The beginning of the customer's response. It may contain the lead's data. */
  readonly responseBody: string | null
  /** The customer's own reason, from the place in the response that the retry policy names. It may quote the lead. */
  readonly customerReason: string | null
}

/** One thing that happened to a lead. No personal data, but in the `patch` of an event `patched`. */
export interface LeadEvent {
  readonly at: Date
  /** One of `leadEvents`, or of a type that a newer release has written. */
  readonly type: LeadEventType | (string & {})
  readonly details: Json
}

/** Everything about one lead. Payloads hold personal data: show them to operators only. */
export interface LeadHistory extends LeadSummary {
  readonly correlationId: string
  /** An operator sent it as a test. */
  readonly isTest: boolean
  readonly rawPayload: Json
  readonly normalizedPayload: Json | null
  readonly customerPayload: Json | null
  readonly omittedAttributes: ReadonlyArray<OmittedAttribute>
  /** Values that could not be read as the kind that their field is declared to hold: they stayed as they came. */
  readonly unread: ReadonlyArray<UnreadValue>
  /** When the next attempt is due; null when none is scheduled or one is under way. */
  readonly nextAttemptAt: Date | null
  readonly deliveryAttempts: ReadonlyArray<DeliveryAttempt>
  readonly events: ReadonlyArray<LeadEvent>
  /** What the history does not have, because there is too much of it; null for nearly all leads. */
  readonly leftOut: LeftOut | null
}

/** How much of a history is left out: the oldest attempts and events. What a decision left out its event says. */
export interface LeftOut {
  readonly deliveryAttempts: number
  /** Bodies of which only the first 200 characters are there. */
  readonly responseBodies: number
  /** At least so many. */
  readonly events: number
}

/** A moment, in microseconds since 1970: as exact as Postgres has it, so that it sorts. */
export type Micros = number

/** A decision on a lead: one, and one more after each replay. */
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
  readonly fault: Fault | null
  /** The version of the retry policy that decided what follows. */
  readonly policy_version: string | null
  readonly retry_at: Micros | null
}

/**
 * An event that has a row of its own: `replayed`, `held_back`, `snoozed`, `attempt_withdrawn`, and what another row
 * said until it changed: `attempt_opened` of an attempt that was withdrawn, `attempt_outcome_unknown` of one whose
 * outcome became known, `permanently_failed` of a lead that was replayed.
 */
export interface EventRow {
  readonly at: Micros
  /** One of `leadEvents`, or of a type that a newer release has written. */
  readonly type: LeadEventType | (string & {})
  readonly details: Json
}

/** A change of the payload by an operator. */
export interface PatchRow {
  readonly at: Micros
  /** The replay request that made it. */
  readonly request: string
  readonly by: string
  readonly via: string
  /** An RFC 7396 merge patch. Personal data. */
  readonly patch: Json
}

/** The rows that a lead's events are composed of. */
export interface StoryRows {
  readonly received_at: Micros
  readonly decisions: ReadonlyArray<DecisionRow>
  readonly attempts: ReadonlyArray<AttemptRow>
  readonly events: ReadonlyArray<EventRow>
  /** None by default. */
  readonly patches?: ReadonlyArray<PatchRow>
  /** The state in which the lead ended or is parked; null while work is left. */
  readonly settled: { readonly at: Micros; readonly state: LeadState; readonly reason: string | null } | null
}

/**
 * Composes the events of a lead from its rows, in order of time.
 *
 * Events of the same moment were written by one statement. They are ordered by their `place` in `leadEvents`: a cause
 * comes before its effect.
 */
export const composeEvents = (rows: StoryRows): ReadonlyArray<LeadEvent> =>
  [
    eventOf("received", rows.received_at),
    ...rows.decisions.map(({ decided_at, details, verdict }) =>
      eventOf(decisionEvents[verdict], decided_at, details),
    ),
    ...rows.attempts.flatMap((attempt) => attemptEvents(attempt, rows.attempts)),
    ...rows.events,
    ...(rows.patches ?? []).map(({ at, ...details }) => eventOf("patched", at, details)),
    ...endEvent(rows.settled),
  ]
    .sort((a, b) => a.at - b.at || placeOf(a) - placeOf(b))
    .map(({ at, details, type }) => ({ at: dateOf(at), type, details }))

const eventOf = (type: LeadEventType, at: Micros, details: Json = {}): EventRow => ({ at, type, details })

const decisionEvents = {
  READY: "ready",
  REJECTED: "rejected",
  PARKED: "parked",
} as const satisfies Record<DecisionRow["verdict"], LeadEventType>

const places: Readonly<Record<string, { readonly place: number }>> = leadEvents

/** Events of types that this release does not know come last. */
const placeOf = ({ type }: EventRow): number => places[type]?.place ?? Number.POSITIVE_INFINITY

const attemptEvents = (attempt: AttemptRow, all: ReadonlyArray<AttemptRow>): ReadonlyArray<EventRow> => {
  const { attempt_no, ended_at, fault, is_probe, policy_version, response_status, retry_at } = attempt
  const opened = eventOf("attempt_opened", attempt.requested_at, {
    attempt_no,
    ...(is_probe && { probe: true }),
  })
  if (ended_at === null) return [opened]
  const ended = eventOf(outcomeOf(attempt), ended_at, {
    attempt_no,
    ...(response_status !== null && { status_code: response_status }),
    ...(fault !== null && { fault }),
    ...(policy_version !== null && !attempt.success && { policy: policy_version }),
  })
  // The outcome came late: the retry had already been scheduled, and the next attempt was under way.
  const isOvertaken = all.some((later) => later.attempt_no > attempt_no && later.requested_at <= ended_at)
  if (retry_at === null || attempt.success || isOvertaken) return [opened, ended]
  return [opened, ended, eventOf("retry_scheduled", ended_at, { next_attempt_at: timestamp(retry_at) })]
}

const outcomeOf = ({ outcome_unknown, success }: AttemptRow): LeadEventType => {
  if (outcome_unknown) return "attempt_outcome_unknown"
  return success ? "attempt_succeeded" : "attempt_failed"
}

/** A lead that was rejected or parked has no event of its own for it: its decision is one. */
const endEvent = (settled: StoryRows["settled"]): ReadonlyArray<EventRow> => {
  if (settled?.state !== "DELIVERED" && settled?.state !== "PERMANENTLY_FAILED") return []
  const type = settled.state === "DELIVERED" ? "delivered" : "permanently_failed"
  return [eventOf(type, settled.at, settled.reason === null ? {} : { reason: settled.reason })]
}

/** A moment as a `Date`, which has milliseconds. */
export const dateOf = (moment: Micros): Date => new Date(Math.floor(moment / 1000))

/** As times are written on the wire: `2026-01-21T10:35:00Z`. */
const timestamp = (moment: Micros): string => dateOf(moment).toISOString().replace(".000Z", "Z")
