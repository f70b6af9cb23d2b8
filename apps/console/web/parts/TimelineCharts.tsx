/** What became of leads over time, and how long deliveries took. */
import type { TimelinePoint } from "@lead-gateway/client"
import { Chart, type Series } from "../components/Chart.tsx"
import { formatCount, formatDuration } from "../format.ts"

type Points = ReadonlyArray<TimelinePoint>

/** One line or colour of a chart, and what of each point it shows. */
interface Shown {
  readonly name: string
  readonly tone: string
  readonly of: Exclude<keyof TimelinePoint, "at">
}

const outcomes: ReadonlyArray<Shown> = [
  { name: "Delivered", tone: "good", of: "delivered" },
  { name: "Rejected", tone: "neutral", of: "rejected" },
  { name: "Failed attempts", tone: "warn", of: "retried" },
  { name: "Parked", tone: "open", of: "parked" },
  { name: "Given up", tone: "bad", of: "permanently_failed" },
]

const latencies: ReadonlyArray<Shown> = [
  { name: "Half of the leads", tone: "good", of: "p50_ms" },
  { name: "95 % of them", tone: "warn", of: "p95_ms" },
]

const seriesOf = (points: Points, shown: ReadonlyArray<Shown>): ReadonlyArray<Series> =>
  shown.map(({ name, of, tone }) => ({ name, tone, values: points.map((point) => point[of]) }))

export const TimelineCharts = ({ points }: { readonly points: Points }) => {
  const times = points.map(({ at }) => new Date(at))
  return (
    <div class="charts">
      <Chart
        title="Outcomes"
        kind="bars"
        times={times}
        series={seriesOf(points, outcomes)}
        format={formatCount}
      />
      <Chart
        title="From received to delivered"
        kind="lines"
        times={times}
        series={seriesOf(points, latencies)}
        format={formatDuration}
      />
    </div>
  )
}
