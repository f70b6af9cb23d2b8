import { bucketMs, type TimelineBucket, type TimelineQuery } from "@lead-gateway/lead-store"
import { Result } from "effect"

/** What a request for the timeline says. */
export interface TimelineRequest {
  readonly from?: Date
  readonly to?: Date
  readonly bucket?: TimelineBucket
}

/** Buckets of an answer, at most: as many as a chart has pixels. */
const mostBuckets = 2000

const day = bucketMs.day

/** Without `bucket`: the width for a time of this length. */
const fitting = (spanMs: number): TimelineBucket => {
  if (spanMs <= day) return "minute"
  return spanMs <= 60 * day ? "hour" : "day"
}

/** Where years have more than four digits, which neither times on the wire nor Postgres read. */
const endOfTimes = Date.parse("9999-12-31T00:00:00Z")

/**
 * The part of the timeline that a request asks for, widened to whole buckets; the 24 hours before `to` without `from`, up
 * to now without `to`. Fails with what is wrong. At 10:35:20 a request that says nothing gets the minutes from 10:35 the day
 * before up to 10:36.
 */
export const timelineRange = (
  { bucket, from, to }: TimelineRequest,
  nowMs: number,
): Result.Result<TimelineQuery, string> => {
  const toMs = to?.getTime() ?? nowMs
  const fromMs = from?.getTime() ?? toMs - day
  if (toMs > endOfTimes) return Result.fail("to must not be after 9999-12-31T00:00:00Z")
  if (fromMs >= toMs) return Result.fail(`from must be before ${to === undefined ? "now" : "to"}`)
  const width = bucket ?? fitting(toMs - fromMs)
  const ms = bucketMs[width]
  const first = Math.floor(fromMs / ms) * ms
  const end = Math.ceil(toMs / ms) * ms
  if ((end - first) / ms > mostBuckets) {
    return Result.fail(
      `from and to must be ${mostBuckets} buckets apart at most: 33 hours with bucket=minute, 83 days with bucket=hour, ` +
        "2000 days with bucket=day",
    )
  }
  return Result.succeed({ bucket: width, fromMs: first, toMs: end })
}
