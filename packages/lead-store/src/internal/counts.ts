import { randomBytes } from "node:crypto"

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
