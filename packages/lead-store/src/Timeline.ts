import { PgClient } from "@effect/sql-pg"
import { Context, Effect, Layer } from "effect"
import { minutesKeptDays } from "./foldTimeline.ts"
import { addUp, latencyOf } from "./internal/timeline.ts"
import { type BucketPart, percentilesOf } from "./internal/timelinePercentiles.ts"
import { type StoreError, storeCall } from "./StoreError.ts"

/** The width of a bucket, in UTC. */
export type TimelineBucket = "minute" | "hour" | "day"

/** The widths in milliseconds. */
export const bucketMs: Readonly<Record<TimelineBucket, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
}

/** Which part of the timeline: times in milliseconds since 1970, multiples of the bucket's width, `toMs` exclusive. */
export interface TimelineQuery {
  readonly bucket: TimelineBucket
  readonly fromMs: number
  readonly toMs: number
}

/** What happened to leads in one bucket. */
export interface TimelinePoint {
  readonly at: Date
  /** New leads. */
  readonly received: number
  readonly rejected: number
  readonly delivered: number
  /** How often a lead became `FAILED`: the sum of the next two. */
  readonly failed: number
  /** Attempts that failed and after which another was scheduled. */
  readonly retried: number
  readonly parked: number
  readonly permanentlyFailed: number
  /** Leads that an operator sent again. */
  readonly replayed: number
  /** The time from received to delivered that half of the deliveries did not exceed, ± 4.8 %; null without deliveries. */
  readonly p50Ms: number | null
  /** As `p50Ms`, of 95 % of the deliveries. */
  readonly p95Ms: number | null
}

/** A part of the timeline. */
export interface TimelinePart {
  /** Every bucket, also those in which nothing happened. */
  readonly points: ReadonlyArray<TimelinePoint>
  /** From when on everything is counted; null if that is so for the whole part. */
  readonly countedFrom: Date | null
}

/**
 * What happened to leads, by time. Used by the api for charts.
 *
 * Every statement that changes leads' states counts the change in the same transaction, so that the timeline always agrees
 * with the leads. A query takes the time of its buckets, however many leads there are.
 */
export class Timeline extends Context.Service<
  Timeline,
  {
    /** The buckets of a time, each with what happened in it. */
    readonly read: (query: TimelineQuery) => Effect.Effect<TimelinePart, StoreError>
  }
>()("@lead-gateway/lead-store/Timeline") {
  static readonly layer: Layer.Layer<Timeline, never, PgClient.PgClient> = Layer.effect(
    Timeline,
    Effect.map(PgClient.PgClient, (sql) =>
      Timeline.of({
        read: (query) =>
          storeCall("Timeline.read")(
            Effect.map(
              sql.unsafe<AnswerRow>(statementOf[query.bucket], [query.fromMs / 1000, query.toMs / 1000]),
              ([row]) => partOf(query, row),
            ),
          ),
      }),
    ),
  )
}

interface AnswerRow {
  /** A list of {@link BucketPart}, as JSON: read in a third of the time of rows with columns. */
  readonly parts: string | null
  readonly counted_from: number | null
}

const counts = [
  "received",
  "rejected",
  "parked",
  "retried",
  "delivered",
  "permanently_failed",
  "replayed",
] as const

/** Minutes that are older have been removed. */
const removedBefore: Readonly<Record<TimelineBucket, string>> = {
  minute: `date_trunc('day', now(), 'UTC') - interval '${minutesKeptDays} days'`,
  hour: "NULL",
  day: "NULL",
}

/** One statement, so that an entry that is moved meanwhile is in one of the tables. */
const statement = (bucket: TimelineBucket): string => `
  WITH start AS MATERIALIZED (
    SELECT counts_from, CASE WHEN counts_from = '-infinity' OR fill_below = 0 THEN NULL ELSE counts_from END AS filled_from
    FROM timeline_start
  ), fresh AS MATERIALIZED (
    SELECT * FROM timeline_entry
    WHERE tenant_id = 1 AND at >= greatest(to_timestamp($1::float8), (SELECT counts_from FROM start)) AND at < to_timestamp($2::float8)
  )
  SELECT (extract(epoch FROM greatest(filled_from, ${removedBefore[bucket]})) * 1000)::float8 AS counted_from, (
    SELECT json_agg(json_build_array(
      extract(epoch FROM at)::bigint * 1000, json_build_array(${counts.join(", ")}), p50, p95, latencies, latency_leads
    ))::text FROM (
      SELECT at, ${counts.join(", ")}, p50, p95, CASE WHEN at >= first THEN latencies END AS latencies,
        CASE WHEN at >= first THEN latency_leads END AS latency_leads
      FROM timeline CROSS JOIN (SELECT date_trunc('${bucket}', min(at), 'UTC') AS first FROM fresh) AS entries
      WHERE tenant_id = 1 AND bucket = '${bucket}' AND at >= to_timestamp($1::float8) AND at < to_timestamp($2::float8)
      UNION ALL
      SELECT at, ${counts.join(", ")}, NULL, NULL, latencies, latency_leads FROM (${addUp("fresh", `'${bucket}'`)}) AS added
    ) AS part
  ) AS parts
  FROM start`

const statementOf: Readonly<Record<TimelineBucket, string>> = {
  minute: statement("minute"),
  hour: statement("hour"),
  day: statement("day"),
}

const partOf = ({ bucket, fromMs, toMs }: TimelineQuery, row: AnswerRow | undefined): TimelinePart => {
  const width = bucketMs[bucket]
  const countedFrom = row?.counted_from ?? fromMs
  // One part, or two where some entries are not added up yet.
  const partsOf: Array<Array<BucketPart> | undefined> = Array.from({ length: (toMs - fromMs) / width })
  for (const part of JSON.parse(row?.parts ?? "[]") as ReadonlyArray<BucketPart>) {
    ;(partsOf[(part[0] - fromMs) / width] ??= []).push(part)
  }
  return {
    points: partsOf.map((parts, index) => pointOf(new Date(fromMs + index * width), parts ?? [])),
    countedFrom: countedFrom <= fromMs ? null : new Date(countedFrom),
  }
}

const pointOf = (at: Date, parts: ReadonlyArray<BucketPart>): TimelinePoint => {
  const [
    received = 0,
    rejected = 0,
    parked = 0,
    retried = 0,
    delivered = 0,
    permanentlyFailed = 0,
    replayed = 0,
  ] = counts.map((_, index) => parts.reduce((sum, [, counted]) => sum + (counted[index] ?? 0), 0))
  const [p50, p95] = percentilesOf(parts)
  return {
    at,
    received,
    rejected,
    delivered,
    failed: retried + parked,
    retried,
    parked,
    permanentlyFailed,
    replayed,
    p50Ms: p50 === null ? null : latencyOf(p50),
    p95Ms: p95 === null ? null : latencyOf(p95),
  }
}
