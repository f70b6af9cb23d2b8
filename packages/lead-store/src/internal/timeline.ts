/**
 * What the statements that change leads write for the timeline: rows of `timeline_entry`, appended in the same transaction.
 * `foldTimeline` adds them up, `Timeline` reads them. Why: docs/decisions/0035.
 */
import type { LeadState } from "@lead-gateway/lead"
import { state } from "./sql.ts"

/**
 * The ratio of one bucket of latencies to the next. A percentile is said as a value of its bucket from which no value
 * of the bucket differs by more than (1.1 − 1) / (1.1 + 1) = 4.8 %.
 */
const growth = 1.1

/** SQL for the bucket of a latency: n for more than 1.1 ^ (n − 1) ms and up to 1.1 ^ n ms; 0 for up to 1 ms. */
export const bucketOf = (from: string, to: string): string =>
  `ceil(ln(greatest(extract(epoch FROM ${to} - ${from})::float8 * 1000, 1)) / ln(${growth}::float8))::smallint`

/** The value that stands for a bucket of latencies, in milliseconds, rounded to what is meaningful. */
export const latencyOf = (bucket: number): number => {
  const ms = bucket === 0 ? 1 : (2 * growth ** bucket) / (growth + 1)
  return ms < 20 ? Math.round(ms * 10) / 10 : Math.round(ms)
}

/** The beginning of a time's minute. */
const minuteOf = (at: string): string => `date_trunc('minute', ${at}, 'UTC')`

/** An INSERT that counts the rows of `input` as received now. `where` selects the new ones. */
export const countReceived = (where: string): string => `
  INSERT INTO timeline_entry (at, tenant_id, was, became, leads)
  SELECT ${minuteOf("now()")}, 1, ${state("RECEIVED")}, ${state("RECEIVED")}, count(*) FROM input ${where} HAVING count(*) > 0`

/**
 * An INSERT that counts changes of state, a row for each two states.
 *
 * `changes` is the name of a CTE with `tenant_id`, `old_state`, `state`, `received_at` and `at`, the time that the history
 * says. Leads that became READY are left out: the timeline does not show them.
 */
export const countOnTimeline = (changes: string): string => `
  INSERT INTO timeline_entry (at, tenant_id, was, became, leads, latencies)
  SELECT ${minuteOf("at")}, tenant_id, old_state::text::lead_state, state::text::lead_state, count(*), ${latencies("state::text", "received_at", "at")}
  FROM ${changes} WHERE state::text <> ${state("READY")} GROUP BY 1, 2, 3, 4`

/** An aggregate: the buckets of the latencies of deliveries, null of other changes. */
const latencies = (became: string, from: string, to: string): string =>
  `array_agg(${bucketOf(from, to)}) FILTER (WHERE ${became} = ${state("DELIVERED")})`

/** The columns by which `timeline` has one row. */
const key = "tenant_id, bucket, at"

const came = (became: LeadState) => `became = ${state(became)}`
const leaves = (was: LeadState) => `was = ${state(was)}`

/** The counts of `timeline`, each with the changes that it counts. */
const counts = {
  received: `${came("RECEIVED")} AND ${leaves("RECEIVED")}`,
  rejected: came("REJECTED"),
  parked: came("PARKED"),
  retried: came("RETRYING"),
  delivered: came("DELIVERED"),
  permanently_failed: came("PERMANENTLY_FAILED"),
  replayed: `${came("RECEIVED")} AND was <> ${state("RECEIVED")}`,
  left_rejected: leaves("REJECTED"),
  left_parked: leaves("PARKED"),
  left_retrying: leaves("RETRYING"),
  left_delivered: leaves("DELIVERED"),
  left_permanently_failed: leaves("PERMANENTLY_FAILED"),
}

const countNames = Object.keys(counts)

/**
 * A query that adds up entries for each of the widths in `buckets`, a list of SQL literals: the rows of `timeline` without
 * percentiles. `entries` is a relation with the columns of `timeline_entry`.
 */
export const addUp = (entries: string, buckets: string): string => `
  SELECT ${key}, ${Object.entries(counts)
    .map(([name, condition]) => `coalesce(sum(leads) FILTER (WHERE ${condition}), 0)::bigint AS ${name}`)
    .join(", ")},
    coalesce(array_agg(latency ORDER BY latency) FILTER (WHERE latency IS NOT NULL), '{}') AS latencies,
    coalesce(array_agg(leads::integer ORDER BY latency) FILTER (WHERE latency IS NOT NULL), '{}') AS latency_leads
  FROM (
    SELECT tenant_id, bucket, date_trunc(bucket, at, 'UTC') AS at, was, became, latency, sum(leads) AS leads FROM (
      -- By minutes first: there may be many entries of each.
      SELECT tenant_id, at, was, became, latency, sum(leads) AS leads FROM (
        SELECT tenant_id, at, was, became, NULL::smallint AS latency, leads FROM ${entries}
        UNION ALL
        SELECT tenant_id, at, NULL, NULL, latency, 1 FROM ${entries} CROSS JOIN LATERAL unnest(latencies) AS latency
        WHERE latencies IS NOT NULL
      ) AS entry
      GROUP BY 1, 2, 3, 4, 5
    ) AS minute
    CROSS JOIN (SELECT unnest(ARRAY[${buckets}]::text[]) AS bucket) AS width
    GROUP BY 1, 2, 3, 4, 5, 6
  ) AS counted
  GROUP BY ${key}`

/** The relation `ranked`: the columns `latency` and `leads` of a relation, how many leads are up to a latency, and in all. */
const ranked = (latencies: string): string => `(
  SELECT latency, leads, sum(leads) OVER (ORDER BY latency) AS up_to, sum(leads) OVER () AS total FROM ${latencies}
) AS ranked`

/** An aggregate over {@link ranked}: the bucket of latencies that the nearest rank of a share is in. */
const percentileOf = (share: number): string => `min(latency) FILTER (WHERE up_to >= ceil(${share} * total))`

/** An INSERT that adds rows of a query as {@link addUp} to those of `timeline`. Adding is exact whoever else adds meanwhile. */
export const addToTimeline = (rows: string): string => `
  INSERT INTO timeline AS t (${key}, ${countNames.join(", ")}, latencies, latency_leads, p50, p95)
  SELECT added.*, p50, p95 FROM (${rows}) AS added
  CROSS JOIN LATERAL (
    SELECT ${percentileOf(0.5)} AS p50, ${percentileOf(0.95)} AS p95
    FROM ${ranked("unnest(added.latencies, added.latency_leads) AS u (latency, leads)")}
  ) AS percentiles
  ORDER BY ${key}
  ON CONFLICT ON CONSTRAINT timeline_pkey DO UPDATE SET
    ${countNames.map((name) => `${name} = t.${name} + excluded.${name}`).join(", ")},
    (latencies, latency_leads, p50, p95) = (
      SELECT coalesce(array_agg(latency ORDER BY latency), '{}'), coalesce(array_agg(leads ORDER BY latency), '{}'),
        ${percentileOf(0.5)}, ${percentileOf(0.95)}
      FROM ${ranked(`(
        SELECT latency, sum(leads)::integer AS leads FROM (
          SELECT unnest(t.latencies) AS latency, unnest(t.latency_leads) AS leads
          UNION ALL
          SELECT unnest(excluded.latencies), unnest(excluded.latency_leads)
        ) AS both_rows GROUP BY latency
      ) AS merged`)}
    )`

/** The widths of buckets, as SQL literals. */
export const allBuckets = "'minute', 'hour', 'day'"
