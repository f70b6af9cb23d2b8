import { Schema } from "effect"
import type { LeadEventType } from "./LeadEvent.ts"
import type { LeadStatus } from "./LeadStatus.ts"

/**
 * Where a lead stands, as it is stored and counted: a {@link LeadStatus} whose `FAILED` is split in two.
 *
 * `RETRYING`: the last attempt failed and another one is scheduled. `PARKED`: a required field is missing and no
 * attempt is made. In the database it is the type `lead_state`.
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

/** The status of each state, and whether somebody must still do something for the lead. */
const states: Readonly<Record<LeadState, { readonly status: LeadStatus; readonly isOpen: boolean }>> = {
  RECEIVED: { status: "RECEIVED", isOpen: true },
  READY: { status: "READY", isOpen: true },
  RETRYING: { status: "FAILED", isOpen: true },
  PARKED: { status: "FAILED", isOpen: false },
  REJECTED: { status: "REJECTED", isOpen: false },
  DELIVERED: { status: "DELIVERED", isOpen: false },
  PERMANENTLY_FAILED: { status: "PERMANENTLY_FAILED", isOpen: false },
}

/** The states in which somebody must still do something for the lead. */
export const openStates: ReadonlyArray<LeadState> = LeadState.literals.filter((state) => states[state].isOpen)

/** The states in which nothing is left to do, unless an operator replays the lead. */
export const settledStates: ReadonlyArray<LeadState> = LeadState.literals.filter(
  (state) => !states[state].isOpen,
)

/** What people call a state: `statusOf("PARKED")` is `FAILED`. */
export const statusOf = (state: LeadState): LeadStatus => states[state].status

/** One way from a state to another. */
export interface LeadTransition {
  readonly from: LeadState
  /** The event that the lead's history has of it. */
  readonly on: LeadEventType
  readonly to: LeadState
  /**
   * `usual`: a worker's step. `replay`: an operator's. `late`: the success of an attempt from before a replay, whose
   * outcome nobody knew then; the customer has the lead, so it is delivered wherever it stands.
   */
  readonly way: "usual" | "replay" | "late"
}

/** Every change of a lead's state that there is; whatever is not in it never happens. Drawn in `docs/states.md`. */
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
  { from: "RECEIVED", on: "delivered", to: "DELIVERED", way: "late" },
  { from: "PARKED", on: "delivered", to: "DELIVERED", way: "late" },
] as const satisfies ReadonlyArray<LeadTransition>

const after = (status: LeadStatus): ReadonlyArray<LeadStatus> => {
  const usual = leadTransitions.filter(({ from, way }) => way === "usual" && statusOf(from) === status)
  return [...new Set(usual.map(({ to }) => statusOf(to)))]
}

/** The statuses that each status usually leads to. None: it is terminal. */
export const transitions: Readonly<Record<LeadStatus, ReadonlyArray<LeadStatus>>> = {
  RECEIVED: after("RECEIVED"),
  REJECTED: after("REJECTED"),
  READY: after("READY"),
  DELIVERED: after("DELIVERED"),
  FAILED: after("FAILED"),
  PERMANENTLY_FAILED: after("PERMANENTLY_FAILED"),
}

/** Whether a lead stays in this status for good: `isTerminal("DELIVERED")` is true. */
export const isTerminal = (status: LeadStatus): boolean => transitions[status].length === 0
