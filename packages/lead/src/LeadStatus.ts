import { Schema } from "effect"

/**
 * Where a lead is in its life, as people see it. Stored as a `LeadState`, which splits `FAILED` in two.
 * What may follow what is drawn in `docs/states.md`.
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
