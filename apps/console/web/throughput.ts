/** Rates, from minutes of the timeline. */
import type { Timeline } from "@lead-gateway/client"

/** A minute of the timeline. */
export type Minute = Timeline["points"][number]

/** What happens in a minute and can be counted. */
export type Countable = "received" | "delivered" | "retried" | "permanently_failed"

/** Minutes that are over: the last one of a timeline is under way. */
export const fullMinutes = (points: ReadonlyArray<Minute>): ReadonlyArray<Minute> => points.slice(0, -1)

/** How often a second, on average over the last full minutes: five, or as many as there are. */
export const perSecond = (points: ReadonlyArray<Minute>, counted: Countable, minutes = 5): number => {
  const last = fullMinutes(points).slice(-minutes)
  if (last.length === 0) return 0
  return last.reduce((sum, point) => sum + point[counted], 0) / (60 * last.length)
}

/** The latest value that there is: minutes without deliveries have no latencies. */
export const latest = (points: ReadonlyArray<Minute>, name: "p50_ms" | "p95_ms"): number | null =>
  points.findLast((point) => point[name] !== null)?.[name] ?? null
