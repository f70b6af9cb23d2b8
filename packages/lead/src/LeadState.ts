import { Schema } from "effect"
import type { LeadStatus } from "./LeadStatus.ts"

/**
 * Where a lead stands, as it is stored and counted: a {@link LeadStatus} whose `FAILED` is told apart.
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

/** The states in which somebody must still do something for the lead. */
export const openStates = ["RECEIVED", "READY", "RETRYING"] as const satisfies ReadonlyArray<LeadState>

/** The states in which nothing is left to do, unless an operator replays the lead. */
export const settledStates = [
  "PARKED",
  "REJECTED",
  "DELIVERED",
  "PERMANENTLY_FAILED",
] as const satisfies ReadonlyArray<LeadState>

/** What people call a state: `statusOf("PARKED")` is `FAILED`. */
export const statusOf = (state: LeadState): LeadStatus =>
  state === "RETRYING" || state === "PARKED" ? "FAILED" : state
