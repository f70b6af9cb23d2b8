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

/** How many statements count in one segment before the next one is begun. */
const statementsPerSegment = 1000

/**
 * Where the statements of one writer count.
 *
 * A counter's row that is updated for long while somebody holds a snapshot has thousands of dead versions, and every
 * update walks over them. So a writer takes a new segment, and with it new rows, every {@link statementsPerSegment}
 * statements; the worker folds old segments into segment 0.
 */
export const makeSegments = (): (() => string) => {
  let segment = ""
  let left = 0
  return () => {
    if (left === 0) {
      left = statementsPerSegment
      // 62 bits: two writers that draw the same one wait for each other, and count right all the same.
      segment = String((randomBytes(8).readBigUInt64BE() >> 2n) + 1n)
    }
    left--
    return segment
  }
}

/**
 * SQL that moves leads from the account of one state to that of another.
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
 * Adds the counts of all segments to those of segment 0, and returns how many rows went; 0 while another process does so.
 *
 * Statements that change leads' states count in segments of their own, so that none waits for another. Each segment is
 * more rows for every reader to sum up, which this undoes. It waits for no writer: a row that one is counting in just
 * now is left for the next time, and a writer whose row has gone makes it anew. Being one statement, it changes no sum
 * for any reader. Harmless to repeat; the worker does so every minute.
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
