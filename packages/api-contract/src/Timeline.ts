/** What happened to leads by time, for charts. */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { DatabaseUnavailable, InternalError, InvalidRequest } from "./ApiError.ts"
import { OperatorAuth } from "./OperatorAuth.ts"
import { Timestamp, TimeParameter } from "./WireValue.ts"

/** The widths of buckets, narrowest first. */
export const timelineBuckets = ["minute", "hour", "day"] as const

const Bucket = Schema.Literals(timelineBuckets)

const Count = Schema.Int

const latency = (share: string) =>
  Schema.NullOr(Schema.Finite).annotate({
    description:
      `The milliseconds from received to delivered that ${share} of the bucket's deliveries did not exceed, with an error of ` +
      "5 % at most; null without deliveries",
  })

/** What happened in one bucket. */
export const TimelinePoint = Schema.Struct({
  at: Timestamp.annotate({ description: "The beginning of the bucket" }),
  received: Count,
  rejected: Count,
  delivered: Count,
  failed: Count.annotate({
    description: "How often a lead became `FAILED`: the sum of `retried` and `parked`",
  }),
  retried: Count.annotate({ description: "Attempts that failed and after which another was scheduled" }),
  parked: Count,
  permanentlyFailed: Count,
  replayed: Count,
  p50Ms: latency("half"),
  p95Ms: latency("95 %"),
}).pipe(
  Schema.encodeKeys({ permanentlyFailed: "permanently_failed", p50Ms: "p50_ms", p95Ms: "p95_ms" }),
  Schema.annotateEncoded({ identifier: "TimelinePoint" }),
)
export type TimelinePoint = typeof TimelinePoint.Type

/** A part of the timeline. */
export const TimelinePart = Schema.Struct({
  bucket: Bucket,
  from: Timestamp.annotate({ description: "The beginning of the first bucket" }),
  to: Timestamp.annotate({ description: "The end of the last bucket" }),
  countedFrom: Schema.NullOr(Timestamp).annotate({
    description: "From when on everything is counted; null if that is so for the whole answer",
  }),
  points: Schema.Array(TimelinePoint).annotate({
    description: "Every bucket in order, also those in which nothing happened",
  }),
}).pipe(
  Schema.encodeKeys({ countedFrom: "counted_from" }),
  Schema.annotateEncoded({
    identifier: "Timeline",
    examples: [
      {
        bucket: "hour",
        from: "2026-01-21T09:00:00Z",
        to: "2026-01-21T11:00:00Z",
        counted_from: null,
        points: [
          {
            at: "2026-01-21T09:00:00Z",
            received: 412,
            rejected: 61,
            delivered: 340,
            failed: 9,
            retried: 7,
            parked: 2,
            permanently_failed: 3,
            replayed: 0,
            p50_ms: 224,
            p95_ms: 1505,
          },
          {
            at: "2026-01-21T10:00:00Z",
            received: 0,
            rejected: 0,
            delivered: 0,
            failed: 0,
            retried: 0,
            parked: 0,
            permanently_failed: 0,
            replayed: 0,
            p50_ms: null,
            p95_ms: null,
          },
        ],
      },
    ],
  }),
)
export type TimelinePart = typeof TimelinePart.Type

/** The query: which time, and how wide the buckets are. */
export const timelineQuery = {
  from: Schema.optionalKey(TimeParameter),
  to: Schema.optionalKey(TimeParameter),
  bucket: Schema.optionalKey(Bucket.annotate({ message: `one of ${timelineBuckets.join(", ")}` })),
}

const timeline = HttpApiEndpoint.get("read", "/api/v1/timeline", {
  query: timelineQuery,
  success: TimelinePart,
  error: [InvalidRequest.response, DatabaseUnavailable.response, InternalError.response],
})
  .annotate(HttpApi.QueryParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotateMerge(
    OpenApi.annotations({
      summary: "What happened to leads, by time",
      description: [
        "How often leads were received, rejected, delivered and so on in each minute, hour or day, and how long deliveries took.",
        "A lead that is delivered in another bucket than it was received in counts in both.",
        "",
        "From `from` up to, and without, `to`, both widened to whole buckets in UTC; the last 24 hours without them. Without",
        "`bucket` minutes for up to a day, hours for up to 60 days, days beyond. 2,000 buckets at most. Minutes are kept for 90 days.",
      ].join("\n"),
    }),
  )

/** `GET /api/v1/timeline`: for viewers. */
export class TimelineGroup extends HttpApiGroup.make("timeline")
  .add(timeline)
  .middleware(OperatorAuth)
  .annotateMerge(
    OpenApi.annotations({ title: "Timeline", description: "What happened to leads, by time." }),
  ) {}
