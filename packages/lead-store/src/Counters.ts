/**
 * Counts of leads by state, sharded: a statement adds to the rows of one segment, readers sum up all segments, and
 * {@link foldCounts} merges them.
 *
 * Every statement that changes leads' states counts the change in the same transaction, so the counts always agree with
 * the leads.
 */
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { randomBytes } from "node:crypto"
import { storeCall } from "./StoreError.ts"

/** How many statements use one segment before the next one is chosen. */
const statementsPerSegment = 1000

/**
 * Chooses the segments in which the statements of one writer count; returns the segment of the next statement.
 *
 * While a snapshot is held, each update of a counter's row leaves a dead version, and every further update reads all of
 * them. So a writer chooses a new segment, and with it new rows, every {@link statementsPerSegment} statements. The
 * worker merges old segments into segment 0.
 */
export const makeSegments = (): (() => string) => {
  let segment = ""
  let left = 0
  return () => {
    if (left === 0) {
      left = statementsPerSegment
      // 62 random bits. Two writers that choose the same one wait for each other, and still count correctly.
      segment = String((randomBytes(8).readBigUInt64BE() >> 2n) + 1n)
    }
    left--
    return segment
  }
}

/**
 * SQL that counts leads in the account of their new state instead of their old one.
 *
 * `changes` is the name of a CTE with `tenant_id`, `old_state` and `state`; `segment` the parameter's placeholder.
 */
export const countStateChanges = (changes: string, segment: string): string => `
  INSERT INTO lead_count AS c (segment, tenant_id, account, leads)
  SELECT ${segment}::bigint, tenant_id, account, sum(change) FROM (
    SELECT tenant_id, old_state::text AS account, -1 AS change FROM ${changes}
    UNION ALL
    SELECT tenant_id, state::text, 1 FROM ${changes}
  ) AS entry GROUP BY tenant_id, account HAVING sum(change) <> 0 ORDER BY tenant_id, account
  ON CONFLICT ON CONSTRAINT lead_count_pkey DO UPDATE SET leads = c.leads + excluded.leads`

/** The leads of one account: a state, or `TOTAL`. */
export interface AccountRow {
  readonly account: string
  readonly leads: number
}

/** Reads the counts: the sum of all segments, by account. */
export const readCounts = (sql: PgClient.PgClient) =>
  sql<AccountRow>`
    SELECT account, sum(leads)::float8 AS leads FROM lead_count WHERE tenant_id = 1 GROUP BY account`

/**
 * Merges the counts of all segments into segment 0; returns how many rows it removed, 0 while another process does so.
 *
 * Each segment is more rows for readers to sum up; this keeps them few. It waits for no writer: rows that a writer has
 * locked are left for the next time, and a writer whose row is gone inserts it again. It is one statement, so no reader
 * sees a different sum. May be repeated; the worker does so every minute.
 */
export const foldCounts = PgClient.PgClient.use((sql) =>
  Effect.map(sql.unsafe<{ folded: number }>(fold), (rows) => rows[0]?.folded ?? 0),
).pipe(storeCall("foldCounts"))

const fold = `
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
