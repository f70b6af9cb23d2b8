import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { storeCall } from "./StoreError.ts"

/**
 * Adds the counts of all segments to those of segment 0, and returns how many rows went; 0 while another process does so.
 *
 * Statements that change leads' states count in segments of their own, so that none waits for another. Each segment is
 * more rows for every reader to sum up, which this undoes. It waits for no writer: a row that one is counting in just
 * now is left for the next time, and a writer whose row has gone makes it anew. Being one statement, it changes no sum
 * for any reader. Harmless to repeat; the worker does so every minute.
 */
export const foldCounts = PgClient.PgClient.use((sql) =>
  Effect.map(sql.unsafe<{ folded: number }>(statement), (rows) => rows[0]?.folded ?? 0),
).pipe(storeCall("foldCounts"))

const statement = `
  WITH turn AS MATERIALIZED (
    SELECT pg_try_advisory_xact_lock(hashtext('lead counts')) AS is_ours
  ), idle AS MATERIALIZED (
    SELECT segment, tenant_id, account FROM lead_count
    WHERE segment > 0 AND (SELECT is_ours FROM turn) ORDER BY segment LIMIT 10000 FOR UPDATE SKIP LOCKED
  ), folded AS (
    DELETE FROM lead_count AS c USING idle
    WHERE c.segment = idle.segment AND c.tenant_id = idle.tenant_id AND c.account = idle.account
    RETURNING c.tenant_id, c.account, c.leads
  ), kept AS (
    INSERT INTO lead_count AS c (segment, tenant_id, account, leads)
    SELECT 0, tenant_id, account, sum(leads) FROM folded GROUP BY tenant_id, account ORDER BY tenant_id, account
    ON CONFLICT ON CONSTRAINT lead_count_pkey DO UPDATE SET leads = c.leads + excluded.leads
  )
  SELECT count(*)::integer AS folded FROM folded`
