/**
 * Counts for the timeline what happened before statements counted, from the rows of leads: once, in small steps, on a database
 * that had leads when it got its timeline. Nothing to do on any other.
 */
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { addToTimeline, addUp, allBuckets, bucketOf } from "./internal/timeline.ts"
import { partitionName, partitionOf, partitionSize } from "./Partitions.ts"
import { isTableMissing, storeCall } from "./StoreError.ts"

/** Ids of one step: some hundred milliseconds, with the payloads' pages read from disk. */
const idsAtOnce = 5000

/**
 * Takes all steps that are left, the newest leads first; returns the ids that it has come through. None while another process does so,
 * and none before counting has begun for a minute, since statements that began before it may still run.
 *
 * Each step is one transaction with its position, so a process that is killed loses none and counts none twice. Between steps
 * it pauses for as long as the step took. Leads that retention removed before are not counted. May be repeated.
 */
export const fillTimeline = PgClient.PgClient.use(
  Effect.fnUntraced(function* (sql) {
    let filled = 0
    for (;;) {
      const [took, ids] = yield* Effect.timed(fillStep(sql))
      if (ids === 0) return filled
      filled += ids
      yield* Effect.sleep(took)
    }
  }),
)

/** One step; returns how many ids it has come through, 0 if there is nothing to do. */
const fillStep = (sql: PgClient.PgClient) =>
  Effect.gen(function* () {
    const [begun] = yield* sql<{ below: number }>`
      SELECT coalesce(fill_below, (SELECT last_value + 1 FROM lead_id_seq))::float8 AS below FROM timeline_start
      WHERE counts_from > '-infinity' AND counts_from < now() - interval '1 min' AND coalesce(fill_below, 1) > 0
      FOR UPDATE SKIP LOCKED`
    if (begun === undefined) return 0
    const { below } = begun
    const partition = partitionOf(below - 1)
    const first = Math.max(partition * partitionSize, below - idsAtOnce)
    yield* sql.unsafe("SELECT pg_advisory_xact_lock(hashtext('lead timeline'))")
    // A savepoint: retention may have dropped the partition, and then none of it is left.
    const from = yield* sql.unsafe(fill(partition), [first, below]).pipe(
      Effect.as(first),
      sql.withTransaction,
      Effect.catchIf(isTableMissing, () => Effect.succeed(partition * partitionSize)),
    )
    yield* sql`UPDATE timeline_start SET fill_below = ${from}::bigint`
    return below - from
  }).pipe(sql.withTransaction, storeCall("fillTimeline"))

/**
 * The changes of each lead, by the rows that its history is made of. What a lead was before a change is what the one before
 * it made of it. An attempt whose outcome came late was a retry when it was unknown, which an event says: its row does not
 * always show it any more. It was none if the lead ended by it, or was not being delivered then.
 */
const fill = (partition: number): string => {
  const from = (table: Parameters<typeof partitionName>[0], id = "lead_id") =>
    `FROM ${partitionName(table, partition)} AS t WHERE t.${id} >= $1::bigint AND t.${id} < $2::bigint`
  return `
  WITH change AS MATERIALIZED (
    SELECT id AS lead_id, received_at AS at, 'RECEIVED'::lead_state AS became ${from("lead", "id")}
    UNION ALL
    SELECT lead_id, decided_at, verdict ${from("decision")}
    UNION ALL
    SELECT lead_id, coalesce(unknown_at, ended_at), 'RETRYING' FROM ${partitionName("attempt", partition)} AS t
    LEFT JOIN LATERAL (
      SELECT e.at AS unknown_at FROM ${partitionName("lead_event", partition)} AS e
      WHERE e.lead_id = t.lead_id AND e.type = 'attempt_outcome_unknown' AND e.details ->> 'attempt_no' = t.attempt_no::text LIMIT 1
    ) AS unknown ON true
    WHERE t.lead_id >= $1::bigint AND t.lead_id < $2::bigint AND (retry_at IS NOT NULL OR unknown_at IS NOT NULL)
    UNION ALL
    SELECT lead_id, at, CASE type WHEN 'replayed' THEN 'RECEIVED' WHEN 'delivered' THEN 'DELIVERED' ELSE 'PERMANENTLY_FAILED' END::lead_state
    ${from("lead_event")} AND type IN ('replayed', 'delivered', 'permanently_failed')
    UNION ALL
    SELECT lead_id, settled_at, state FROM settled_lead
    WHERE lead_id >= $1::bigint AND lead_id < $2::bigint AND state IN ('DELIVERED', 'PERMANENTLY_FAILED')
  ), ordered AS (
    SELECT lead_id, at, became, first_value(at) OVER life AS received_at, lead(at) OVER life AS next_at,
      count(*) FILTER (WHERE became <> 'RETRYING') OVER life AS stage
    FROM change WINDOW life AS (PARTITION BY lead_id ORDER BY at, became)
  ), stage AS (
    SELECT *, became <> 'RETRYING' OR (next_at IS DISTINCT FROM at AND first_value(became) OVER stages = 'READY') AS is_change
    FROM ordered WINDOW stages AS (PARTITION BY lead_id, stage ORDER BY at, became)
  ), step AS (
    SELECT at, became, received_at, coalesce(lag(became) OVER (PARTITION BY lead_id ORDER BY at, became), 'RECEIVED') AS was
    FROM stage WHERE is_change
  ), counted AS (
    SELECT date_trunc('minute', at, 'UTC') AS at, 1 AS tenant_id, was, became, count(*) AS leads,
      array_agg(${bucketOf("received_at", "at")}) FILTER (WHERE became = 'DELIVERED') AS latencies
    FROM step WHERE at < (SELECT counts_from FROM timeline_start) AND became <> 'READY' GROUP BY 1, 2, 3, 4
  )
  ${addToTimeline(addUp("counted", allBuckets))}`
}
