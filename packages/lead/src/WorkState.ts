import type { LeadEventType } from "./LeadEvent.ts"

/**
 * Where the work on a lead stands, whatever the state of the lead: what a worker may do with it now.
 *
 * It is read from the row of `work`, the time and the customer's throttle; no column holds it.
 */
export const workStates = {
  due: "any worker may claim it now",
  leased: "a worker has it: nobody else may touch it until the lease ends",
  throttled:
    "it is due, and its customer's throttle lets nothing through: circuit open, rate used up, or blocked",
  snoozed: "it rests until a time: a retry's backoff, or after an internal failure",
  parked: "nothing is left to do until an operator replays the lead: a required field is missing",
  ended: "nothing is left to do: rejected, delivered or permanently failed",
} as const
export type WorkState = keyof typeof workStates

/** What changes the state of work without an event in the lead's history. */
export type WorkSignal =
  /** A worker leases it. */
  | "claimed"
  /** Its worker gives it back at once: the worker stops, or it is too late to send. */
  | "released"
  /** Its worker was lost, and the lease ran out. */
  | "lease_expired"
  /** The time that it rested until. */
  | "time_comes"
  /** The customer's circuit opens, its rate is used up, or it is blocked. */
  | "throttle_closes"
  /** The customer's circuit closes or wants a probe, or its rate allows another delivery. */
  | "throttle_opens"

/** One way from a state of work to another. */
export interface WorkTransition {
  readonly from: WorkState
  readonly on: LeadEventType | WorkSignal
  readonly to: WorkState
}

/** Every change of the state of work that there is. Drawn in `docs/states.md`. */
export const workTransitions = [
  { from: "due", on: "claimed", to: "leased" },
  { from: "due", on: "throttle_closes", to: "throttled" },
  { from: "due", on: "snoozed", to: "snoozed" },
  { from: "leased", on: "rejected", to: "ended" },
  { from: "leased", on: "parked", to: "parked" },
  { from: "leased", on: "held_back", to: "throttled" },
  { from: "leased", on: "delivered", to: "ended" },
  { from: "leased", on: "permanently_failed", to: "ended" },
  { from: "leased", on: "retry_scheduled", to: "snoozed" },
  { from: "leased", on: "snoozed", to: "snoozed" },
  { from: "leased", on: "released", to: "due" },
  { from: "leased", on: "lease_expired", to: "due" },
  { from: "throttled", on: "throttle_opens", to: "due" },
  { from: "snoozed", on: "time_comes", to: "due" },
  { from: "parked", on: "replayed", to: "due" },
  { from: "ended", on: "replayed", to: "due" },
  // The late success of an attempt from before: the customer has the lead, wherever its work stands.
  { from: "due", on: "delivered", to: "ended" },
  { from: "throttled", on: "delivered", to: "ended" },
  { from: "snoozed", on: "delivered", to: "ended" },
  { from: "parked", on: "delivered", to: "ended" },
] as const satisfies ReadonlyArray<WorkTransition>
