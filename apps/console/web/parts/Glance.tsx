/** The gateway's work in a few numbers, each with its last hour. */
import type { Timeline } from "@lead-gateway/client"
import { Chart, type Series } from "../components/Chart.tsx"
import { formatCount, formatDuration, formatRate } from "../format.ts"
import { fullMinutes, latest, perSecond } from "../throughput.ts"

export const Glance = ({ timeline: { points } }: { readonly timeline: Timeline }) => {
  const minutes = fullMinutes(points)
  const times = minutes.map(({ at }) => new Date(at))
  const p50 = latest(minutes, "p50_ms")
  const p95 = latest(minutes, "p95_ms")
  return (
    <section aria-label="The last hour" class="glance">
      <Measure
        name="Taken in"
        value={formatRate(perSecond(points, "received"))}
        meaning="Leads received, on average over the last five minutes."
        title="Received each minute"
        kind="bars"
        times={times}
        series={[{ name: "Received", tone: "neutral", values: minutes.map(({ received }) => received) }]}
        format={formatCount}
      />
      <Measure
        name="Delivered"
        value={formatRate(perSecond(points, "delivered"))}
        meaning="Leads that customers took, on average over the last five minutes."
        title="Delivered each minute"
        kind="bars"
        times={times}
        series={[{ name: "Delivered", tone: "good", values: minutes.map(({ delivered }) => delivered) }]}
        format={formatCount}
      />
      <Measure
        name="From received to delivered"
        value={p50 === null || p95 === null ? "–" : `${formatDuration(p50)} · ${formatDuration(p95)}`}
        meaning="Half of the leads, and 95 %, took no longer: in the last minute with deliveries. Retries and pauses are in it."
        title="Time to delivery"
        kind="lines"
        times={times}
        series={[
          { name: "Half", tone: "good", values: minutes.map(({ p50_ms }) => p50_ms) },
          { name: "95 %", tone: "warn", values: minutes.map(({ p95_ms }) => p95_ms) },
        ]}
        format={formatDuration}
      />
      <Measure
        name="To be tried again"
        value={formatRate(perSecond(points, "retried"))}
        meaning="Attempts that failed and are repeated later, on average over the last five minutes."
        title="Failed attempts each minute"
        kind="bars"
        times={times}
        series={[{ name: "Failed", tone: "warn", values: minutes.map(({ retried }) => retried) }]}
        format={formatCount}
      />
    </section>
  )
}

interface MeasureProps {
  readonly name: string
  readonly value: string
  readonly meaning: string
  readonly title: string
  readonly kind: "bars" | "lines"
  readonly times: ReadonlyArray<Date>
  readonly series: ReadonlyArray<Series>
  readonly format: (value: number) => string
}

const Measure = ({ meaning, name, value, ...chart }: MeasureProps) => (
  <article class="card">
    <h2>{name}</h2>
    <p class="value">{value}</p>
    <p class="fine">{meaning}</p>
    <Chart {...chart} />
  </article>
)
