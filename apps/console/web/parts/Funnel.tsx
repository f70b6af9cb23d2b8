/** How many leads came in a span of time, and what became of leads meanwhile. */
import type { Ledger, TimelinePoint } from "@lead-gateway/client"
import { formatCount, formatShare } from "../format.ts"

interface FunnelProps {
  readonly ledger: Ledger
  readonly points: ReadonlyArray<TimelinePoint>
  readonly span: string
}

type Counted = "received" | "delivered" | "rejected" | "retried" | "permanently_failed"

/** The steps, each with the filter that lists its leads. */
const steps: ReadonlyArray<{
  readonly counted: Counted
  readonly name: string
  readonly tone: string
  readonly status?: string
  /** Instead of its share. */
  readonly note?: string
}> = [
  { counted: "received", name: "Received", tone: "open" },
  { counted: "delivered", name: "Delivered", tone: "good", status: "DELIVERED" },
  { counted: "rejected", name: "Rejected", tone: "neutral", status: "REJECTED" },
  {
    counted: "retried",
    name: "Failed attempts",
    tone: "warn",
    status: "FAILED",
    note: "tried again later",
  },
  { counted: "permanently_failed", name: "Given up", tone: "bad", status: "PERMANENTLY_FAILED" },
]

export const Funnel = ({ ledger, points, span }: FunnelProps) => {
  const sumOf = (counted: Counted) => points.reduce((sum, point) => sum + point[counted], 0)
  const received = sumOf("received")
  return (
    <section aria-label={`What happened in the last ${span}`} class="funnel">
      {steps.map(({ counted, name, note, status, tone }) => {
        const count = sumOf(counted)
        return (
          <a
            key={counted}
            class={`tile ${tone}`}
            href={status === undefined ? "/console/leads" : `/console/leads?status=${status}`}
          >
            <span>{name}</span>
            <strong>{formatCount(count)}</strong>
            <small>
              {counted === "received"
                ? `in the last ${span}`
                : (note ?? (received === 0 ? "–" : `${formatShare(count / received)} of those received`))}
            </small>
          </a>
        )
      })}
      <a class="tile" href="/console/leads">
        <span>Waiting now</span>
        <strong>{formatCount(ledger.in_flight + ledger.retrying)}</strong>
        <small>{formatCount(ledger.retrying)} for another attempt</small>
      </a>
    </section>
  )
}
