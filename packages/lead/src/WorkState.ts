import type { LeadEventType } from "./LeadState.ts"

/**
 * The states of the work on a lead, independent of the lead's own state: what a worker may do with it now.
 *
 * Derived from the row of `work`, the current time and the customer's throttle; no column holds it.
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

/** A state of the work on a lead: a key of {@link workStates}. */
export type WorkState = keyof typeof workStates

/** Causes of a transition that the lead's history does not record as events. */
export type WorkSignal =
  /** A worker leases the lead. */
  | "claimed"
  /** The worker ends the lease early: it is stopping, or the lease leaves too little time to send. */
  | "released"
  /** The worker was lost, and the lease expired. */
  | "lease_expired"
  /** The time until which the work is snoozed has come. */
  | "time_comes"
  /** The customer's circuit opens, its rate limit is reached, or it is blocked. */
  | "throttle_closes"
  /** The customer's circuit closes or needs a probe, or its rate limit permits another delivery. */
  | "throttle_opens"

/** A transition from one state of work to another. */
export interface WorkTransition {
  readonly from: WorkState
  readonly on: LeadEventType | WorkSignal
  readonly to: WorkState
}

/** Every transition of the state of work; no other happens. Drawn in `docs/states.md`. */
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
  // An attempt from before a replay turns out to have succeeded: the customer has the lead.
  { from: "due", on: "delivered", to: "ended" },
  { from: "throttled", on: "delivered", to: "ended" },
  { from: "snoozed", on: "delivered", to: "ended" },
  { from: "parked", on: "delivered", to: "ended" },
] as const satisfies ReadonlyArray<WorkTransition>
