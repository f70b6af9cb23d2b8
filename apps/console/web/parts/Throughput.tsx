/** How fast leads go to the customer, over the last hour. */
import type { Timeline } from "@lead-gateway/client"
import { clockNow } from "../clock.ts"
import { Chart } from "../components/Chart.tsx"
import { formatCount, formatRate } from "../format.ts"
import { perSecond } from "../throughput.ts"

/** The part of the timeline that it shows. */
export const lastHour = () => ({
  from: new Date(clockNow() - 3_600_000).toISOString(),
  bucket: "minute" as const,
})

export const Throughput = ({ timeline: { points } }: { readonly timeline: Timeline }) => {
  const sumOf = (counted: "delivered" | "retried" | "permanently_failed") =>
    points.reduce((sum, point) => sum + point[counted], 0)
  const rate = perSecond(points, "delivered")
  return (
    <>
      <p>
        <strong>{rate === 0 ? "Nothing delivered" : `${formatRate(rate)} delivered`}</strong> over the last
        five full minutes. In the last hour: {formatCount(sumOf("delivered"))} delivered,{" "}
        {formatCount(sumOf("retried"))} attempts failed and are repeated,{" "}
        {formatCount(sumOf("permanently_failed"))} leads given up.
      </p>
      <Chart
        title="Each minute of the last hour"
        kind="bars"
        times={points.map(({ at }) => new Date(at))}
        series={[
          { name: "Delivered", tone: "good", values: points.map(({ delivered }) => delivered) },
          { name: "Failed, to be tried again", tone: "warn", values: points.map(({ retried }) => retried) },
          {
            name: "Given up",
            tone: "bad",
            values: points.map(({ permanently_failed }) => permanently_failed),
          },
        ]}
        format={formatCount}
      />
    </>
  )
}
