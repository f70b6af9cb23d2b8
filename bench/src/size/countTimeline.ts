/** What the timeline of made leads has, as the statements that make leads one by one would have counted it. */
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"

/** Counts all leads, into hours and days; half of the deliveries took 80 ms, all at most a second. */
export const countTimeline = PgClient.PgClient.use((sql) =>
  Effect.forEach(
    ["hour", "day"],
    (bucket) =>
      sql.unsafe(
        `INSERT INTO timeline (tenant_id, bucket, at, received, rejected, parked, retried, delivered, permanently_failed, replayed,
           left_rejected, left_parked, left_retrying, left_delivered, left_permanently_failed, latencies, latency_leads, p50, p95)
         SELECT 1, $1::text, date_trunc($1::text, received_at, 'UTC'), count(*), count(*) FILTER (WHERE state = 'REJECTED'),
           count(*) FILTER (WHERE state = 'PARKED'), 0, count(*) FILTER (WHERE state = 'DELIVERED'),
           count(*) FILTER (WHERE state = 'PERMANENTLY_FAILED'), 0, 0, 0, 0, 0, 0, '{46,73}',
           ARRAY[count(*)::integer / 2, count(*)::integer / 2], 46, 73
         FROM settled_lead GROUP BY 3`,
        [bucket],
      ).unprepared,
    { discard: true },
  ),
)
