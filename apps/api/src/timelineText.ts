import type { TimelinePart, TimelinePoint } from "@lead-gateway/api-contract"

/** A part of the timeline in code. */
type Part = typeof TimelinePart.Type

/**
 * The answer of `GET /api/v1/timeline` as the contract's `TimelinePart` encodes it, a twentieth of the work: two thousand
 * buckets would hold up the event loop, which webhooks share. A test compares the two.
 */
export const timelineText = ({ bucket, countedFrom, from, points, to }: Part): string =>
  JSON.stringify({
    bucket,
    from: timestamp(from),
    to: timestamp(to),
    counted_from: countedFrom === null ? null : timestamp(countedFrom),
    points: points.map(wirePoint),
  })

const wirePoint = (point: TimelinePoint): typeof TimelinePoint.Encoded => ({
  at: timestamp(point.at),
  received: point.received,
  rejected: point.rejected,
  delivered: point.delivered,
  failed: point.failed,
  retried: point.retried,
  parked: point.parked,
  permanently_failed: point.permanentlyFailed,
  replayed: point.replayed,
  p50_ms: point.p50Ms,
  p95_ms: point.p95Ms,
})

const timestamp = (at: Date): string => at.toISOString().replace(".000Z", "Z")
