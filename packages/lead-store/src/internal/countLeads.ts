import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"

/**
 * Counts every lead by its rows: one walk over the leads, what has settled and what is left to do, side by side.
 *
 * Accounts are states, `TOTAL` and `STRANDED`. Only inside a transaction: it plans and times itself out otherwise than
 * the statements of the delivery path, which never read a table from end to end.
 */
export const countLeads = (sql: PgClient.PgClient) =>
  Effect.andThen(
    sql`
      SELECT set_config(name, setting, true) FROM unnest(
        ARRAY['statement_timeout', 'enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'work_mem'],
        ARRAY['10min', 'on', 'on', 'on', '64MB']
      ) AS local (name, setting)`,
    sql.unsafe<{ readonly account: string; readonly leads: number }>(statement, []),
  )

/**
 * A lead's own row tells only that it came, so that its index is enough: the wide rows are not read. Its tenant is told
 * by its narrow row; a lead without one is everybody's concern. Work of a lead that has ended is not counted, and of
 * several pieces of work one is.
 */
const statement = `
  WITH side_by_side AS (
    SELECT lead.id AS lead, settled.lead_id AS settled, open.lead_id AS open, settled.state AS settled_state,
      CASE WHEN open.state IN ('RECEIVED', 'READY', 'RETRYING') THEN open.state END AS open_state
    FROM lead
    FULL JOIN settled_lead AS settled ON settled.lead_id = lead.id
    FULL JOIN (
      SELECT DISTINCT ON (lead_id) lead_id, tenant_id, state FROM work ORDER BY lead_id, delivery_no DESC
    ) AS open ON open.lead_id = coalesce(lead.id, settled.lead_id)
    WHERE coalesce(settled.tenant_id, open.tenant_id, 1) = 1
  ), counted AS MATERIALIZED (
    SELECT lead IS NOT NULL AS came, lead IS NULL OR (settled IS NULL AND open IS NULL) AS is_stranded,
      settled_state, open_state, count(*) AS leads
    FROM side_by_side GROUP BY 1, 2, 3, 4
  ), entry AS (
    SELECT 'TOTAL' AS account, leads FROM counted WHERE came
    UNION ALL
    SELECT 'STRANDED', leads FROM counted WHERE is_stranded
    UNION ALL
    SELECT settled_state::text, leads FROM counted WHERE settled_state IS NOT NULL
    UNION ALL
    SELECT open_state::text, leads FROM counted WHERE open_state IS NOT NULL
    UNION ALL
    SELECT unnest(ARRAY['TOTAL', account]), leads FROM sealed_count WHERE tenant_id = 1
  )
  SELECT account, sum(leads)::float8 AS leads FROM entry GROUP BY account`
