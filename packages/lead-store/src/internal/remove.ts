import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { partitionName, partitionSize } from "../Partitions.ts"
import { storeCall } from "../StoreError.ts"
import * as columns from "./columns.ts"

/** The bounds of a partition's ids: from the first, up to and without the second. */
export const boundsOf = (partition: number): readonly [from: number, to: number] => [
  partition * partitionSize,
  (partition + 1) * partitionSize,
]

/** Whether a row of `settled_lead` is of a lead that ended before the time of this placeholder. Parked leads have not. */
export const hasEnded = (before: string): string =>
  `settled_lead.state IN ('REJECTED', 'DELIVERED', 'PERMANENTLY_FAILED') AND settled_lead.settled_at < ${before}::timestamptz`

/** The CTE `sealed`: counts what the CTE `removed` returns, with `tenant_id` and `state`. */
export const seal = (partition: string): string => `
  sealed AS (
    INSERT INTO sealed_count AS c (tenant_id, partition_no, account, leads)
    SELECT tenant_id, ${partition}::bigint, state::text, count(*) FROM removed
    GROUP BY tenant_id, state ORDER BY tenant_id, state::text
    ON CONFLICT ON CONSTRAINT sealed_count_pkey
    DO UPDATE SET leads = c.leads + excluded.leads, sealed_at = excluded.sealed_at
  )`

/**
 * Removes those of these leads of a partition that ended before `cutoff` and have no work, and all that belongs to them;
 * returns how many. What another transaction works on at this moment is left out.
 */
export const removeLeads = (sql: PgClient.PgClient) =>
  Effect.fnUntraced(function* (partition: number, ids: ReadonlyArray<number>, cutoff: string) {
    const rows = yield* sql.unsafe<{ removed: number }>(statement(partition), [
      columns.int8(ids),
      cutoff,
      partition,
    ])
    return rows[0]?.removed ?? 0
  }, storeCall("Retention.remove"))

const statement = (partition: number): string => `
  WITH ended AS MATERIALIZED (
    SELECT lead_id FROM settled_lead
    WHERE lead_id = ANY ($1::bigint[]) AND ${hasEnded("$2")}
      AND NOT EXISTS (SELECT FROM work WHERE work.lead_id = settled_lead.lead_id)
    ORDER BY lead_id FOR UPDATE SKIP LOCKED
  ), removed AS (
    DELETE FROM settled_lead USING ended WHERE settled_lead.lead_id = ended.lead_id
    RETURNING settled_lead.lead_id, settled_lead.tenant_id, settled_lead.state
  ), leads AS (
    DELETE FROM ${partitionName("lead", partition)} AS t USING removed WHERE t.id = removed.lead_id
  ), decisions AS (
    DELETE FROM ${partitionName("decision", partition)} AS t USING removed WHERE t.lead_id = removed.lead_id
  ), deliveries AS (
    DELETE FROM ${partitionName("delivery", partition)} AS t USING removed WHERE t.lead_id = removed.lead_id
  ), attempts AS (
    DELETE FROM ${partitionName("attempt", partition)} AS t USING removed WHERE t.lead_id = removed.lead_id
  ), events AS (
    DELETE FROM ${partitionName("lead_event", partition)} AS t USING removed WHERE t.lead_id = removed.lead_id
  ), ${seal("$3")}
  SELECT count(*)::integer AS removed FROM removed`
