import { Schema } from "effect"

/**
 * Where a lead is in its life, as people see it.
 *
 * ```
 * RECEIVED ──▶ READY ──────▶ DELIVERED
 *    │           │  ▲▼ ┌───▶ PERMANENTLY_FAILED
 *    │           └▶ FAILED ─▶ DELIVERED
 *    ├──▶ FAILED (parked: a required field is missing)
 *    └──▶ REJECTED
 * ```
 *
 * It is stored as a `LeadState`, which tells the two halves of `FAILED` apart.
 */
export const LeadStatus = Schema.Literals([
  "RECEIVED",
  "REJECTED",
  "READY",
  "DELIVERED",
  "FAILED",
  "PERMANENTLY_FAILED",
])
export type LeadStatus = typeof LeadStatus.Type

/** The statuses that each status may be left to, without an operator's replay. None: it is terminal. */
export const transitions: Readonly<Record<LeadStatus, ReadonlyArray<LeadStatus>>> = {
  RECEIVED: ["READY", "REJECTED", "FAILED"],
  REJECTED: [],
  READY: ["DELIVERED", "FAILED", "PERMANENTLY_FAILED"],
  DELIVERED: [],
  FAILED: ["DELIVERED", "FAILED", "PERMANENTLY_FAILED"],
  PERMANENTLY_FAILED: [],
}

/** Tells whether a lead stays in this status for good: `isTerminal("DELIVERED")` is true. */
export const isTerminal = (status: LeadStatus): boolean => transitions[status].length === 0
