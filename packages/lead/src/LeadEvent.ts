/**
 * The types of the events in a lead's history, and what each means.
 *
 * `place` orders events of one moment, cause before effect: one statement writes a decision, an attempt and what
 * follows from them.
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
  replayed: { place: 5, meaning: "an operator sent the lead back to be decided again" },
} as const satisfies Readonly<Record<string, { readonly place: number; readonly meaning: string }>>

/** The type of an event that this release writes. A database may hold others, of a newer one. */
export type LeadEventType = keyof typeof leadEvents
