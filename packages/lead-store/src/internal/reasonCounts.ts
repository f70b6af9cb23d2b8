/** How many leads were rejected, parked or given up for each reason. */
import type { LeadState } from "@lead-gateway/lead"

/** Leads of one reason that are counted, at most. */
const countedLeads = 10_000

/** Reasons, at most: rules name them, and may have been many over the years. */
const mostReasons = 200

const newest = 5

/** A row of {@link reasonCounts}. */
export interface ReasonRow {
  readonly state: LeadState
  readonly reason: string
  readonly leads: number
  readonly newest: ReadonlyArray<bigint>
  readonly newest_at: Date
}

const settled = "FROM settled_lead AS s WHERE s.tenant_id = 1 AND s.reason IS NOT NULL"

/**
 * A loose index scan: one look-up in the index of reasons for each reason there is, and one entry of it for each lead that is
 * counted. So its time depends on the reasons, not on the leads.
 */
export const reasonCounts = `
  WITH RECURSIVE pair AS (
    (SELECT s.state, s.reason ${settled} ORDER BY s.tenant_id, s.state, s.reason LIMIT 1)
    UNION ALL
    SELECT further.state, further.reason FROM pair CROSS JOIN LATERAL (
      SELECT s.state, s.reason ${settled} AND (s.state, s.reason) > (pair.state, pair.reason)
      ORDER BY s.tenant_id, s.state, s.reason LIMIT 1
    ) AS further
  )
  SELECT pair.state::text AS state, pair.reason, counted.leads, last.newest, last.newest_at
  FROM (SELECT * FROM pair LIMIT ${mostReasons}) AS pair
  CROSS JOIN LATERAL (
    SELECT count(*)::integer AS leads FROM (
      SELECT ${settled} AND s.state = pair.state AND s.reason = pair.reason LIMIT ${countedLeads}
    ) AS part
  ) AS counted
  CROSS JOIN LATERAL (
    SELECT array_agg(lead_id ORDER BY lead_id DESC) AS newest, max(settled_at) AS newest_at FROM (
      SELECT s.lead_id, s.settled_at ${settled} AND s.state = pair.state AND s.reason = pair.reason
      ORDER BY s.lead_id DESC LIMIT ${newest}
    ) AS part
  ) AS last
  ORDER BY counted.leads DESC, pair.state, pair.reason`
