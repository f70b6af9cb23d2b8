/** A small correct run, for tests that tamper with it. */
import type { Exchange } from "./CustomerBook.ts"
import type { Facts } from "./Facts.ts"
import type { AttemptRow, LeadRow, Rows } from "./Rows.ts"
import type { Expected } from "./SampleLead.ts"
import type { Sent } from "./Senders.ts"

const sent = (uid: string, leadId: number, expected: Expected, tries = 1): Sent => ({
  uid,
  payload: {},
  expected,
  tries,
  leadId,
  refusals: [],
})

const row = (id: number, correlationId: string, status: string, reason: string | null = null): LeadRow => ({
  id,
  status,
  reason,
  uid: correlationId.split(".")[0] ?? "",
  correlationId,
  endedAt: status === "FAILED" ? null : 1000,
})

/** An attempt; without a status its outcome is unknown. */
export const attempt = (
  leadId: number,
  no: number,
  requestedAt: number,
  endedAt: number,
  status: number | null,
): AttemptRow => ({
  leadId,
  no,
  requestedAt,
  endedAt,
  status,
  success: status === 200,
  unknown: status === null,
  error: null,
})

/** A request that was answered 10 ms later. */
export const exchange = (correlationId: string, at: number, status: number): Exchange => ({
  correlationId,
  idempotencyKey: `key of ${correlationId}`,
  body: `body of ${correlationId}`,
  at,
  closedAt: at + 10,
  status,
})

/**
 * Lead 1 went well, 2 was answered 500 first, 3 was delivered twice because its worker died, 4 is rejected,
 * 5 is parked. Lead 6 is the second try of lead 1, whose sender had not heard of the first.
 */
export const honest: Facts = {
  sent: [
    sent("a", 1, "DELIVERED", 2),
    sent("b", 2, "DELIVERED"),
    sent("c", 3, "DELIVERED"),
    sent("d", 4, "REJECTED"),
    sent("e", 5, "PARKED"),
  ],
  rows: {
    leads: [
      row(1, "a.1", "DELIVERED"),
      row(2, "b.1", "DELIVERED"),
      row(3, "c.1", "DELIVERED"),
      row(4, "d.1", "REJECTED", "NOT_HOMEOWNER"),
      row(5, "e.1", "FAILED", "MISSING_REQUIRED_FIELD"),
      row(6, "a.2", "DELIVERED"),
    ],
    attempts: [
      attempt(1, 1, 0, 20, 200),
      attempt(2, 1, 0, 20, 500),
      attempt(2, 2, 500, 520, 200),
      attempt(3, 1, 0, 400, null),
      attempt(3, 2, 500, 520, 200),
      attempt(6, 1, 0, 20, 200),
    ],
    events: [],
  },
  counts: { received: 0, rejected: 1, ready: 0, delivered: 4, failed: 1, permanently_failed: 0, total: 6 },
  exchanges: [
    exchange("a.1", 5, 200),
    exchange("b.1", 5, 500),
    exchange("b.1", 505, 200),
    exchange("c.1", 5, 200),
    exchange("c.1", 505, 200),
    exchange("a.2", 5, 200),
  ],
  stalls: [],
  outcomesMayBeLost: true,
  output: ['{"message":"lead delivered"}'],
  ended: [],
}

/** The same, except for what is changed. */
export const tampered = (change: (facts: Facts) => Partial<Facts> & Partial<Rows>): Facts => {
  const { attempts, events, leads, ...others } = change(honest)
  const rows = {
    leads: leads ?? honest.rows.leads,
    attempts: attempts ?? honest.rows.attempts,
    events: events ?? honest.rows.events,
  }
  return { ...honest, ...others, rows }
}
