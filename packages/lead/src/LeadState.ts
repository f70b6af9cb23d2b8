import * as Schema from "effect/Schema"
import type { LeadStatus } from "./Lead.ts"

/**
 * The state of a lead as it is stored and counted: a {@link LeadStatus} whose `FAILED` is split in two.
 *
 * `RETRYING`: the last attempt failed and another one is scheduled. `PARKED`: a required field is missing and no
 * attempt is made. The Postgres type `lead_state` has the same values.
 */
export const LeadState = Schema.Literals([
  "RECEIVED",
  "READY",
  "RETRYING",
  "PARKED",
  "REJECTED",
  "DELIVERED",
  "PERMANENTLY_FAILED",
])
export type LeadState = typeof LeadState.Type

/** The status of each state, and whether a worker still has to process the lead. */
const states: Readonly<Record<LeadState, { readonly status: LeadStatus; readonly isOpen: boolean }>> = {
  RECEIVED: { status: "RECEIVED", isOpen: true },
  READY: { status: "READY", isOpen: true },
  RETRYING: { status: "FAILED", isOpen: true },
  PARKED: { status: "FAILED", isOpen: false },
  REJECTED: { status: "REJECTED", isOpen: false },
  DELIVERED: { status: "DELIVERED", isOpen: false },
  PERMANENTLY_FAILED: { status: "PERMANENTLY_FAILED", isOpen: false },
}

/** The states in which a worker still has to process the lead. */
export const openStates: ReadonlyArray<LeadState> = LeadState.literals.filter((state) => states[state].isOpen)

/** The states in which no work is left unless an operator replays the lead. */
export const settledStates: ReadonlyArray<LeadState> = LeadState.literals.filter(
  (state) => !states[state].isOpen,
)

/** The status that the API shows for a state: `statusOf("PARKED")` is `FAILED`. */
export const statusOf = (state: LeadState): LeadStatus => states[state].status

/**
 * The types of the events in a lead's history, and the meaning of each.
 *
 * `place` orders events with the same timestamp, cause before effect: one statement writes a decision, an attempt and
 * the events that follow from them.
 */
export const leadEvents = {
  received: { place: 0, meaning: "the webhook was stored" },
  ready: { place: 1, meaning: "the rules accepted the lead, and it was normalised and mapped" },
  rejected: { place: 1, meaning: "a rule rejected the lead" },
  parked: {
    place: 1,
    meaning: "a required field is missing: nothing is sent until an operator replays the lead",
  },
  attempt_opened: { place: 2, meaning: "an attempt went on record; from now on the customer may see it" },
  attempt_succeeded: { place: 3, meaning: "the customer took the lead" },
  attempt_failed: { place: 3, meaning: "the attempt failed; `fault` says whose fault it was" },
  attempt_outcome_unknown: { place: 3, meaning: "nobody saw how the attempt ended" },
  retry_scheduled: { place: 4, meaning: "another attempt follows at `next_attempt_at`" },
  delivered: { place: 4, meaning: "the lead is with the customer" },
  permanently_failed: { place: 4, meaning: "no attempt follows; `reason` says why" },
  attempt_withdrawn: { place: 5, meaning: "the attempt was not sent after all, and gave its number back" },
  held_back: { place: 5, meaning: "the customer's throttle let nothing through: the delivery waits for it" },
  snoozed: { place: 5, meaning: "the work failed for a reason of ours, and rests until `until`" },
  patched: {
    place: 5,
    meaning: "an operator changed the payload that the lead is decided on; the original stays",
  },
  replayed: { place: 5, meaning: "an operator sent the lead back to be decided again" },
} as const satisfies Readonly<Record<string, { readonly place: number; readonly meaning: string }>>

/** The type of an event that this release writes. A database may hold others, written by a newer release. */
export type LeadEventType = keyof typeof leadEvents

/** A transition from one state to another. */
export interface LeadTransition {
  readonly from: LeadState
  /** The event that the lead's history records for it. */
  readonly on: LeadEventType
  readonly to: LeadState
  /**
   * `usual`: made by a worker. `replay`: made by an operator. `late`: an attempt from before a replay, whose outcome
   * was unknown then, turns out to have succeeded; the customer has the lead, so it becomes `DELIVERED`.
   */
  readonly way: "usual" | "replay" | "late"
}

/** Every transition of a lead's state; no other happens. Drawn in `docs/states.md`. */
export const leadTransitions = [
  { from: "RECEIVED", on: "ready", to: "READY", way: "usual" },
  { from: "RECEIVED", on: "rejected", to: "REJECTED", way: "usual" },
  { from: "RECEIVED", on: "parked", to: "PARKED", way: "usual" },
  { from: "READY", on: "delivered", to: "DELIVERED", way: "usual" },
  { from: "READY", on: "retry_scheduled", to: "RETRYING", way: "usual" },
  { from: "READY", on: "permanently_failed", to: "PERMANENTLY_FAILED", way: "usual" },
  { from: "RETRYING", on: "delivered", to: "DELIVERED", way: "usual" },
  { from: "RETRYING", on: "retry_scheduled", to: "RETRYING", way: "usual" },
  { from: "RETRYING", on: "permanently_failed", to: "PERMANENTLY_FAILED", way: "usual" },
  { from: "PARKED", on: "replayed", to: "RECEIVED", way: "replay" },
  { from: "REJECTED", on: "replayed", to: "RECEIVED", way: "replay" },
  { from: "PERMANENTLY_FAILED", on: "replayed", to: "RECEIVED", way: "replay" },
  { from: "DELIVERED", on: "replayed", to: "RECEIVED", way: "replay" },
  { from: "RECEIVED", on: "delivered", to: "DELIVERED", way: "late" },
  { from: "PARKED", on: "delivered", to: "DELIVERED", way: "late" },
] as const satisfies ReadonlyArray<LeadTransition>

const after = (status: LeadStatus): ReadonlyArray<LeadStatus> => {
  const usual = leadTransitions.filter(({ from, way }) => way === "usual" && statusOf(from) === status)
  return [...new Set(usual.map(({ to }) => statusOf(to)))]
}

/** The statuses that follow each status by `usual` transitions. A status with none is terminal. */
export const transitions: Readonly<Record<LeadStatus, ReadonlyArray<LeadStatus>>> = {
  RECEIVED: after("RECEIVED"),
  REJECTED: after("REJECTED"),
  READY: after("READY"),
  DELIVERED: after("DELIVERED"),
  FAILED: after("FAILED"),
  PERMANENTLY_FAILED: after("PERMANENTLY_FAILED"),
}

/** Whether no `usual` transition leaves this status: `isTerminal("DELIVERED")` is true. */
export const isTerminal = (status: LeadStatus): boolean => transitions[status].length === 0
