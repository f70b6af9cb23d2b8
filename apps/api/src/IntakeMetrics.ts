import type { LeadIntake } from "@lead-gateway/lead-store"
import type { Metrics } from "@lead-gateway/runtime"
import type { IntakeCounts } from "./Admission.ts"

/** Leads in one statement, from one alone to the most that there may be. */
const batchBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500]

/** What came of webhooks: counted by admission already, and read at the scrape. */
export const observeIntake = (
  metrics: Metrics,
  counts: () => IntakeCounts,
  intake: Pick<LeadIntake["Service"], "observeBatches">,
): void => {
  metrics.observe(
    {
      type: "counter",
      name: "lead_gateway_leads_received_total",
      help: "Webhooks that were answered 200: their leads are stored",
    },
    () => counts().accepted,
  )
  metrics.observe(
    {
      type: "counter",
      name: "lead_gateway_intake_shed_total",
      help: "Webhooks that were answered 503 and not stored, by what was too busy",
      labels: ["cause"],
    },
    () => Object.entries(counts().shed).map(([cause, times]) => [[cause], times] as const),
  )
  metrics.observe(
    {
      type: "counter",
      name: "lead_gateway_intake_unconfirmed_total",
      help: "Webhooks that were answered 503 and stored nevertheless, since Postgres confirmed too late",
    },
    () => counts().unconfirmed,
  )
  const sizes = metrics
    .histogram({
      name: "lead_gateway_intake_batch_size",
      help: "Leads that were stored by one statement and one commit",
      buckets: batchBuckets,
    })
    .of()
  intake.observeBatches((leads) => sizes.observe(leads))
}
